"""Answers that are kept: one is shown, gone on from, deleted and looked for again, in one case."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from proofsheet.contracts.case import Case, Step
from proofsheet.contracts.checks.expected import IsSuccess
from proofsheet.contracts.checks.kept_answers import GoesOn, Gone, ItemsListed, ShownAgain
from proofsheet.contracts.checks.written import plain_form
from proofsheet.contracts.derive.samples import plain_request, price, smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.requirement import Requirement
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation
from proofsheet.spec.expressions import place_in_request
from proofsheet.spec.kept import Keeps

SHOWN, EARLIER, LISTED, DELETED = "kept.shown", "kept.earlier", "kept.listed", "kept.deleted"


def kept_answers(source: Source, operation: Operation) -> Iterator[Derived]:
    """What becomes of an answer that this operation keeps."""
    role = operation.kept
    if role is None or role.keeps is None or operation.body is None:
        return
    views = [each for each in _about(source, operation) if _shows_whole(each)]
    lists = [each for each in _about(source, operation) if each.kept and each.kept.lists]
    deletions = [each for each in _about(source, operation) if each.kept and each.kept.deletes]
    wanted: dict[str, Requirement] = {}
    for topic, says, at, most, is_there in (
        (SHOWN, "an answer that was kept is shown as it came", "/x-kept/keeps", "MUST", views),
        (EARLIER, "an answer that goes on from another reads that too", "/x-kept/id", "SHOULD", role.id),
        (LISTED, "what a kept answer was made of is listed", "/x-kept/keeps/items", "MUST", lists),
        (
            DELETED,
            "an answer that was deleted is gone",
            "/x-kept/keeps",
            "MUST",
            views and deletions,
        ),
    ):
        if is_there:
            profile = {"profile": "core", "most": most}
            wanted[topic] = source.requirement(operation, topic, says, at, **profile)
    case = _case(operation, role.keeps, wanted, views[:1], lists[:1], deletions[:1]) if wanted else None
    for each in wanted.values():
        yield Derived(each, (case,) if case else ())


def _shows_whole(operation: Operation) -> bool:
    form = plain_form(operation)
    return form is not None and any(not at and each.text == "$kept.answer" for at, each in form.binds)


def _about(source: Source, operation: Operation) -> Iterator[Operation]:
    """The operations that need an answer which this one keeps, and nothing else than it."""
    for each in source.document.operations.values():
        role, own = each.kept, operation.kept
        if role and own and role.of == own.of and role.is_about_one and each.body is None:
            yield each


def _case(
    operation: Operation,
    keeps: Keeps,
    wanted: dict[str, Requirement],
    views: list[Operation],
    lists: list[Operation],
    deletions: list[Operation],
) -> Case:
    """Answer, answer from it, look, list what it was made of, delete, look.

    Each step takes the id from an answer before.
    """
    id = pointers.join(*keeps.id)
    body = smallest(operation)
    first = Step(plain_request(operation, body))
    steps = [first]
    if EARLIER in wanted and operation.kept and operation.kept.id:
        member = pointers.join(*place_in_request(operation.kept.id.text)[2])
        steps.append(Step(first.request, (GoesOn(wanted[EARLIER].id, operation),), takes={member: id}))
    if SHOWN in wanted:
        steps.append(_step(views[0], id, ShownAgain(wanted[SHOWN].id, operation)))
    if LISTED in wanted and operation.completion:
        sent = tuple(each.text for each in operation.completion.conversation(body) if each.role != "system")
        steps.append(_step(lists[0], id, ItemsListed(wanted[LISTED].id, sent)))
    if DELETED in wanted:
        gone = Gone(wanted[DELETED].id, views[0].policy.outcome("kept", "missing"))
        steps += _step(deletions[0], id, IsSuccess(wanted[DELETED].id)), _step(views[0], id, gone)
    paid = sum(each.request.operation == operation.id for each in steps)
    cost: Decimal = price(operation, body) * paid
    return Case(f"{operation.id}/kept", operation.id, tuple(steps), cost, bool(cost))


def _step(operation: Operation, id: str, expect: Expectation) -> Step:
    """A request about the answer of that id."""
    assert operation.kept is not None
    assert operation.kept.id is not None
    _, name, _ = place_in_request(operation.kept.id.text)
    return Step(plain_request(operation, {}), (expect,), takes={name: id})
