"""Lines for whoever runs a proxy."""

import sys
from contextlib import suppress


def log(text: str) -> None:
    """Write a line to standard error; a closed one ends nothing."""
    with suppress(OSError):
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
