"""Tables of resources that a part of a family has from the document that it is a part of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

TABLES = ("components", "x-resources")


class NoTable(LookupError):
    """A table inherits where there is nothing to inherit from; the text is its name."""


def with_inherited(value: Any, whole: Callable[[str], Any]) -> Any:
    """A document whose tables say `inherits` with the entries of the whole's that have those members.

    `whole` reads a document by the name in info.x-part-of. Raises NoTable.
    """
    tables = _tables(value)
    if not any("inherits" in each for each in tables.values()):
        return value
    of = value.get("info", {}).get("x-part-of")
    known = _tables(whole(of)) if isinstance(of, str) else {}
    found = {name: _whole_table(name, each, known) for name, each in tables.items()}
    return {**value, "components": {**value["components"], "x-resources": found}}


def _tables(value: Any) -> Mapping[str, Any]:
    for name in TABLES:
        value = value.get(name, {}) if isinstance(value, dict) else {}
    return {name: each for name, each in value.items() if isinstance(each, dict)}


def _whole_table(name: str, table: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any]:
    if "inherits" not in table:
        return table
    if name not in known:
        raise NoTable(name)
    wanted = table["inherits"]
    taken = {
        id: each
        for id, each in known[name]["items"].items()
        if all(each.get(member) == value for member, value in wanted.items())
    }
    own = {key: each for key, each in table.items() if key != "inherits"}
    return {**own, "items": {**taken, **table.get("items", {})}}
