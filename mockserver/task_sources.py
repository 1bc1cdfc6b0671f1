"""What can be bound of a task: a function for each of its runtime expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.state.tasks import Task
from proofsheet.mockserver.tasks.course import Position


@dataclass(frozen=True)
class TaskView:
    """A task, where it stands, and the call that submitted it, as far as that is remembered."""

    task: Task
    position: Position
    call: Call


def _number(value: float | None) -> Iterator[float]:
    return iter(() if value is None else (value,))


def _duration(position: Position) -> float | None:
    return None if position.ended is None else position.ended - (position.started or position.created)


TASK: Mapping[str, Callable[[TaskView], Iterator[Any]]] = {
    "$task.id": lambda view: iter([view.task.id]),
    "$task.state": lambda view: iter([view.position.state]),
    "$task.kind": lambda view: iter([view.task.kind] if view.task.kind else []),
    "$task.progress": lambda view: _number(view.position.progress),
    "$task.created": lambda view: _number(view.position.created),
    "$task.started": lambda view: _number(view.position.started),
    "$task.ended": lambda view: _number(view.position.ended),
    "$task.duration": lambda view: _number(_duration(view.position)),
    "$task.parent": lambda view: iter([view.task.parent] if view.task.parent else []),
}
