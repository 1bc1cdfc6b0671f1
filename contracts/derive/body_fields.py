"""The fields of a body wherever they stand, in objects and in lists, and bodies changed in one.

A field is addressed by the tokens of its JSON pointer, where `*` is an item of a list. JSON and forms are
alike here: a form is an object whose values are written as texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.derive.sample_values import value
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation
from proofsheet.spec.request_bodies import Body
from proofsheet.spec.schemas import is_nullable, kind_of

Path = tuple[str, ...]
ABSENT = object()  # a value that is not there
UNLISTED = "proofsheet-stranger"  # no number, no truth value, and in no list


@dataclass(frozen=True)
class BodyField:
    """One field: where it stands in the body, and where its schema does below that of the body."""

    path: Path
    schema: Mapping[str, Any]
    required: bool
    at: str

    @property
    def name(self) -> str:
        """What a refusal calls it: of an item, the list's name."""
        return next(each for each in reversed(self.path) if each != "*")

    @property
    def topic(self) -> str:
        """What the topics of requirements on it begin with."""
        named = ".".join(each for each in self.path if each != "*")
        return f"{named}.items" if self.path[-1] == "*" else named

    @property
    def is_top(self) -> bool:
        """Whether it is a field of the body itself."""
        return len(self.path) == 1


def is_text_of_list(body: Body, field: BodyField) -> bool:
    """Whether a field is one of several texts in a form: nothing in their place is of another kind."""
    is_listed = field.path[1:] == ("*",) and field.name in body.text_lists
    return is_listed and kind_of(field.schema) == "string"


def body_fields(body: Body) -> Iterator[BodyField]:
    """Every field of a body, each before those inside it."""
    yield from _inside(body.schema, (), "")


def _inside(schema: Mapping[str, Any], path: Path, at: str) -> Iterator[BodyField]:
    required = schema.get("required", ())
    for name, each in schema.get("properties", {}).items():
        place = at + pointers.join("properties", name)
        yield BodyField((*path, name), each, name in required, place)
        yield from _inside(each, (*path, name), place)
    items = schema.get("items")
    if isinstance(items, Mapping):
        if "properties" not in items:
            yield BodyField((*path, "*"), items, False, f"{at}/items")
        yield from _inside(items, (*path, "*"), f"{at}/items")


def changed(
    schema: Mapping[str, Any], body: Any, path: Path, new: Any, pick: Callable[[int], int] = lambda count: 0
) -> Any:
    """A copy of `body` with `new` at `path`, or without what stands there if it is ABSENT.

    What leads there is made where it is missing; of the items of a list, `pick` chooses by their number.
    """
    if not path:
        return new
    token, rest = path[0], path[1:]
    if token == "*":
        items = list(body) if body and isinstance(body, list) else [value(schema["items"])]
        at = pick(len(items))
        items[at] = changed(schema["items"], items[at], rest, new, pick)
        return items
    made = dict(body) if isinstance(body, Mapping) else value({**schema, "type": "object"})
    inner = schema["properties"][token]
    if rest and made.get(token) is None:
        made[token] = value({**inner, "default": None})
    made[token] = changed(inner, made.get(token), rest, new, pick)
    if made[token] is ABSENT:
        del made[token]
    return made


# keyword: a value just beyond it by the field's schema, and what it asks of a field
_BEYOND: dict[str, tuple[Callable[[Mapping[str, Any]], Any], str]] = {
    "minLength": (lambda schema: "x" * (schema["minLength"] - 1), "has at least {limit} character(s)"),
    "maxLength": (lambda schema: "x" * (schema["maxLength"] + 1), "has at most {limit} characters"),
    "minimum": (lambda schema: _below(schema), "is at least {limit}"),
    "maximum": (lambda schema: _above(schema), "is at most {limit}"),
    "exclusiveMinimum": (lambda schema: schema["exclusiveMinimum"], "is more than {limit}"),
    "exclusiveMaximum": (lambda schema: schema["exclusiveMaximum"], "is less than {limit}"),
    "multipleOf": (lambda schema: _off_grid(schema), "is a multiple of {limit}"),
    "minItems": (lambda schema: _items(schema, schema["minItems"] - 1), "has at least {limit} item(s)"),
    "maxItems": (lambda schema: _items(schema, schema["maxItems"] + 1), "has at most {limit} items"),
    "enum": (lambda schema: UNLISTED, "is one of the listed values"),
    "pattern": (lambda schema: UNLISTED, "has the documented form"),
}


def beyond(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """(keyword, a value just beyond it, what it asks) for each bound of a field that is no file."""
    if schema.get("format") == "binary":
        return
    for keyword, (wrong, says) in _BEYOND.items():
        if keyword in schema and not _is_idle(keyword, schema[keyword]):
            yield keyword, wrong(schema), says.format(limit=schema[keyword])
    if kind_of(schema) in ("integer", "number"):
        yield "type", UNLISTED, "is a number"


def _is_idle(keyword: str, limit: Any) -> bool:
    """Whether we know of nothing beyond a bound: no length is below 0, and some patterns admit it."""
    if keyword == "pattern":
        return re.search(limit, UNLISTED) is not None
    return keyword in ("minLength", "minItems") and limit == 0


def _below(schema: Mapping[str, Any]) -> Any:
    step = schema.get("multipleOf", 1)
    return -(-schema["minimum"] // step) * step - step


def _above(schema: Mapping[str, Any]) -> Any:
    step = schema.get("multipleOf", 1)
    return (schema["maximum"] // step + 1) * step


def _off_grid(schema: Mapping[str, Any]) -> Any:
    """Between two steps, and within the bounds where there is room."""
    step = schema["multipleOf"]
    return -(-schema.get("minimum", step) // step) * step + (1 if step > 1 else step / 2)


def _items(schema: Mapping[str, Any], count: int) -> list[Any]:
    return [value(schema.get("items", {})) for _ in range(count)]


def may_be_null(operation: Operation, field: BodyField) -> bool:
    """Whether null may be sent for a field: what is a part of a form is a text."""
    is_part = operation.body is not None and operation.body.is_form and field.is_top
    return is_nullable(field.schema) and not is_part
