"""Keys that an operation gives away (`x-grants`): who has one acts as who asked for it, until it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers


@dataclass(frozen=True)
class Grants:
    """Where in an answer a key stands, and when it ends (in Unix seconds); how all such keys begin."""

    key: tuple[str, ...]
    ends: tuple[str, ...]
    start: str


def grants(node: Mapping[str, Any] | None) -> Grants | None:
    """Read `x-grants`. Raises KeyError where it has not the form of one."""
    if node is None:
        return None
    return Grants(pointers.split(node["key"]), pointers.split(node["ends"]), node["start"])
