"""A request's fields: each with its name, what it may be in one line, and how that is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.document import Operation
from proofsheet.spec.request_bodies import Body
from proofsheet.spec.show.evidence_data import Known

_RANGES = (
    ("minLength", "maxLength", "characters"),
    ("minItems", "maxItems", "items"),
    ("minimum", "maximum", ""),
)


def of_body(operation: Operation, known: Known) -> list[dict[str, Any]]:
    """The fields of the request body, those of nested objects too (`text_prompts[].text`)."""
    if (body := operation.body) is None:
        return []
    at = operation.pointer + pointers.join("requestBody", "content", body.media_type, "schema")
    return [{**each, **_bounds_of(body, each["name"])} for each in _properties(body.schema, "", at, known)]


def of_parameters(operation: Operation, known: Known) -> list[dict[str, Any]]:
    """The path, query and header parameters."""
    found = []
    for index, each in enumerate(operation.parameters):
        at = operation.pointer + pointers.join("parameters", index)
        node = pointers.get(known.document.raw, at)
        found.append(
            {
                "name": each.name,
                "in": each.place,
                **_field({"description": node.get("description", ""), **each.schema}, each.required),
                "evidence": known.at(at),
            }
        )
    return found


def _bounds_of(body: Body, name: str) -> dict[str, Any]:
    if name not in body.pictures:
        return {}
    picture = body.pictures[name]
    bounds = {
        "formats": list(picture.formats),
        "min_side": picture.min_side,
        "max_side": picture.max_side,
        "min_pixels": picture.min_pixels,
        "max_pixels": picture.max_pixels,
    }
    return {"picture": {key: each for key, each in bounds.items() if each is not None}}


def _properties(schema: Mapping[str, Any], before: str, at: str, known: Known) -> Iterator[dict[str, Any]]:
    required = schema.get("required", ())
    for name, each in schema.get("properties", {}).items():
        place = at + pointers.join("properties", name)
        yield {"name": before + name, **_field(each, name in required), "evidence": known.at(place)}
        yield from _properties(each, f"{before}{name}.", place, known)
        if isinstance(items := each.get("items"), dict):
            yield from _properties(items, f"{before}{name}[].", place + "/items", known)


def _field(schema: Mapping[str, Any], required: bool) -> dict[str, Any]:
    return {
        "required": required,
        "is": said(schema),
        **({"default": schema["default"]} if "default" in schema else {}),
        "description": schema.get("description", ""),
    }


def said(schema: Mapping[str, Any]) -> str:
    """What a value may be, in one line: `integer (int64), 0 to 4294967294`."""
    if "enum" in schema:
        return "one of " + ", ".join(str(each) for each in schema["enum"])
    if schema.get("format") == "binary":
        return "file"
    kind = schema.get("type", "any")
    form = f" ({schema['format']})" if "format" in schema else ""
    parts = [f"{kind}{form}", *(_range(schema, *each) for each in _RANGES)]
    if "multipleOf" in schema:
        parts.append(f"a multiple of {schema['multipleOf']}")
    return ", ".join(each for each in parts if each)


def _range(schema: Mapping[str, Any], least: str, most: str, unit: str) -> str:
    low, high = schema.get(least), schema.get(most)
    if low is None and high is None:
        return ""
    if low is None:
        return f"at most {high} {unit}".rstrip()
    return f"{low} or more {unit}".rstrip() if high is None else f"{low} to {high} {unit}".rstrip()
