"""One run for all processes of a test run: pytest-xdist has several, and the budget is one."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

BEGUN, ENDED = "begun", "ended"


def once(folder: Path, work: Callable[[bool], None]) -> None:
    """Do `work`, unless another process that shares `folder` has; wait for it as long as it does.

    `work` is told whether another process began it and died. If it raises, the next process does it again.
    """
    with (folder / "run").open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # let go of when the file is closed, and when the process dies
        file.seek(0)
        known = file.read()
        if ENDED in known:
            return
        file.write(BEGUN)
        file.flush()
        work(BEGUN in known)
        file.write(ENDED)
