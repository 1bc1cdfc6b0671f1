"""What can be bound of a task: a function for each of its runtime expressions."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.documents import Served
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.state.tasks import Holder, Task
from proofsheet.mockserver.tasks.course import Position, position
from proofsheet.mockserver.tasks.ids import NAMING, tasks_of
from proofsheet.mockserver.uploads import UploadedFile
from proofsheet.spec import expressions, pointers
from proofsheet.spec.tasks import Lifecycle, Offer, Starts, State


@dataclass(frozen=True)
class TaskView:
    """A task, where it stands, and the operation that started it."""

    task: Task
    position: Position
    served: Served
    index: int | None = None  # the one of its artifacts that is spoken of; None: all

    @property
    def artifacts(self) -> list[tuple[int, Any]]:
        """The descriptions of its artifacts that are spoken of, each with its number."""
        return [pair for pair in enumerate(self.task.artifacts) if self.index in (None, pair[0])]

    @property
    def names_artifacts(self) -> bool:
        """Whether its artifacts can have ids."""
        role = self.served.operation.task
        return isinstance(role, Starts) and role.id_form in NAMING and not role.prefix

    @cached_property
    def call(self) -> Call:
        """The call that submitted it, as far as that is remembered."""
        return as_submitted(self.served, self.task)

    @property
    def lifecycle(self) -> Lifecycle:
        return self.served.operation.lifecycles[self.task.lifecycle]

    @property
    def state(self) -> State:
        return self.lifecycle.states[self.position.state]

    @property
    def offers(self) -> tuple[Offer, ...]:
        """What a follow-up may do with it now."""
        return self.state.offers


def as_submitted(served: Served, task: Task) -> Call:
    """The call that started a task, as far as it is remembered: what its values and artifacts depend on."""
    sent = task.sent()
    operation = served.operation
    return Call(
        served=served,
        method=operation.method,
        path=operation.path,
        headers={},
        path_params=sent["path"],
        query=sent["query"],
        key=task.holder[1] or None,
        fields=sent["fields"],
        body=operation.body,
        seed=task.seed,
        pictures=task.artifacts,
        base=task.origin,
        prefix=task.prefix,
    )


def view(double: Double, task: Task, index: int | None = None) -> TaskView:
    """A task as it stands now; it is known to the documents."""
    served = double.documents.operation(task.operation)
    lifecycle = served.operation.lifecycles[task.lifecycle]
    return TaskView(task, position(task, lifecycle, double.state.now()), served, index)


def known_task(double: Double, account: str, id: str) -> Task | None:
    """A task by its id; None also while the documents do not know it."""
    found = double.state.task(account, id)
    return found if found is not None and is_known(double, found) else None


def known_artifact(double: Double, account: str, id: str) -> tuple[Task | None, int | None]:
    """The task that an artifact with this id is of, and its number there."""
    for name, index in tasks_of(id):
        found = known_task(double, account, name)
        if found is not None and index < len(found.artifacts):
            return found, index
    return None, None


def looked_at(double: Double, task: Task, by: Holder) -> Task:
    """A task as a client sees it that is shown it: where it goes by looks, its holder's look counts."""
    return (double.state.task(task.holder[0], task.id, by) or task) if task.by_looks else task


def is_known(double: Double, task: Task) -> bool:
    """Whether the documents have the operation that started a task, and every state of its way.

    Documents are read again while tasks are open (serve --reload), and edited by hand. A task whose time is
    over is not known either.
    """
    served = double.documents.get(task.operation)
    lifecycle = served.operation.lifecycles.get(task.lifecycle) if served else None
    if served is None or lifecycle is None or any(name not in lifecycle.states for _, name in task.route):
        return False
    until = _expires(served, task)
    return until is None or double.state.now() < until


def _expires(served: Served, task: Task) -> float | None:
    """When a task is gone, in seconds of the clock; None where it stays."""
    role = served.operation.task
    if not isinstance(role, Starts) or role.expires is None:
        return None
    asked = next(pointers.find(task.sent()["fields"], role.expires), None)
    return task.created + asked if isinstance(asked, int | float) else None


def _uploaded(view: TaskView) -> Iterator[UploadedFile]:
    return (each for each in view.task.artifacts if isinstance(each, UploadedFile))


def _number(value: float | None) -> Iterator[float]:
    return iter(() if value is None else (value,))


def _duration(position: Position) -> float | None:
    return None if position.ended is None else position.ended - (position.started or position.created)


TASK: Mapping[str, Callable[[TaskView], Iterator[Any]]] = {
    "$task.id": lambda view: iter([view.task.id]),
    "$task.hash": lambda view: iter([str(uuid.uuid5(uuid.NAMESPACE_OID, view.task.id))]),
    "$task.label": lambda view: iter([view.task.label] if view.task.label else []),
    "$task.offer": lambda view: iter([view.task.offer] if view.task.offer else []),
    "$task.ahead": lambda view: iter([view.task.ahead]),
    "$task.state": lambda view: iter([view.position.state]),
    "$task.kind": lambda view: iter([view.task.kind] if view.task.kind else []),
    "$task.progress": lambda view: _number(view.position.progress),
    "$task.created": lambda view: _number(view.position.created),
    "$task.started": lambda view: _number(view.position.started),
    "$task.ended": lambda view: _number(view.position.ended),
    "$task.duration": lambda view: _number(_duration(view.position)),
    "$task.flaw": lambda view: iter([view.task.flaw] if view.task.flaw else []),
    "$task.parent": lambda view: iter([view.task.parent] if view.task.parent else []),
    "$task.expires": lambda view: _number(_expires(view.served, view.task)),
    "$task.file-name": lambda view: (each.name for each in _uploaded(view)),
    "$task.file-size": lambda view: (len(each.data) for each in _uploaded(view)),
}


def task_text(template: str, view: TaskView) -> str:
    """A text in which expressions about the task itself stand in braces."""
    wanted = expressions.embedded(template)
    return expressions.fill(template, {each.text: str(next(of_task(each.text, view), "")) for each in wanted})


def of_task(text: str, view: TaskView) -> Iterator[Any]:
    """The value of an expression about a task; nothing where it has none."""
    if text.startswith("$text."):
        return iter([said for name, said in view.task.texts if name == text.removeprefix("$text.")])
    return TASK[text](view)


# What can be bound of each offer of a task.
OFFER: Mapping[str, Callable[[Offer, TaskView], Any]] = {
    "$offer.id": lambda offer, view: task_text(offer.id.text, view) if offer.id else offer.name,
    "$offer.name": lambda offer, view: offer.name,
    "$offer.label": lambda offer, view: offer.name if offer.label is None else offer.label,
    "$offer.icon": lambda offer, view: offer.icon or "",
}
