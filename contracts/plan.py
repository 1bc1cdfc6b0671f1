"""The plan: which cases are sent, in which order, and what they cost. Free ones first, paid ones merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from contracts.case import Case
from contracts.deriving.access import access
from contracts.deriving.always import always
from contracts.deriving.answers import answers
from contracts.deriving.bounds import bounds
from contracts.deriving.extended import extended
from contracts.deriving.kinds import kinds
from contracts.deriving.language import language
from contracts.deriving.ledger import ledger
from contracts.deriving.limits import limits
from contracts.deriving.listed import listed
from contracts.deriving.places import places
from contracts.deriving.portraits import portraits
from contracts.deriving.repeated import repeated
from contracts.deriving.rules import rules
from contracts.deriving.source import Derived, Source
from contracts.deriving.sturdy import sturdy
from contracts.deriving.uploads import uploads
from contracts.fulfil import fulfil
from contracts.purse import watched
from contracts.requirement import PROFILES, Requirement
from spec.document import Operation

DERIVERS = (
    *(always, access, places, bounds, listed, rules, kinds, uploads, sturdy),
    *(answers, portraits, ledger, extended, repeated, language, limits),
)
ALLOWED = frozenset({"paid"})  # what a run may do unless it is told otherwise


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


def plan(
    source: Source, profile: str, only: tuple[str, ...] = (), permissions: frozenset[str] = ALLOWED
) -> Plan:
    """The plan for a profile, all cheaper profiles included; `only` keeps requirements by id or prefix.

    A requirement that needs a permission which is not given stays in the plan, without a case.
    """
    wanted = PROFILES[: PROFILES.index(profile) + 1]
    found = [
        each
        for operation in source.document.operations.values()
        for each in _derived(source, operation)
        if each.requirement.profile in wanted and _is_asked(each.requirement.id, only)
    ]
    allowed = [each for each in found if each.requirement.needs in (None, *permissions)]
    requirements = {each.requirement.id: each.requirement for each in found}
    return Plan(tuple(requirements.values()), tuple(_cases(source, allowed, "paid" in permissions)))


def _cases(source: Source, found: list[Derived], pays: bool) -> Iterator[Case]:
    """Refusals, pictures from the cheapest on, and bursts, after which nothing else would be answered."""
    bursts = [case for each in found if each.requirement.needs == "burst" for case in each.cases]
    refusals = [case for each in found if each.requirement.needs != "burst" for case in each.cases]
    every = [(each.requirement.operation, each.every) for each in found if each.every]
    wishes = [wish for each in found for wish in each.wishes if pays]
    paid = sorted(fulfil(source.document, wishes, every), key=lambda case: case.cost)
    blocks = [list(group) for _, group in groupby(refusals, key=lambda case: case.operation)]
    yield from watched(source.document, blocks, paid, [each for each in found if each.ledger])
    yield from bursts


def _derived(source: Source, operation: Operation) -> Iterator[Derived]:
    for deriver in DERIVERS:
        yield from deriver(source, operation)


def _is_asked(name: str, only: Iterable[str]) -> bool:
    names = list(only)
    return not names or any(name == each or name.startswith(each + ".") for each in names)
