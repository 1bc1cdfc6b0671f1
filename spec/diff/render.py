"""Differences as text for a terminal, as Markdown and as plain data."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from proofsheet.spec.diff.compare import CLASSES, Comparison, Difference
from proofsheet.spec.diff.statements import DOCUMENTARY

_WIDTH, _LONGEST, _CONTEXT = 100, 90, 12  # columns; characters of a value, and of what two have in common


def as_data(first: str, second: str, found: Comparison) -> dict[str, Any]:
    """Everything, for programs: the counts of each class and each difference by itself."""
    return {
        "first": first,
        "second": second,
        "counts": {each: found.count(each) for each in CLASSES},
        "differences": [
            {
                "class": each.effect,
                "operation": each.operation,
                "place": list(each.place),
                "keyword": each.keyword,
                "before": _listed(each.before),
                "after": _listed(each.after),
            }
            for each in found.differences
        ],
    }


def _listed(value: Any) -> Any:
    return sorted(value, key=str) if isinstance(value, frozenset) else value


def text(first: str, second: str, found: Comparison, everything: bool) -> str:
    """At most 100 columns wide. Documentary differences are only counted unless `everything` is asked for."""
    lines = [f"from {first} to {second}: {summary(found)}"]
    for effect, rendered in _render(found, everything):
        lines += ["", effect]
        for operations, what in rendered:
            lines += textwrap.wrap(
                f"{operations}: {what}",
                _WIDTH,
                initial_indent="  ",
                subsequent_indent="      ",
                break_on_hyphens=False,
            )
    if not everything and found.count(DOCUMENTARY):
        lines += ["", "Documentary differences are listed with --all."]
    return "\n".join(lines) + "\n"


def markdown(first: str, second: str, found: Comparison, everything: bool) -> str:
    """The same as tables."""
    said = summary(found)
    lines = [f"# From {first} to {second}", "", f"{said[0].upper()}{said[1:]}."]
    for effect, rendered in _render(found, everything):
        lines += ["", f"## {effect.capitalize()}", "", "| operation | difference |", "|---|---|"]
        lines += [f"| {_cell(operations)} | {_cell(what)} |" for operations, what in rendered]
    return "\n".join(lines) + "\n"


def _cell(said: str) -> str:
    return said.replace("|", "\\|").replace("<", "&lt;")


def summary(found: Comparison) -> str:
    """How many of each class."""
    counts = ", ".join(f"{found.count(each)} {each}" for each in CLASSES)
    return counts if found.differences else "no difference"


def _render(found: Comparison, everything: bool) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each class that is there and asked for: (operations, what), once for those that share it."""
    for effect in CLASSES:
        shared: dict[str, list[str]] = {}
        for each in found.differences:
            if each.effect == effect:
                names = shared.setdefault(_what(each), [])
                names += [each.operation] if each.operation not in names else []
        if shared and (effect != DOCUMENTARY or everything):
            yield effect, [(_operations(names, found), what) for what, names in shared.items()]


def _operations(names: list[str], found: Comparison) -> str:
    if len(names) > 2 and set(names) == found.operations:
        return "all"
    return ", ".join(name or "the document" for name in names)


def _what(each: Difference) -> str:
    where = " / ".join(each.place)
    return " ".join(filter(None, (f"{where}:" if where else "", each.keyword, _change(each))))


def _change(each: Difference) -> str:
    if each.keyword == "" and (each.before is None or each.after is None):
        return "comes" if each.before is None else "goes"
    if isinstance(each.before, frozenset) and isinstance(each.after, frozenset):
        lost, won = (_values(one) for one in (each.before - each.after, each.after - each.before))
        return "; ".join(filter(None, (lost and f"loses {lost}", won and f"gains {won}")))
    if each.before is None:
        return f"{_value(each.after)} comes"
    return f"{_value(each.before)} goes" if each.after is None else _both(each)


def _both(each: Difference) -> str:
    before, after = _whole(each.before), _whole(each.after)
    same = _common(before, after) - _CONTEXT
    if max(len(before), len(after)) > _LONGEST and same > 0:  # what differs must be seen
        before, after = f"…{before[same:]}", f"…{after[same:]}"
    return f"{_short(before)} becomes {_short(after)}"


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((count for count, (mine, its) in enumerate(pairs) if mine != its), min(len(one), len(other)))


def _values(values: frozenset[Any]) -> str:
    return ", ".join(sorted(map(str, values)))


def _whole(value: Any) -> str:
    return _values(value) if isinstance(value, frozenset) else str(value)


def _value(value: Any) -> str:
    return _short(_whole(value))


def _short(said: str) -> str:
    return said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"
