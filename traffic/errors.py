"""The ways in which recorded traffic can be unreadable."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(eq=False)  # not frozen: contextlib assigns to an exception's traceback
class BadTraffic(Exception):
    """A transcript or HAR file that cannot be taken: where (line from 1 on; 0: the whole) and why."""

    path: Path
    line: int
    problem: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{place}: {self.problem}"
