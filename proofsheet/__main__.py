"""`proofsheet …`, and `python -m proofsheet …`. Imports nothing by itself: see `main`."""

from __future__ import annotations

import errno
import os
import signal
import sys


def main() -> None:
    """Run the command. Until it begins, Ctrl-C ends the process at once, with no traceback of an import."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where a parent ignores it
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from proofsheet.command import main as command

    try:
        command(prog_name="proofsheet")
    except OSError as problem:  # the disk that standard output goes to is full
        if problem.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is buffered would raise again
        sys.exit(f"Error: cannot write the output: {problem.strerror}")


if __name__ == "__main__":
    main()
