"""The greedy choice of a request's values: those that cover most of what no request has covered yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from proofsheet.contracts.derive.dimensions import ACCEPT, Dimension, Value
from proofsheet.contracts.plan.paid_coverage import Coverage

TRIES = 5  # orders of the dimensions, of which the one that covers most per credit is taken

Fields = Mapping[str, Any]
Price = Callable[[Fields], Decimal]  # of a request with these fields, in credits


@dataclass(frozen=True)
class Choice:
    """A request in the making: fields, Accept (None: any), the values that are settled, and their gain."""

    fields: Fields
    accept: str | None
    values: tuple[Value, ...] = ()
    gain: int = 0

    def with_value(self, value: Value, coverage: Coverage) -> Choice:
        """The same with one value more."""
        accept = self.accept if value.accept is None else value.accept
        gain = self.gain + coverage.gain(value, self.values)
        return Choice({**self.fields, **value.fields}, accept, (*self.values, value), gain)


def completed(
    fields: Fields, accept: str | None, coverage: Coverage, price: Price, limit: Decimal, chance: Random
) -> Choice:
    """The request with a value in each dimension that it leaves open, for at most `limit` credits.

    `chance` decides between values that cover as much for as little.
    """
    free = [each for each in coverage.dimensions if _is_open(each, fields, accept)]
    settled = [each for each in coverage.values_of(fields, accept) if each.dimension not in _names(free)]
    start = Choice(fields, accept, tuple(settled))
    tries = []
    for _ in range(TRIES):
        chance.shuffle(free)
        made = start
        for dimension in free:
            made = _extended(made, dimension, coverage, price, limit, chance)
        tries.append(made)
    return max(tries, key=lambda each: each.gain / max(price(each.fields), Decimal("0.01")))


def _is_open(dimension: Dimension, fields: Fields, accept: str | None) -> bool:
    return accept is None if dimension.name == ACCEPT else not dimension.fields & fields.keys()


def _names(dimensions: list[Dimension]) -> set[str]:
    return {each.name for each in dimensions}


def _extended(
    made: Choice, dimension: Dimension, coverage: Coverage, price: Price, limit: Decimal, chance: Random
) -> Choice:
    """The request with the best value of a dimension: it covers most, has most left to cover, costs least."""
    usable = [
        (each.gain, coverage.open_pairs(value), -cost, chance.random(), each)
        for value, each in ((value, made.with_value(value, coverage)) for value in dimension.values)
        if (cost := price(each.fields)) <= limit and coverage.admits(each.fields, each.accept)
    ]
    return max(usable, key=lambda each: each[:-1])[-1] if usable else made
