"""What paid requests cover of all that a document offers: values, and pairs of values of two dimensions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product
from typing import Any

from proofsheet.contracts.derive.dimensions import ABSENT, ACCEPT, Admits, Dimension, Value

Covered = frozenset[Value]  # of one value, or of two
FIRST = 5  # how much a value that was never asked for counts beside a pair that never was


@dataclass
class Coverage:
    """What has been asked for so far of the dimensions of one operation."""

    dimensions: tuple[Dimension, ...]
    admits: Admits
    covered: set[Covered] = field(default_factory=set)

    def values_of(self, fields: Mapping[str, Any], accept: str | None) -> list[Value]:
        """The value that a request has in each dimension, where it is one of the offered ones."""
        found = (_value_of(each, fields, accept) for each in self.dimensions)
        return [each for each in found if each is not None]

    def labels_of(self, fields: Mapping[str, Any], accept: str | None) -> tuple[str, ...]:
        """What a request asks for, as people read it: `aspect_ratio 16:9`; what it leaves out is left out."""
        found = self.values_of(fields, accept)
        return tuple(f"{each.dimension} {each.label}" for each in found if each.label != ABSENT)

    def add(self, fields: Mapping[str, Any], accept: str | None) -> None:
        """Count a request in."""
        self.covered.update(_parts(self.values_of(fields, accept)))

    def gain(self, value: Value, others: Iterable[Value]) -> int:
        """How much a request covers that was not covered yet, if it has this value beside these."""
        pairs = sum(frozenset((value, each)) not in self.covered for each in others)
        return value.weight * (pairs + FIRST * (frozenset((value,)) not in self.covered))

    def open_pairs(self, value: Value) -> int:
        """How many pairs with this value no request has."""
        return sum(pair not in self.covered for pair in self._pairs_with.get(value, ()))

    def missing_values(self) -> dict[str, list[str]]:
        """By dimension, the values that no request has."""
        found = {
            each.name: [one.label for one in each.values if frozenset((one,)) not in self.covered]
            for each in self.dimensions
        }
        return {name: labels for name, labels in found.items() if labels}

    def missing_pairs(self) -> Counter[tuple[str, str]]:
        """By pair of dimensions, how many pairs of values no request has."""
        missing = (pair for pair in self._pairs if frozenset(pair) not in self.covered)
        return Counter((one.dimension, other.dimension) for one, other in missing)

    def counts(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """(covered, offered) of the values, and of the pairs."""
        values = sum(len(each.values) for each in self.dimensions)
        missing = sum(len(labels) for labels in self.missing_values().values())
        pairs = len(self._pairs)
        return (values - missing, values), (pairs - sum(self.missing_pairs().values()), pairs)

    @cached_property
    def _pairs(self) -> list[tuple[Value, Value]]:
        """The pairs that the rules admit."""
        return [
            (one, other)
            for first, second in combinations(self.dimensions, 2)
            for one, other in product(first.values, second.values)
            if self.admits({**one.fields, **other.fields}, one.accept or other.accept)
        ]

    @cached_property
    def _pairs_with(self) -> Mapping[Value, list[Covered]]:
        found: dict[Value, list[Covered]] = {}
        for pair in self._pairs:
            for value in pair:
                found.setdefault(value, []).append(frozenset(pair))
        return found


def _value_of(dimension: Dimension, fields: Mapping[str, Any], accept: str | None) -> Value | None:
    own = {name: each for name, each in fields.items() if name in dimension.fields}
    if dimension.name == ACCEPT:
        return next((each for each in dimension.values if each.accept == accept), None)
    return next((each for each in dimension.values if each.fields == own), None)


def _parts(values: list[Value]) -> Iterator[Covered]:
    yield from (frozenset((each,)) for each in values)
    yield from (frozenset(pair) for pair in combinations(values, 2))
