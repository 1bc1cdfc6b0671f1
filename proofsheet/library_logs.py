"""What libraries log is no output of ours: it is not printed, but for a failure that nobody foresaw.

Without a handler Python prints every library's warnings on stderr (logging.lastResort): a broken form would
write a line there for each client that sends one.
"""

from __future__ import annotations

import logging
import sys
import warnings
from pathlib import Path
from traceback import extract_tb


class _Failures(logging.Handler):
    """Prints one line for an exception that a library caught and logged; a lost connection is none."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if record.levelno < logging.ERROR or error is None or isinstance(error, OSError):
            return
        frames = extract_tb(error.__traceback__)
        at = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        text = " ".join(str(error).split())[:200]
        sys.stderr.write(f"proofsheet: unforeseen {type(error).__name__}{at}: {text} ({record.name})\n")


def quiet() -> None:
    """Keep libraries' logs and warnings off the terminal, unless Python's -W asks for the warnings."""
    root = logging.getLogger()
    if not any(isinstance(each, _Failures) for each in root.handlers):
        root.addHandler(_Failures())
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
