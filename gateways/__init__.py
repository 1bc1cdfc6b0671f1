"""Real proxies in front of the mock, judged: `python -m gateways --help`."""
