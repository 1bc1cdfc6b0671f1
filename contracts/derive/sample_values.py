"""The simplest values that schemas admit, files included."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from proofsheet.contracts.derive.source_audio import SECONDS, source_audio
from proofsheet.contracts.derive.source_document import source_document
from proofsheet.contracts.derive.source_pictures import is_picture, source_picture
from proofsheet.spec.schemas import kind_of

PROMPT = "A lighthouse on a cliff at dusk, oil painting"
# Addresses that are nobody's (RFC 2606, RFC 6761)
_OF_FORMAT = {
    "uri": "https://example.com/",
    "email": "someone@example.com",
    "uuid": "37ab3cf5-bb0f-4d4c-b3ac-9e9c0f7d2e45",
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
}


def value(schema: Mapping[str, Any]) -> Any:
    """The simplest value that a schema admits, other than null where it admits more; a file that fits."""
    if holds_pictures(schema):
        return picture_value(schema)
    for keyword in ("example", "default"):
        if schema.get(keyword) is not None:
            return copy.deepcopy(schema[keyword])  # it may be filled in
    if "enum" in schema:
        return next((each for each in schema["enum"] if each is not None), None)
    kind = kind_of(schema)
    if kind == "object":
        return {name: value(schema["properties"][name]) for name in schema.get("required", ())}
    if kind == "array":
        return [value(schema["items"]) for _ in range(max(schema.get("minItems", 0), 1))]
    if kind in ("integer", "number"):
        return _least(schema)
    return True if kind == "boolean" else _text(schema)


def _least(schema: Mapping[str, Any]) -> Any:
    step = schema.get("multipleOf", 1)
    least = schema.get("minimum", schema.get("exclusiveMinimum", -step) + step)
    return -(-least // step) * step if schema.get("multipleOf") else least


def _text(schema: Mapping[str, Any]) -> str:
    found = _OF_FORMAT.get(schema.get("format", ""), PROMPT)[: schema.get("maxLength")]
    return found.ljust(schema.get("minLength", 0), ".")


def picture_value(schema: Mapping[str, Any]) -> Any:
    """A picture to start from, or a list of as many as it must have; a recording where one is wanted."""
    if "x-document" in schema:
        return source_document()
    if "x-audio" in schema:
        return source_audio(max(SECONDS, schema["x-audio"].get("min-seconds", 0)))
    if kind_of(schema) == "array":
        return [picture_value(schema["items"])] * max(schema.get("minItems", 0), 1)
    if kind_of(schema) == "object":
        fields = schema.get("properties", {})
        needed = {name: value(fields[name]) for name in schema.get("required", ()) if name in fields}
        return {**needed, **{name: source_picture(each) for name, each in picture_members(schema)[:1]}}
    return source_picture(schema)


def picture_members(schema: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(name, each) for name, each in schema.get("properties", {}).items() if is_picture(each)]


def holds_pictures(schema: Mapping[str, Any]) -> bool:
    within = schema.get("items", schema)
    is_file = "x-audio" in schema or "x-document" in schema
    return is_file or is_picture(schema) or is_picture(within) or bool(picture_members(within))
