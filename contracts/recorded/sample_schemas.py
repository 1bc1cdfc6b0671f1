"""Schemas of values in traffic: types and names only, for the values may be a person's own."""

from __future__ import annotations

import json
from typing import Any

from genson import SchemaBuilder
from genson.schema.strategies import Object

from proofsheet.contracts.exchange import Exchange

_DEEPEST = 50  # what is nested deeper is left out


class _AllOptional(Object):  # type: ignore[misc]
    """A member that every sample has need not be in the next one."""

    def to_schema(self) -> dict[str, Any]:
        return {key: each for key, each in super().to_schema().items() if key != "required"}


class _Builder(SchemaBuilder):  # type: ignore[misc]
    EXTRA_STRATEGIES = (_AllOptional,)


class Samples:
    """A schema that grows until all values it has taken are valid by it; empty before the first."""

    def __init__(self) -> None:
        self._builder = _Builder(schema_uri=None)

    def add(self, value: Any) -> None:
        if _fits(value, _DEEPEST):
            self._builder.add_object(value)

    @property
    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = self._builder.to_schema()
        return found


def _fits(value: Any, depth: int) -> bool:
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth > 0 and all(_fits(each, depth - 1) for each in below)


def json_of(exchange: Exchange) -> Any:
    """The JSON of an answer, or None."""
    try:
        return json.loads(exchange.body) if exchange.media_type.endswith("json") else None
    except (ValueError, RecursionError):
        return None


def stand_in(schema: Any) -> Any:
    """A made-up value of such a schema."""
    schema = schema.get("anyOf", [schema])[-1]
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else next(each for each in kinds if each != "null")
    if kind == "object":
        return {key: stand_in(each) for key, each in schema.get("properties", {}).items()}
    if kind == "array":
        return [stand_in(schema["items"])] if schema.get("items") else []
    return {"string": "to be reviewed", "boolean": False, "null": None}.get(kind, 0)
