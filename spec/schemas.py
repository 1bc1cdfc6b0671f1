"""JSON Schemas, compiled once, whose answer is a list of flaws that a message can be made of."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from proofsheet.spec import sides

_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
LARGEST_EXACT = 2.0**53  # from here on every double is a whole number, and not every whole number a double
LONGEST_NUMBER = 400  # characters: any double can be written in fewer
# How jsonschema-rs names what a keyword was given, by keyword: the rest of its names are `limit`.
_LIMITS = {"multipleOf": "multiple_of", "pattern": "pattern", "const": "expected_value"}
_OF_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_KEYWORDS: dict[str, Any] = {sides.KEYWORD: sides.SidesKeyword}


@dataclass(frozen=True)
class Flaw:
    """One thing wrong with a request: the keyword broken, the field's name, what to say about it.

    `path` leads to the field in its `place`: body, query, path or header; empty where no field is to blame.
    """

    kind: str
    field: str
    params: dict[str, Any] = dataclasses.field(default_factory=dict)
    path: tuple[str | int, ...] | None = None  # None: the field's name is all of it
    place: str = "body"

    @property
    def location(self) -> tuple[str | int, ...]:
        """The place and the way in it, e.g. `("body", "items", 0, "text")`."""
        if not self.place:
            return ()
        return (self.place, *((self.field,) if self.path is None else self.path))


class Schema:
    """A compiled JSON Schema (2020-12). `flaws` is empty for a valid value."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema
        self._validator = jsonschema_rs.Draft202012Validator(schema, keywords=_KEYWORDS)
        self._order = {name: index for index, name in enumerate(schema.get("properties", ()))}

    def is_valid(self, value: Any) -> bool:
        """Whether `value` satisfies the schema; ten times cheaper than asking why not."""
        return self._validator.is_valid(value)

    def flaws(self, value: Any) -> list[Flaw]:
        """What is wrong with `value`, in the order in which the schema lists its properties."""
        if self._validator.is_valid(value):
            return []
        found = [flaw(error, self._broken(error)) for error in self._validator.iter_errors(value)]
        return sorted(found, key=lambda each: self._order.get(_root(each.field), len(self._order)))

    def _broken(self, error: Any) -> Mapping[str, Any]:
        """The schema whose keyword an error breaks."""
        found: Any = self._schema
        for token in error.schema_path[:-1]:
            found = found[token]
        return found if isinstance(found, dict) else {}


def flaw(error: Any, broken: Mapping[str, Any]) -> Flaw:
    """A jsonschema-rs error as a flaw; `broken` is the schema whose keyword it breaks."""
    kind, path = error.kind.name.removeprefix("x-"), list(error.instance_path)
    params = {"value": error.instance, **error.kind.as_dict()}
    if kind == "required":
        path.append(params["property"])
    if kind == "additionalProperties":
        path.append(params["unexpected"][0])
    params["limit"] = params.get(_LIMITS.get(kind, "limit"))
    # That null is taken too, no API says when it lists the words that it takes.
    options = [f"'{option}'" for option in params.get("options") or () if option is not None]
    params["options"] = " | ".join(options)
    params["listed"] = in_english(options)
    params["expected"] = ", ".join(types(broken) if kind in _OF_NUMBERS else params.get("types") or ())
    params["items"] = kind_of(broken.get("items") or {})
    params["received"] = type_name(error.instance)
    params["length"] = len(error.instance) if isinstance(error.instance, str | list | dict) else None
    return Flaw(kind, name(path), params, tuple(path))


def in_english(items: list[str]) -> str:
    """Items as a sentence lists them: `a`, `a and b`, `a, b, and c`."""
    if len(items) < 3:
        return " and ".join(items)
    return f"{', '.join(items[:-1])}, and {items[-1]}"


def name(path: list[str | int]) -> str:
    """A field's name as messages print it: `text_prompts[0].text`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".") or "body"


def _root(field: str) -> str:
    return re.split(r"[.\[]", field, maxsplit=1)[0]


def type_name(value: Any) -> str:
    """JSON's name for a value's type."""
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
    return "null" if value is None else names.get(type(value), "object")


def types(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The types a schema admits; none if it does not say, or not in a form that means any."""
    found = schema.get("type", ())
    return (found,) if isinstance(found, str) else tuple(found) if isinstance(found, list | tuple) else ()


def kind_of(schema: Mapping[str, Any]) -> str:
    """The one type beside null that a schema admits; empty if it does not say, or admits several."""
    found = [each for each in types(schema) if each != "null"]
    return found[0] if len(found) == 1 else ""


def is_nullable(schema: Mapping[str, Any]) -> bool:
    """Whether null is a value that a schema names."""
    return "null" in types(schema) and None in schema.get("enum", (None,))


def read_number(text: str) -> float:
    """The double that a JSON number with a point or an exponent is read as, infinite if it is beyond them.

    Past 2**53 it is whole, and is given as the integer that it is: jsonschema-rs reads a float by its
    shortest decimals, which are then another number (57320659302219776.0 as 57320659302219780).
    """
    value = float(text)
    return int(value) if math.isfinite(value) and abs(value) >= LARGEST_EXACT else value


def coerce(text: str, schema: dict[str, Any]) -> Any:
    """A form field's or parameter's text as the value its schema speaks of; as it is if it is none."""
    wanted = types(schema)
    if len(text) > LONGEST_NUMBER:
        return text  # Python refuses to read numbers of thousands of digits
    if ("integer" in wanted or "number" in wanted) and _JSON_NUMBER.fullmatch(text):
        value = read_number(text) if re.search(r"[.eE]", text) else int(text)
        return value if math.isfinite(value) else text
    if "boolean" in wanted and text in ("true", "false"):
        return text == "true"
    return text
