"""Where a task stands: computed from its route and the clock whenever somebody looks. No timers."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from proofsheet.mockserver.state.tasks import Task
from proofsheet.mockserver.tasks.pace import Pace
from proofsheet.spec.tasks import Lifecycle, State

Route = tuple[tuple[float, str], ...]
_UNKNOWN_SECONDS = (1.0, 2.0)  # of a state whose duration no source gives, at the documented pace


@dataclass(frozen=True)
class Position:
    """Where a task stands: its state, the progress made (0 to 1) and times in seconds of the clock."""

    state: str
    progress: float | None
    created: float
    started: float | None  # when it left the state it was submitted in; at once, where that led to its end
    ended: float | None


def route(lifecycle: Lifecycle, start: str, end: str, pace: Pace, chance: random.Random) -> Route:
    """After how long a task comes into each state from `start` to `end`, or to the first that waits."""
    states = list(_passed(lifecycle, start, end))
    lengths = _lengths([lifecycle.states[each] for each in states[:-1]], pace, chance)
    marks = [0.0]
    for length in lengths:
        marks.append(marks[-1] + length)
    return tuple(zip(marks, states, strict=True))


def _passed(lifecycle: Lifecycle, start: str, end: str) -> Iterator[str]:
    for name in lifecycle.way(start, end):
        yield name
        state = lifecycle.states[name]
        if not state.is_final and state.seconds is None:
            return  # until a client moves it


def _lengths(states: Sequence[State], pace: Pace, chance: random.Random) -> list[float]:
    if pace.by_looks:
        return [1.0 if pace.total is None else pace.total / len(states) for _ in states]
    if pace.total is not None:
        return [pace.total / len(states) for _ in states]
    return [chance.uniform(*(each.seconds or _UNKNOWN_SECONDS)) * pace.factor for each in states]


def position(task: Task, lifecycle: Lifecycle, now: float) -> Position:
    """Where a task stands at a time of the clock."""
    passed = float(task.looks) if task.by_looks else now - task.moves[-1][0]
    index = max(i for i, (at, _) in enumerate(task.route) if at <= passed or i == 0)
    return _position(task, lifecycle, index, passed, now)


def entering(task: Task, lifecycle: Lifecycle, index: int, now: float) -> Position:
    """Where a task stands just when it comes into the state `index` of its route."""
    return _position(task, lifecycle, index, task.route[index][0], now)


def shown(task: Task) -> list[int]:
    """The indexes in its route of the states that can be seen: the next does not come at the same time."""
    marks = [at for at, _ in task.route]
    return [i for i, at in enumerate(marks) if i + 1 == len(marks) or marks[i + 1] > at]


def _position(task: Task, lifecycle: Lifecycle, index: int, passed: float, now: float) -> Position:
    moved = task.moves[-1][0]
    at, name = task.route[index]
    state = lifecycle.states[name]
    until = task.route[index + 1][0] if index + 1 < len(task.route) else None
    return Position(
        state=name,
        progress=_progress(state, passed - at, None if until is None else until - at),
        created=task.created,
        started=_started(task, index, now),
        ended=(moved if task.by_looks else moved + at) if state.is_final else None,
    )


def _progress(state: State, passed: float, length: float | None) -> float | None:
    if state.progress is None:
        return None
    first, last = state.progress
    if not length:
        return last if state.is_final else first
    return first + (last - first) * min(passed / length, 1.0)


def _started(task: Task, index: int, now: float) -> float | None:
    moved = task.moves[-1][0]
    if index == 0:
        return moved if len(task.moves) > 1 else None
    if len(task.route) == 2 and task.ends:
        return moved
    return moved if task.by_looks else moved + task.route[1][0]
