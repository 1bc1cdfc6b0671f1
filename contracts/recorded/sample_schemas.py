"""Schemas of values that were seen: types and names only."""

from __future__ import annotations

import json
from typing import Any

from proofsheet.contracts.exchange import Exchange

_DEEPEST = 8
_SIMPLE = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}


def json_of(exchange: Exchange) -> Any:
    """The JSON of an answer, or None."""
    try:
        return json.loads(exchange.body) if exchange.media_type.endswith("json") else None
    except (ValueError, RecursionError):
        return None


def schema_of(exchange: Exchange) -> dict[str, Any]:
    """A schema of its JSON body; an empty one for anything else."""
    found = json_of(exchange)
    return {} if found is None else shape(found)


def shape(value: Any, depth: int = _DEEPEST) -> dict[str, Any]:
    """A schema as loose as one value allows. Values are not told: they may be somebody's own."""
    if isinstance(value, dict) and depth:
        return {"type": "object", "properties": {key: shape(each, depth - 1) for key, each in value.items()}}
    if isinstance(value, list) and depth:
        return {"type": "array", "items": shape(value[0], depth - 1) if value else {}}
    return {"type": _SIMPLE[type(value)]} if type(value) in _SIMPLE else {}


def stand_in(schema: Any) -> Any:
    """A value of such a schema that is nobody's own."""
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else next(each for each in kinds if each != "null")
    if kind == "object":
        return {key: stand_in(each) for key, each in schema.get("properties", {}).items()}
    if kind == "array":
        return [stand_in(schema["items"])] if schema.get("items") else []
    return {"string": "to be reviewed", "boolean": False, "null": None}.get(kind, 0)


def grow(known: Any, other: Any) -> None:
    """Make what was learned wide enough for another sight of it."""
    for key, each in other.items():
        if key == "type" and isinstance(each, str | list):  # and no member of that name
            known["type"] = _either(known.get("type", []), each)
        elif isinstance(each, dict) and isinstance(known.get(key), dict):
            grow(known[key], each)
        elif key not in known:
            known[key] = each


def _either(one: Any, other: Any) -> Any:
    both = [*(one if isinstance(one, list) else [one]), *(other if isinstance(other, list) else [other])]
    names = [name for name in dict.fromkeys(both) if name != "integer" or "number" not in both]
    return names[0] if len(names) == 1 else names
