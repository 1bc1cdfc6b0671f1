"""The pytest plugin: a double for a test run."""
