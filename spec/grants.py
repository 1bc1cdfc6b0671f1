"""Keys that an operation gives away (`x-grants`): who has one acts as who asked for it, until it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.expressions import Expression, parse


@dataclass(frozen=True)
class Grants:
    """Where in an answer a key stands, when it ends (Unix seconds) or how long it lasts; how keys begin.

    A request may say what it is `for`: who gets a second key for the same has the first one for so many
    `seconds` more; and how many calls may be paid for with it (`most`).
    """

    key: tuple[str, ...]
    ends: tuple[str, ...] | None
    lasts: tuple[str, ...] | None  # seconds
    start: str
    most: Expression | None = None
    whose: Expression | None = None
    overlap: float = 0.0


def grants(node: Mapping[str, Any] | None) -> Grants | None:
    """Read `x-grants`. Raises KeyError where it has not the form of one."""
    if node is None:
        return None
    ends, lasts = (pointers.split(node[each]) if each in node else None for each in ("ends", "lasts"))
    one = node.get("one", {})
    return Grants(
        key=pointers.split(node["key"]),
        ends=ends,
        lasts=lasts,
        start=node["start"],
        most=parse(node["most"]) if "most" in node else None,
        whose=parse(one["for"]) if one else None,
        overlap=one.get("seconds", 0.0),
    )
