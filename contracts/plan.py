"""The plan: which cases are sent, in which order, and what they cost. Free ones first, paid ones merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts.case import Case, Wish
from contracts.deriving.access import access
from contracts.deriving.always import always
from contracts.deriving.answers import answers
from contracts.deriving.bounds import bounds
from contracts.deriving.source import Derived, Source
from contracts.requirement import PROFILES, Requirement
from contracts.samples import request, smallest
from spec.document import Document, Operation

DERIVERS = (always, access, bounds, answers)


@dataclass(frozen=True)
class Plan:
    """Requirements and the cases that answer them, in the order in which they are sent."""

    requirements: tuple[Requirement, ...]
    cases: tuple[Case, ...]

    @property
    def price(self) -> Decimal:
        """Credits that a target which keeps the contract charges for the plan."""
        return sum((case.cost for case in self.cases if case.pays), Decimal(0))

    @property
    def risk(self) -> Decimal:
        """The credits of the dearest refusal: what a target that grants it would charge."""
        return max((case.cost for case in self.cases if not case.pays), default=Decimal(0))


def plan(source: Source, profile: str, only: tuple[str, ...] = ()) -> Plan:
    """The plan for a profile, all cheaper profiles included; `only` keeps requirements by id or prefix."""
    wanted = PROFILES[: PROFILES.index(profile) + 1]
    found = [
        each
        for operation in source.document.operations.values()
        for each in _derived(source, operation)
        if each.requirement.profile in wanted and _is_asked(each.requirement.id, only)
    ]
    requirements = {each.requirement.id: each.requirement for each in found}
    free = [case for each in found for case in each.cases]
    paid = fulfil(source.document, [each.wish for each in found if each.wish])
    ordered = [*free, *sorted(paid, key=lambda case: case.cost)]
    return Plan(tuple(requirements.values()), tuple(ordered))


def _derived(source: Source, operation: Operation) -> Iterator[Derived]:
    for deriver in DERIVERS:
        yield from deriver(source, operation)


def _is_asked(name: str, only: tuple[str, ...]) -> bool:
    return not only or any(name == each or name.startswith(each + ".") for each in only)


@dataclass
class _Picture:
    """One picture to be paid for, and the wishes it fulfils."""

    operation: str
    accept: str | None
    fields: dict[str, Any]
    wishes: list[Wish]

    def take(self, wish: Wish) -> bool:
        if wish.operation != self.operation or not wish.agrees(self.accept, self.fields):
            return False
        self.accept = wish.accept if self.accept is None else self.accept
        self.fields.update(wish.fields)
        self.wishes.append(wish)
        return True


def fulfil(document: Document, wishes: Iterable[Wish]) -> Iterator[Case]:
    """As few pictures as fulfil all wishes: the choosiest first, each joins the first picture that fits."""
    pictures: list[_Picture] = []
    for wish in sorted(wishes, key=lambda each: -len(each.fields) - (each.accept is not None)):
        if not any(picture.take(wish) for picture in pictures):
            pictures.append(_Picture(wish.operation, wish.accept, dict(wish.fields), [wish]))
    for number, picture in enumerate(pictures, 1):
        operation = document.operations[picture.operation]
        headers = {"accept": picture.accept or "image/*"} if picture.accept != "" else {}
        body = smallest(operation, **picture.fields)
        expects = tuple(wish.expect for wish in picture.wishes)
        yield request(operation, f"picture-{number}", body, expects, pays=True, headers=headers)
