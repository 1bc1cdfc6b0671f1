"""Two documents laid beside each other: every difference, and its class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from proofsheet.spec.diff.statements import DOCUMENTARY, Place, Statement, statements
from proofsheet.spec.yaml_reader import table

BREAKING, TOLERABLE = "breaking", "tolerable"
CLASSES = (BREAKING, TOLERABLE, DOCUMENTARY)
_Key = tuple[str, Place, str]


@dataclass(frozen=True)
class Difference:
    """One difference. `before` and `after` are None where the statement is not there."""

    effect: str  # breaking | tolerable | documentary
    operation: str  # "" for the document itself
    place: Place
    keyword: str  # "" for the place itself
    before: Any
    after: Any


@dataclass(frozen=True)
class Comparison:
    """Every difference between two documents, the gravest first, and the names of all their operations."""

    differences: tuple[Difference, ...]
    operations: frozenset[str]

    def count(self, effect: str) -> int:
        """How many differences are of a class."""
        return sum(each.effect == effect for each in self.differences)


def compare(first: Mapping[str, Any], second: Mapping[str, Any]) -> Comparison:
    """What differs between two documents without references.

    Operations are the same if their method and path are; they have the first document's names.
    """
    before = {each.key: each for each in statements(first)}
    names = {each.value: each.operation for each in before.values() if _is_operation(each)}
    after = {each.key: each for each in _named(list(statements(second)), names)}
    found = [
        _difference(before.get(key), after.get(key))
        for key in dict.fromkeys([*before, *after])
        if _differs(key, before, after)
    ]
    every = frozenset(each.operation for each in (*before.values(), *after.values()) if each.operation)
    return Comparison(tuple(sorted(found, key=lambda each: CLASSES.index(each.effect))), every)


def _is_operation(each: Statement) -> bool:
    return bool(each.operation) and each.key[1:] == ((), "")


def _named(found: list[Statement], names: Mapping[str, str]) -> Iterator[Statement]:
    """The statements under the first document's names: an operation is its method and its path."""
    known = {each.operation: names.get(each.value, each.operation) for each in found if _is_operation(each)}
    yield from (replace(each, operation=known.get(each.operation, each.operation)) for each in found)


def _differs(key: _Key, before: Mapping[_Key, Statement], after: Mapping[_Key, Statement]) -> bool:
    mine, other = before.get(key), after.get(key)
    if mine and other:
        return bool(mine.value != other.value)
    # Of what is in one document only, the whole is told and not its parts.
    there, missing = (before, after) if mine else (after, before)
    return not any(above in there and above not in missing for above in _above(key))


def _above(key: _Key) -> Iterator[_Key]:
    """The keys that say that the places exist in which this one stands."""
    operation, place, keyword = key
    yield from ((operation, place[:length], "") for length in range(len(place) + bool(keyword)))


def _difference(before: Statement | None, after: Statement | None) -> Difference:
    one = before or after
    assert one is not None
    was, is_now = (each.value if each else None for each in (before, after))
    return Difference(_effect(one, was, is_now), one.operation, one.place, one.keyword, was, is_now)


def _effect(one: Statement, before: Any, after: Any) -> str:
    rules = {} if one.group == DOCUMENTARY else table(__file__, "rules.yaml").get(one.group, {})
    rule = rules.get(one.kind, DOCUMENTARY)
    if rule in (TOLERABLE, DOCUMENTARY):
        return str(rule)
    return BREAKING if _RULES[rule](before, after) else TOLERABLE


def _less(before: Any, after: Any) -> bool:
    return after is not None and (before is None or _number(after) < _number(before))


def _more(before: Any, after: Any) -> bool:
    return after is not None and (before is None or _number(after) > _number(before))


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _lost(before: Any, after: Any) -> bool:
    return bool(_set(before) - _set(after))


def _won(before: Any, after: Any) -> bool:
    return bool(_set(after) - _set(before))


def _closes(before: Any, after: Any) -> bool:
    return after is not None and (before is None or _lost(before, after))


def _opens(before: Any, after: Any) -> bool:
    return before is not None and (after is None or _won(before, after))


def _set(value: Any) -> frozenset[Any]:
    return value if isinstance(value, frozenset) else frozenset(() if value is None else (value,))


def _dearer(before: Any, after: Any) -> bool:
    return before is not None and _more(before, after)


def _refuses(before: Any, after: Any) -> bool:
    return bool(after == "refuse")


def _goes(before: Any, after: Any) -> bool:
    return before is not None


def _comes(before: Any, after: Any) -> bool:
    return after is not None


def _any(before: Any, after: Any) -> bool:
    return True


_RULES = {
    "less": _less,
    "more": _more,
    "lost": _lost,
    "won": _won,
    "closes": _closes,
    "opens": _opens,
    "dearer": _dearer,
    "refuses": _refuses,
    "goes": _goes,
    "comes": _comes,
    "any": _any,
}
