"""What is to become of a task, as it was written for it: its end, its way and its pace."""

from __future__ import annotations

from proofsheet.mockserver.double import Double
from proofsheet.mockserver.forcing import CannotForce
from proofsheet.mockserver.tasks.pace import Pace, parse_pace
from proofsheet.mockserver.tasks.task_faults import BadTaskForcing, TaskForcing, parse_task_forcing
from proofsheet.spec.tasks import Lifecycle

PACE = "task pace"  # the kind of value under which the pace of a key is remembered; the key "" is all
FOR_EVER = 1e12  # seconds


def read_task_forcing(text: str, lifecycle: Lifecycle, start: str) -> tuple[TaskForcing, str | None]:
    """What a text says, and the state that the task's way leads to, if it says that. Raises CannotForce."""
    try:
        found = parse_task_forcing(text)
        return found, found.goal(lifecycle, start)
    except BadTaskForcing as problem:
        raise CannotForce(f"task: {problem}") from None


def task_pace(double: Double, key: str | None) -> Pace:
    """How fast the tasks of a key go: as was said of it, or of all keys, or when the double was started."""
    for name in dict.fromkeys((key or "", "")):
        if (text := double.state.recall((PACE, name))) is not None:
            return parse_pace(text)
    return double.settings.task_pace
