"""`proofsheet …`, and `python -m proofsheet …`. Imports nothing by itself: see `main`."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command. Until it begins, Ctrl-C ends the process at once, with no traceback of an import."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where a parent ignores it
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from proofsheet.command import main as command

    command(prog_name="proofsheet")


if __name__ == "__main__":
    main()
