"""Which tasks are awaited, and where they stand: a line when that takes long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from proofsheet.contracts.checks.task_facts import end_of, views
from proofsheet.contracts.trail import Trail

SOON, OFTEN = 2.0, 10.0  # seconds until the first line, and between two
MOST = 3  # tasks that a line names


@dataclass
class Awaited:
    """The tasks under way; from several threads. `now` is in seconds, `say` takes a line."""

    say: Callable[[str], None]
    now: Callable[[], float]
    _tasks: dict[str, str] = field(default_factory=dict)
    _next: float | None = None  # when the next line is due
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def looked(self, case: str, trail: Trail) -> None:
        """Take note of a task after a look at it."""
        if trail.id is None or end_of(trail) is not None:
            self.ended(case)
            return
        with self._lock:
            self._tasks[case] = f"{case} {_course_so_far(trail)}, {trail.waited:.0f} s"
            now = self.now()
            self._next = now + SOON if self._next is None else self._next
            if now < self._next:
                return
            self._next = now + OFTEN
            self.say(self._line())

    def ended(self, case: str) -> None:
        """A task is not awaited any more."""
        with self._lock:
            self._tasks.pop(case, None)
            self._next = self._next if self._tasks else None

    def _line(self) -> str:
        named = list(self._tasks.values())
        more = f"; {len(named) - MOST} more" if len(named) > MOST else ""
        return f"waiting for {'; '.join(named[:MOST])}{more}"


def _course_so_far(trail: Trail) -> str:
    """The state of a task and its progress, as they were seen last."""
    known = views(trail)
    if not known:
        return "submitted"
    found = known[-1][1]
    progress = found.get("$task.progress")
    is_number = isinstance(progress, int | float)
    return (found.state or "in no declared state") + (f" {progress:.0%}" if is_number else "")
