"""What is asked of operations that view, move or go on from tasks: by unknown ids, and on a task's way."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.refusals import RefusedAs
from proofsheet.contracts.checks.task_course import Ends
from proofsheet.contracts.checks.task_money import EndsAreFree
from proofsheet.contracts.checks.task_moves import (
    EarlyRefused,
    ForeignParent,
    Moved,
    MovedAgain,
    MoveRefused,
)
from proofsheet.contracts.derive.ledger import balance_of
from proofsheet.contracts.derive.request_bodies import completed
from proofsheet.contracts.derive.samples import case_of, smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.task_requests import (
    following,
    goes_on,
    id_place,
    moving,
    unknown_id,
    view_of,
    with_id,
)
from proofsheet.contracts.expectation import Expectation, SpeaksFor
from proofsheet.contracts.requirement import Requirement
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.tasks import Moves, OfOne, Starts


def task_moves(source: Source, operation: Operation) -> Iterator[Derived]:
    """Every requirement on what an operation does to one task that there is, or is not."""
    role = operation.task
    if isinstance(role, OfOne) and id_place(operation):
        yield _unknown(source, operation, role.missing)
    if isinstance(role, Moves):
        yield from _moved(source, operation, role)
    if isinstance(role, Starts) and role.needed and id_place(operation):
        yield _unknown(source, operation, operation.policy.outcome("follow-up", "missing"))
        yield from _early(source, operation, role)
        yield from _foreign(source, operation, operation.policy.outcome("follow-up", "missing"))


def _unknown(source: Source, operation: Operation, outcome: str) -> Derived:
    says = "an id that no task has is refused"
    wanted = source.requirement(operation, "task.unknown", says, "/x-task", also=("",))
    body = (completed(operation) if operation.body else None) or smallest(operation)
    case = case_of(operation, "task.unknown", body, (RefusedAs(wanted.id, outcome),))
    return Derived(wanted, (case.sending(**_sent(operation, case.request)),))


def _sent(operation: Operation, request: object) -> dict[str, object]:
    made = with_id(operation, request, unknown_id(operation))  # type: ignore[arg-type]
    return {each: getattr(made, each) for each in ("path_params", "query", "headers", "json")}


def _moved(source: Source, operation: Operation, role: Moves) -> Iterator[Derived]:
    """A task of the cheapest operation whose tasks can be moved so, which nothing else is asked of."""
    starter = next(iter(_starters(source.document, operation)), None)
    if starter is None or starter.lifecycle is None:
        return
    is_end = starter.lifecycle.states[role.to].is_final
    says = f"a task that may be is moved to {role.to}"
    wanted = source.requirement(operation, "task.moved", says, "/x-task", profile="core")
    moved = Moved(wanted.id, operation.id, role.to)
    ends = Ends(wanted.id, frozenset({role.to}))
    own = tuple(_own(starter, operation, each) for each in (moved, ends))
    yield Derived(wanted, paid=own if is_end else (PaidConstraint(starter.id, moved),))
    if is_end:
        yield from _free(source, operation, starter, role)
        yield _again(source, operation, starter, role)
    if role.refused == operation.success.name:
        return  # nothing tells the one from the other
    says = "a task that has ended is not moved"
    late = source.requirement(operation, "task.ended", says, "/x-task/moves/refused", profile="core")
    yield Derived(late, paid=(PaidConstraint(starter.id, MoveRefused(late.id, operation.id, role.refused)),))


def _again(source: Source, operation: Operation, starter: Operation, role: Moves) -> Derived:
    """A second move of a task that the first one has ended: the same answer, or the refusal, and no more."""
    says = f"a task that was moved to {role.to} is not moved again: the answer is {role.refused}"
    at = "/x-task/moves/refused"
    wanted = source.requirement(operation, "task.moved-again", says, at, profile="core")
    expect = MovedAgain(wanted.id, operation.id, role.to, role.refused)
    return Derived(wanted, paid=(_own(starter, operation, expect),))


def _free(source: Source, operation: Operation, starter: Operation, role: Moves) -> Iterator[Derived]:
    """What a task costs that was ended by a client, where the balance is shown."""
    cost = starter.cost
    if cost is None or role.to in cost.charged or balance_of(source.document) is None:
        return
    says = f"a task that ends in {role.to} costs nothing"
    at = "/x-cost/charged"
    wanted = source.requirement(starter, f"task.free.{role.to}", says, at, profile="core")
    yield Derived(
        wanted, paid=(_own(starter, operation, SpeaksFor(wanted.id)),), ledger=EndsAreFree(wanted.id)
    )


def _own(starter: Operation, operation: Operation, expect: Expectation) -> PaidConstraint:
    return PaidConstraint(starter.id, expect, own=f"moved by {operation.id}", alone=True)


def _starters(document: Document, operation: Operation) -> list[Operation]:
    """The operations whose tasks it moves, those that need no parent first, and the cheapest."""
    known = [
        each
        for each in document.operations.values()
        if each.lifecycle and view_of(document, each)
        if any(move.id == operation.id for move, _ in moving(document, each.lifecycle))
    ]
    return sorted(
        known, key=lambda each: (goes_on(each), float(each.cost.credits.pick({})) if each.cost else 0)
    )


def _foreign(source: Source, operation: Operation, outcome: str) -> Iterator[Derived]:
    """With another account's key, on the way of a task that it could go on from if it were that account's."""
    parent = parent_of(source.document, operation)
    if parent is None or operation.is_open:
        return
    says = "the key of another account does not find the task that it would go on from"
    wanted = source.requirement(
        operation, "task.foreign-parent", says, "/x-task", profile="extended", needs="other-key"
    )
    expect = ForeignParent(wanted.id, operation.id, outcome)
    yield Derived(wanted, paid=(PaidConstraint(parent.id, expect),))


def _early(source: Source, operation: Operation, role: Starts) -> Iterator[Derived]:
    """On the way of a task that it could go on from later."""
    assert role.needed is not None
    parent = parent_of(source.document, operation)
    if parent is None or (parent.lifecycle and parent.lifecycle.start in role.needed.states):
        return  # nothing goes before: an upload is there as soon as it has an id
    says = "it is refused while the task that it goes on from has not come so far"
    wanted: Requirement = source.requirement(operation, "task.early", says, "/x-task", profile="core")
    refused = operation.policy.outcome("follow-up", "state")
    expect = EarlyRefused(wanted.id, operation.id, refused, role.needed.states)
    yield Derived(wanted, paid=(PaidConstraint(parent.id, expect),))


def parent_of(document: Document, operation: Operation) -> Operation | None:
    """The operation whose tasks another goes on from: the first that itself goes on from none."""
    known = [
        each
        for each in document.operations.values()
        if each.lifecycle and any(one.id == operation.id for one in following(document, each))
    ]
    return min(known, key=goes_on, default=None)
