"""Generated clients against the mock, in five languages: `python -m clients --help`."""
