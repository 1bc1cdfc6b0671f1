"""Answers that are kept before they are there: how one stands follows from the clock, or from looks.

What is remembered beside a kept answer is plain JSON, so that whoever shows it needs nothing else.
"""

from __future__ import annotations

import json
from typing import Any

from proofsheet.mockserver.tasks.pace import Pace
from proofsheet.spec import pointers
from proofsheet.spec.kept import Later

Record = dict[str, Any]


def begun(later: Later, pace: Pace, now: float) -> Record:
    """What is remembered of one that begins now: after how long (or how many looks) it is in which state."""
    marks, at = list[tuple[float, str | None]](), 0.0
    shares = len(later.states)
    for state in later.states:
        marks.append((at, state.name))
        at += _length(state.seconds, pace, shares)
    return {
        "begun": now,
        "marks": [*marks, (at, None)],
        "looks": 0 if pace.by_looks else None,
        "moved": None,
        "shows": {name: dict(members) for name, members in later.shows.items()},
    }


def _length(seconds: float, pace: Pace, shares: int) -> float:
    if pace.total is not None:
        return pace.total / shares
    return 1.0 if pace.by_looks else seconds * pace.factor


def state(record: Record, now: float) -> str | None:
    """In which state it is at a time of the clock; None: it is there."""
    passed = now - record["begun"] if record["looks"] is None else record["looks"]
    came: list[str | None] = [name for at, name in record["marks"] if at <= passed]
    moved: str | None = record["moved"]
    return moved or came[-1]


def shown(answer: Any, record: Record, now: float) -> Any:
    """The answer as it is shown then: with what its state has in place of what is not there yet."""
    found = json.loads(json.dumps(answer))
    for pointer, value in record["shows"].get(state(record, now), {}).items():
        *way, last = pointers.split(pointer)
        for holder in pointers.find(found, tuple(way)):
            holder[last] = value
    return found
