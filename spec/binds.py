"""What is filled in in an example's value, and where (`x-bind`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.expressions import PARTS, Binds, Expression, Pattern, UnknownExpression, parse_bind


def parse_binds(value: Any, node: Mapping[str, Any]) -> Binds:
    """Read `x-bind` of an example with this value. Raises UnknownExpression, KeyError and ValueError.

    What is bound within a list that has an item for each part, belongs to the item of the example in which
    it stands, and is filled in for every part of that kind.
    """
    lists = {at: each for at, each in node.items() if isinstance(each, Mapping) and "each" in each}
    return tuple(
        (pointers.split(at), _list(value, at, each, node) if at in lists else parse_bind(each))
        for at, each in node.items()
        if not any(at.startswith(f"{one}/") for one in lists)
    )


def below(node: Mapping[str, Any], start: str) -> dict[str, Any]:
    """What is bound within a place, by the way from there."""
    return {at[len(start) :]: each for at, each in node.items() if at.startswith(f"{start}/")}


def _list(value: Any, at: str, bound: Mapping[str, Any], node: Mapping[str, Any]) -> Expression:
    if bound["each"] != PARTS:
        raise UnknownExpression(str(bound["each"]))
    items = pointers.get(value, at)
    patterns = (
        Pattern(kind, item, parse_binds(item, below(node, f"{at}/{index}")))
        for index, (kind, item) in enumerate(zip(bound["items"], items, strict=True))
    )
    return Expression(PARTS, patterns=tuple(patterns))
