"""The gates of submissions: the task that one goes on from, the offer that it takes, how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.refusal import Refusal
from proofsheet.mockserver.state.tasks import Most, Task
from proofsheet.mockserver.task_sources import TaskView, known_artifact, known_task, task_text, view
from proofsheet.spec import pointers
from proofsheet.spec.expressions import Expression
from proofsheet.spec.follow_up import FollowUp as How
from proofsheet.spec.schemas import Flaw
from proofsheet.spec.tasks import Lifecycle, Offer, Starts


@dataclass(frozen=True)
class FollowUp:
    """What a submission goes on from, and of which lifecycle and kind the task is that it starts."""

    parent: TaskView
    offer: Offer | None
    lifecycle: Lifecycle
    kind: str | None
    inherited: Mapping[str, Any] = field(default_factory=dict)  # fields that it takes over
    artifact: How | None = None  # what becomes of the parent's artifact, where no offer says

    @property
    def start(self) -> str:
        """The state in which the task starts."""
        return (self.offer and self.offer.at) or self.lifecycle.start


def find_task(call: Call, double: Double, id: Expression, any_key: bool = False) -> Task | None:
    """The task whose id a call names; None if there is none, or none of the caller's."""
    return named_task(call, double, call.evaluate(id), any_key)[0]


def named_task(
    call: Call, double: Double, value: Any, any_key: bool = False, by_artifact: bool = False
) -> tuple[Task | None, int | None]:
    """The task that an id names, or that has an artifact of that id, with its number."""
    account, index = call.operation.account, None
    task: Task | None = None
    if isinstance(value, str):
        task, index = (
            known_artifact(double, account, value)
            if by_artifact
            else (known_task(double, account, value), None)
        )
    if task is None or not (any_key or task.holder == call.account):
        return None, None
    started = double.documents.operation(task.operation).operation
    # A vendor's are of several families.
    return (task, index) if started.family == call.operation.family else (None, None)


def follow_up(call: Call, double: Double) -> None:
    """The gate of what a call that starts a task goes on from."""
    role = call.operation.task
    if not isinstance(role, Starts) or role.parent is None:
        return
    wanted = next((each for each in role.parents if call.evaluate(each.id)), role.parent)
    value = call.evaluate(wanted.id)
    if wanted.optional and not value:
        return
    task, index = named_task(call, double, value, False, wanted.by_artifact)
    if task is None:
        raise Refusal("follow-up", "missing")
    parent = view(double, task, index)
    if parent.position.state not in wanted.states:
        raise Refusal("follow-up", "unfit" if parent.state.is_final else "state")
    if role.offer is None:
        assert role.lifecycle is not None  # a follow-up without an offer has one
        found = FollowUp(parent, None, role.lifecycle, role.kind)
    else:
        found = _taken(parent, _offer(parent, str(call.evaluate(role.offer))), role)
    before = parent.call.fields
    taken = {each[0]: one for each in wanted.inherits for one in pointers.find(before, each)}
    call.follow_up = replace(found, inherited=taken, artifact=wanted.artifact)


def active_tasks(call: Call, double: Double) -> None:
    """The gate of how many tasks may be unfinished."""
    role = call.operation.task
    most = most_tasks(call, role) if isinstance(role, Starts) else None
    if isinstance(role, Starts) and most is not None and not double.state.has_room(call.account, most):
        raise too_many(role)


def most_tasks(call: Call, role: Starts) -> Most | None:
    """How many unfinished tasks its credential may have."""
    operation = call.operation.id if role.per == "operation" else None
    return Most(role.most, call.operation.document, operation) if role.most else None


def too_many(role: Starts) -> Refusal:
    """The refusal of a task that is one too many."""
    return Refusal("active-tasks", "most", (Flaw("most", "", {"limit": role.most}),))


def resumed(double: Double, found: TaskView) -> FollowUp | None:
    """What a task went on from when it was submitted, as far as it is remembered."""
    task = found.task
    before = known_task(double, task.holder[0], task.parent) if task.parent else None
    if before is None:
        return None
    parent = view(double, before)
    offer = next((each for each in parent.offers if each.name == task.offer), None)
    role = found.served.operation.task
    how = role.parent.artifact if isinstance(role, Starts) and role.parent else None
    return FollowUp(parent, offer, found.lifecycle, task.kind, artifact=how)


def _offer(parent: TaskView, wanted: str) -> Offer:
    for each in parent.offers:
        if wanted.casefold() in each.names or (each.id and wanted == task_text(each.id.text, parent)):
            return each
    raise Refusal("follow-up", "unknown", (Flaw("unknown", "", {"value": wanted}),))


def _taken(parent: TaskView, offer: Offer, role: Starts) -> FollowUp:
    if offer.again:
        return FollowUp(parent, offer, parent.lifecycle, parent.task.kind)
    if offer.lifecycle is None:
        raise Refusal("follow-up", "unknown", outcome=offer.answer)
    return FollowUp(parent, offer, role.lifecycles[offer.lifecycle], offer.kind)
