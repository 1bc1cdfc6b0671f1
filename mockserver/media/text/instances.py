"""A value that a JSON Schema admits, made for a client that asked for one; deterministic, and short."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from proofsheet.mockserver.media.text.heights import Heights
from proofsheet.mockserver.media.text.patterns import fitting
from proofsheet.spec import pointers
from proofsheet.spec.schemas import Schema, types

_DEEP = 4  # levels, from which on nothing is made that need not be
_DEEPEST = 30
_TRIES = 8
_FORMATS = {
    "date": "2026-01-31",
    "time": "12:30:00Z",
    "date-time": "2026-01-31T12:30:00Z",
    "duration": "P1D",
    "email": "mock@example.com",
    "hostname": "mock.example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://mock.example.com/",
    "uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
}


_LARGEST = 20_000  # values and characters of one
_UNFIT = (ValueError, LookupError, TypeError, AttributeError, re.error)


class NoInstance(Exception):
    """No value was found that the schema admits."""


def instance(schema: Any, random: Random, words: Sequence[str]) -> Any:
    """A value for a schema, its texts made of the words. Raises NoInstance, also for what is no schema."""
    try:
        compiled = Schema(schema if isinstance(schema, dict) else {})
        heights = Heights(schema)
        if heights.of(schema) == math.inf:
            raise NoInstance("every value would go on without end")
        for attempt in range(_TRIES):
            made = _attempted(_Maker(schema, random, words, attempt, heights), schema)
            if made and compiled.is_valid(made[0]):
                return made[0]
    except (*_UNFIT, RecursionError, ArithmeticError, MemoryError) as error:
        raise NoInstance(str(error)) from error
    raise NoInstance("no value was found that the schema admits")


def _attempted(maker: _Maker, schema: Any) -> list[Any]:
    """What a maker makes; nothing where that is too large or too deep."""
    try:
        return [maker.value(schema, 0)]
    except NoInstance:
        return []


class _Maker:
    """Makes one value; every attempt takes other branches and lengths."""

    def __init__(
        self, root: Any, random: Random, words: Sequence[str], attempt: int, heights: Heights
    ) -> None:
        self._root, self._random, self._words, self._attempt = root, random, words, attempt
        self._heights = heights
        self._texts, self._left = 0, _LARGEST

    def _spend(self, many: int) -> None:
        """Make so many values or characters more. Raises NoInstance where that is too large an answer."""
        self._left -= many
        if self._left < 0:
            raise NoInstance(f"it is larger than {_LARGEST:,} values and characters")

    def value(self, schema: Any, depth: int) -> Any:
        self._spend(1)
        if not isinstance(schema, dict):
            return None
        if depth > _DEEPEST:
            raise NoInstance("the schema is nested too deeply, or in a circle")
        if "$ref" in schema or "allOf" in schema:
            return self.value(_merged(self._root, schema), depth + 1)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][self._attempt % len(schema["enum"])]
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                return self._one_of(schema, keyword, depth)
        return self._of_type(schema, depth)

    def _one_of(self, schema: Mapping[str, Any], keyword: str, depth: int) -> Any:
        rest = {key: each for key, each in schema.items() if key != keyword}
        if depth > _DEEP:  # the attempt does not matter: what ends soonest, does
            chosen = min(schema[keyword], key=lambda each: (self._heights.of(each), _weight(each, deep=True)))
        else:
            branches = sorted(schema[keyword], key=lambda each: _weight(each, deep=False))
            chosen = branches[self._attempt % len(branches)]
        return self.value({"allOf": [chosen, rest]}, depth + 1)

    def _of_type(self, schema: Mapping[str, Any], depth: int) -> Any:
        kinds = [each for each in types(schema) if each != "null"] or [_implied(schema, types(schema))]
        kind = kinds[self._attempt % len(kinds)]
        if depth > _DEEP and "null" in types(schema):
            kind = "null"
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, depth)
        if kind in ("integer", "number"):
            return self._number(schema, kind)
        if kind == "boolean":
            return self._random.random() < 0.5
        return None if kind == "null" else self._text(schema)

    def _object(self, schema: Mapping[str, Any], depth: int) -> Any:
        known = schema.get("properties", {})
        required = dict.fromkeys(schema.get("required", ()))  # looked up once for each property
        names = [each for each in known if each in required or depth < _DEEP]
        made = {name: self.value(known[name], depth + 1) for name in names}
        for name in (each for each in required if each not in made):
            made[name] = self.value(schema.get("additionalProperties", {"type": "string"}) or {}, depth + 1)
        return made

    def _array(self, schema: Mapping[str, Any], depth: int) -> Any:
        least = schema.get("minItems", 0 if depth > _DEEP else 1)
        prefix = schema.get("prefixItems", ())[: least if depth > _DEEP else None]
        first = [self.value(each, depth + 1) for each in prefix]
        wanted = min(max(least + self._attempt // 3, len(first)), schema.get("maxItems", math.inf))
        items = schema.get("items", {"type": "string"})
        while items is not False and len(first) < wanted:
            first.append(self.value(items, depth + 1))
        return first

    def _number(self, schema: Mapping[str, Any], kind: str) -> Any:
        step = schema.get("multipleOf", 1 if kind == "integer" else 0.5)
        low = max(schema.get("minimum", -math.inf), schema.get("exclusiveMinimum", -math.inf))
        high = min(schema.get("maximum", math.inf), schema.get("exclusiveMaximum", math.inf))
        if low == -math.inf:
            low = high - 20 * step if high < math.inf else 1
        start = math.ceil(low / step) + (low == schema.get("exclusiveMinimum") and low % step == 0)
        most = 40 if high == math.inf else math.floor(high / step) - start
        if most < 0 and kind == "number":
            return (low + high) / 2
        found = (start + self._random.randint(0, max(0, min(most, 40)))) * step
        return int(found) if kind == "integer" else found

    def _text(self, schema: Mapping[str, Any]) -> str:
        if "pattern" in schema:
            return fitting(schema["pattern"], self._random)
        made = _FORMATS.get(schema.get("format", ""))
        if made is None:
            made = self._words[self._texts % len(self._words)] if self._words else "mock"
            self._texts += 1
            self._spend(schema.get("minLength", 0))
            made = made.ljust(schema.get("minLength", 0), ".")
        return made[: schema.get("maxLength")]


def _implied(schema: Mapping[str, Any], named: Sequence[str]) -> str:
    """The type of a schema that names none beside null."""
    if named:
        return "null"
    keywords = (("properties", "object"), ("items", "array"), ("minimum", "number"), ("maximum", "number"))
    return next((kind for keyword, kind in keywords if keyword in schema), "string")


def _weight(branch: Any, deep: bool) -> int:
    """What comes first: a value before null, and deep down what holds no others."""
    if not isinstance(branch, dict):
        return 3
    if branch.get("type") == "null":
        return 0 if deep else 2
    holds = "$ref" in branch or branch.get("type") in ("object", "array")
    return int(deep and holds)


def _merged(root: Any, schema: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """A schema with those of its `$ref` and `allOf` in one, as far as they can be put side by side."""
    if depth > _DEEPEST:
        raise NoInstance("the schema refers to itself")
    made = {key: each for key, each in schema.items() if key not in ("allOf", "$ref")}
    found = [pointers.get(root, schema["$ref"].removeprefix("#"))] if "$ref" in schema else []
    for each in (*found, *schema.get("allOf", ())):
        for key, value in _merged(root, each, depth + 1).items():
            if key == "properties":
                made[key] = {**value, **made.get(key, {})}
            elif key == "required":
                made[key] = [*dict.fromkeys([*made.get(key, ()), *value])]
            else:
                made.setdefault(key, value)
    return made
