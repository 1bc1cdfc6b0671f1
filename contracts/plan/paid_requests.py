"""Paid requests: as few as fulfil all wishes, and what they leave open chosen so that they cover the most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any

from proofsheet.contracts.case import Case, Wish
from proofsheet.contracts.derive.answer_forms import PaidRequest
from proofsheet.contracts.derive.dimensions import admission, dimensions
from proofsheet.contracts.derive.picture_prompts import numbered
from proofsheet.contracts.derive.samples import case_of, price, prompt_of, prompted, smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.plan.coverage import Coverage
from proofsheet.contracts.plan.pairwise import completed
from proofsheet.spec.document import Operation


@dataclass
class _Picture:
    """One picture to be paid for, and the wishes it fulfils; Accept None: any."""

    operation: str
    accept: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    wishes: list[Wish] = field(default_factory=list)
    own: str = ""
    alone: bool = False

    def take(self, wish: Wish) -> bool:
        if wish.operation != self.operation or not wish.agrees(self.accept, self.fields):
            return False
        if self.own != wish.own and (wish.own or self.alone or not self._adds_nothing(wish)):
            return False
        self.accept = wish.accept if self.accept is None else self.accept
        self.fields.update(wish.fields)
        self.wishes.append(wish)
        return True

    def _adds_nothing(self, wish: Wish) -> bool:
        return wish.accept in (None, self.accept) and wish.fields.keys() <= self.fields.keys()


@dataclass(frozen=True)
class Paid:
    """A case that is paid for, and what its request asks for."""

    case: Case
    request: PaidRequest


def paid_requests(source: Source, derived: Sequence[Derived]) -> list[Paid]:
    """The paid requests for all wishes of `derived`: each judged by whatever can be judged of it.

    What the wishes leave open is filled in, and where that makes them cheaper, further requests are added;
    never do they cost more than the wishes alone. The source's seed decides which values are taken.
    """
    wishes = [wish for each in derived for wish in each.wishes]
    Random(source.seed).shuffle(wishes)  # or the same ones would share a picture in every run
    pictures = _merged(wishes)
    operations = source.document.operations
    for name in dict.fromkeys(each.operation for each in pictures):
        pictures += _varied(source, operations[name], [each for each in pictures if each.operation == name])
    return [
        _paid(operations[each.operation], each, number, numbered(number, source.seed), derived)
        for number, each in enumerate(pictures, 1)
    ]


def _merged(wishes: Iterable[Wish]) -> list[_Picture]:
    """The choosiest wish first; each joins the first picture that fits."""
    pictures: list[_Picture] = []
    for wish in sorted(wishes, key=lambda each: (not each.own, -len(each.fields), each.accept is None)):
        if not any(picture.take(wish) for picture in pictures):
            fields = dict(wish.fields)
            pictures.append(_Picture(wish.operation, wish.accept, fields, [wish], wish.own, wish.alone))
    return pictures


def coverage(source: Source, paid: Iterable[Paid]) -> dict[str, Coverage]:
    """What the requests cover, by operation."""
    found: dict[str, Coverage] = {}
    for each in paid:
        operation = each.request.operation
        if operation.id not in found:
            found[operation.id] = Coverage(dimensions(source, operation), admission(operation))
        found[operation.id].add(each.request.body, each.request.accept)
    return found


def _varied(source: Source, operation: Operation, pictures: Sequence[_Picture]) -> list[_Picture]:
    """Fill in what the pictures of an operation leave open; returns those that its money allows beyond."""
    chance = Random(f"{source.seed} {operation.id}")
    known = Coverage(dimensions(source, operation), admission(operation))
    free = [each for each in pictures if not each.own]
    left = sum((_price(operation, each.fields) for each in free), Decimal(0))
    for each in (each for each in pictures if each.own):
        known.add(each.fields, each.accept)
    for number, each in enumerate(free):
        kept = sum((_price(operation, later.fields) for later in free[number + 1 :]), Decimal(0))
        left -= _fill(operation, each, known, left - kept, chance)
    return list(_further(operation, known, left, chance)) if free else []


def _fill(
    operation: Operation, picture: _Picture, known: Coverage, limit: Decimal, chance: Random
) -> Decimal:
    """Complete a picture; returns its price."""

    def priced(fields: Mapping[str, Any]) -> Decimal:
        return _price(operation, fields)

    chosen = completed(picture.fields, picture.accept, known, priced, limit, chance)
    picture.fields, picture.accept = dict(chosen.fields), chosen.accept
    known.add(picture.fields, picture.accept)
    return priced(picture.fields)


def _further(operation: Operation, known: Coverage, left: Decimal, chance: Random) -> Iterator[_Picture]:
    """One picture more as long as there is money, and a value that was never asked for."""
    while known.missing_values():
        missing = known.missing_values()
        picture = _Picture(operation.id)
        left -= _fill(operation, picture, known, left, chance)
        if left < 0 or known.missing_values() == missing:
            return
        yield picture


def _price(operation: Operation, fields: Mapping[str, Any]) -> Decimal:
    return price(operation, smallest(operation, **fields))


def _paid(
    operation: Operation, picture: _Picture, number: int, subject: str, derived: Iterable[Derived]
) -> Paid:
    accept = "image/*" if picture.accept is None else picture.accept
    body = smallest(operation, **{**prompted(operation, subject), **picture.fields})
    request = PaidRequest(operation, body, accept, is_plain=not picture.alone)
    expects = [each.expect for each in picture.wishes if each.expect]
    expects += _of_every(request, derived)
    headers = {"accept": accept.strip()} if accept else {}
    name = f"picture-{number}"
    case = case_of(operation, name, body, tuple(_distinct(expects)), pays=True, headers=headers)
    return Paid(replace(case, prompt=prompt_of(operation, body)), request)


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
