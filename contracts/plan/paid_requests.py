"""Paid requests: as few as meet all constraints; what these leave open is chosen to cover the most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any

from proofsheet.contracts.case import Case, PaidConstraint
from proofsheet.contracts.derive.answer_forms import PaidRequest
from proofsheet.contracts.derive.dimensions import Admits, admission, dimensions
from proofsheet.contracts.derive.other_bodies import sent_as
from proofsheet.contracts.derive.picture_prompts import numbered
from proofsheet.contracts.derive.request_bodies import completed as completed_body
from proofsheet.contracts.derive.samples import case_of, price, prompt_of, prompted, smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.plan.paid_coverage import Coverage
from proofsheet.contracts.plan.pairwise import completed
from proofsheet.contracts.plan.task_cases import task_case
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation


@dataclass
class _Draft:
    """A paid request in the making, and the constraints that it meets; Accept None: any."""

    operation: str
    accept: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    constraints: list[PaidConstraint] = field(default_factory=list)
    own: str = ""
    alone: bool = False
    media_type: str = ""
    places: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def meets(self, constraint: PaidConstraint, admits: Admits) -> bool:
        """Whether it can meet this constraint too; it does then."""
        if constraint.operation != self.operation:
            return False
        if not constraint.agrees(self.accept, self.fields, self.places):
            return False
        both = {**self.fields, **constraint.fields}
        if len(both) > len(self.fields) > 0 and not admits(both, constraint.accept or self.accept):
            return False  # each is right by itself, and no rule takes them together
        if self.own != constraint.own and (
            constraint.own or self.alone or not self._adds_nothing(constraint)
        ):
            return False
        self.accept = constraint.accept if self.accept is None else self.accept
        self.fields.update(constraint.fields)
        self.places.update(constraint.places)
        self.constraints.append(constraint)
        return True

    def _adds_nothing(self, constraint: PaidConstraint) -> bool:
        if constraint.accept not in (None, self.accept) or constraint.places.keys() - self.places.keys():
            return False
        return constraint.fields.keys() <= self.fields.keys()

    def body(self, operation: Operation, **fields: Any) -> dict[str, Any]:
        """The smallest body that has these fields, those of the draft and what stands deep in it."""
        found = {**fields, **self.fields}
        body = completed_body(operation, **found) or smallest(operation, **found)
        for at, value in self.places.items():
            body = pointers.replaced(body, at, value)
        return body


@dataclass(frozen=True)
class Paid:
    """A case that is paid for, and what its request asks for."""

    case: Case
    request: PaidRequest


def paid_requests(source: Source, derived: Sequence[Derived]) -> list[Paid]:
    """The paid requests for all constraints of `derived`: each judged by whatever can be judged of it.

    What the constraints leave open is filled in, and where that makes them cheaper, further requests are
    added; never do they cost more than the constraints alone. The seed decides which values are taken.
    """
    constraints = [constraint for each in derived for constraint in each.paid]
    Random(source.seed).shuffle(constraints)  # or the same ones would share a request in every run
    operations = source.document.operations
    drafts = _merged(constraints, operations)
    for name in dict.fromkeys(each.operation for each in drafts):
        drafts += _varied(source, operations[name], [each for each in drafts if each.operation == name])
    return [
        _paid(source, operations[each.operation], each, number, numbered(number, source.seed), derived)
        for number, each in enumerate(drafts, 1)
    ]


def _merged(constraints: Sequence[PaidConstraint], operations: Mapping[str, Operation]) -> list[_Draft]:
    """The strictest constraint first; each joins the first draft that fits."""
    drafts: list[_Draft] = []
    names = {each.operation for each in constraints}
    admits = {name: admission(operations[name]) for name in names}
    for constraint in sorted(
        constraints,
        key=lambda each: (not each.own, -len(each.fields) - len(each.places), each.accept is None),
    ):
        if not any(draft.meets(constraint, admits[constraint.operation]) for draft in drafts):
            fields = dict(constraint.fields)
            drafts.append(
                _Draft(
                    constraint.operation,
                    constraint.accept,
                    fields,
                    [constraint],
                    constraint.own,
                    constraint.alone,
                    constraint.media_type,
                    dict(constraint.places),
                )
            )
    return drafts


def coverage(source: Source, paid: Iterable[Paid]) -> dict[str, Coverage]:
    """What the requests cover, by operation."""
    found: dict[str, Coverage] = {}
    for each in paid:
        operation = each.request.operation
        if operation.id not in found:
            found[operation.id] = Coverage(dimensions(source, operation), admission(operation))
        found[operation.id].add(each.request.body, each.request.accept)
    return found


def _varied(source: Source, operation: Operation, drafts: Sequence[_Draft]) -> list[_Draft]:
    """Fill in what the drafts of an operation leave open; returns those that its money allows beyond."""
    chance = Random(f"{source.seed} {operation.id}")
    known = Coverage(dimensions(source, operation), admission(operation))
    free = [each for each in drafts if not each.own]
    left = sum((_price(operation, each.fields) for each in free), Decimal(0))
    for each in (each for each in drafts if each.own):
        known.add(each.fields, each.accept)
    for number, each in enumerate(free):
        kept = sum((_price(operation, later.fields) for later in free[number + 1 :]), Decimal(0))
        left -= _fill(operation, each, known, left - kept, chance)
    return list(_further(operation, known, left, chance)) if free else []


def _fill(operation: Operation, draft: _Draft, known: Coverage, limit: Decimal, chance: Random) -> Decimal:
    """Complete a draft; returns its price."""

    def priced(fields: Mapping[str, Any]) -> Decimal:
        return _price(operation, fields)

    chosen = completed(draft.fields, draft.accept, known, priced, limit, chance)
    draft.fields, draft.accept = dict(chosen.fields), chosen.accept
    known.add(draft.fields, draft.accept)
    return priced(draft.fields)


def _further(operation: Operation, known: Coverage, left: Decimal, chance: Random) -> Iterator[_Draft]:
    """One request more as long as there is money, and a value that none has."""
    while known.missing_values():
        missing = known.missing_values()
        draft = _Draft(operation.id)
        left -= _fill(operation, draft, known, left, chance)
        if left < 0 or known.missing_values() == missing:
            return
        yield draft


def _price(operation: Operation, fields: Mapping[str, Any]) -> Decimal:
    return price(operation, smallest(operation, **fields))


def _paid(
    source: Source,
    operation: Operation,
    draft: _Draft,
    number: int,
    subject: str,
    derived: Iterable[Derived],
) -> Paid:
    operation = sent_as(operation, draft.media_type) if draft.media_type else operation
    accept = _any_form(operation) if draft.accept is None else draft.accept
    body = draft.body(operation, **prompted(operation, subject))
    request = PaidRequest(operation, body, accept, is_plain=not draft.alone)
    expects = [each.expect for each in draft.constraints if each.expect]
    expects += _of_every(request, derived)
    headers = {"accept": accept.strip()} if accept else {}
    name = f"picture-{number}"
    distinct = tuple(_distinct(expects))
    if operation.lifecycle is not None:
        return Paid(task_case(source.document, operation, f"task-{number}", body, distinct), request)
    case = case_of(operation, name, body, distinct, pays=True, headers=headers)
    return Paid(replace(case, prompt=prompt_of(operation, body)), request)


def _any_form(operation: Operation) -> str:
    """What to accept where any form will do: pictures in any format, other files in theirs."""
    is_image = operation.artifact is None or operation.artifact.kind == "image"
    return "image/*" if is_image else str(operation.artifact.media.pick({})) if operation.artifact else ""


def _of_every(request: PaidRequest, derived: Iterable[Derived]) -> Iterator[Expectation]:
    for each in derived:
        if each.every is None or each.requirement.operation != request.operation.id:
            continue
        if expect := each.every(request):
            yield expect


def _distinct(expects: Iterable[Expectation]) -> Iterator[Expectation]:
    known: list[Expectation] = []
    for each in expects:
        if each not in known:
            known.append(each)
            yield each
