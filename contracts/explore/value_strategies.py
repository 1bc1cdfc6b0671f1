"""Strategies of values: right ones for a schema, and ones beyond each of its bounds, at any distance.

Everything shrinks towards the simplest: the shortest text, the bound itself, the first of a list. Nothing
here looks at Unicode tables by way of hypothesis, which would leave files where the user works.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from proofsheet.contracts.derive.body_fields import UNLISTED
from proofsheet.contracts.derive.sample_values import value
from proofsheet.spec.schemas import is_nullable, kind_of

Values = st.SearchStrategy[Any]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = ("boat", "a", "lake", "red", "and", "the", "old", "house", "with", "blue", "sky", "on", "hill", "of")
FARTHEST = 2**63 - 1  # of integers: what any int64 holds
WIDEST = 2048  # for numbers to which the document sets no bound
LONGER = 1000  # characters beyond a limit
MORE_ITEMS = 5  # items beyond a limit
_NO_NUMBERS = ("nan", "inf", "infinity", "true", "false", "null", "none", "nil", "undefined")
_OTHER_KINDS: dict[str, tuple[Any, ...]] = {
    "string": (7, True, [], {}),
    "integer": (1.5, [], {}),
    "boolean": ("text", 7, [], {}),
    "array": ("text", 7, {}, True),
    "object": ("text", 7, [], True),
}


def phrases() -> Values:
    """Harmless English, such as nobody refuses to draw."""
    return st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)


def unicode_texts() -> Values:
    """Texts in every script and with every sign, none of them a control character."""
    return st.text(_characters(), min_size=1, max_size=40)


def _characters() -> Values:
    plain = st.sampled_from(LETTERS + " .,-'\"<>&%{}\\")
    other = st.integers(0xA1, 0x2FFFF).map(chr)
    return plain | other.filter(lambda each: unicodedata.category(each) not in ("Cc", "Cs", "Cn", "Co"))


def right(schema: Mapping[str, Any], texts: Values) -> Values:
    """Values that a schema admits; `texts` is where free text comes from."""
    if "enum" in schema:
        return st.sampled_from(list(schema["enum"]))
    found = _of_kind(kind_of(schema), schema, texts)
    return found | st.none() if is_nullable(schema) else found


def _of_kind(kind: str, schema: Mapping[str, Any], texts: Values) -> Values:
    if kind == "object":
        return objects(schema, texts)
    if kind == "array":
        least = max(schema.get("minItems", 0), 1)
        most = max(min(schema.get("maxItems", 3), 3), least)
        return st.lists(right(schema.get("items", {}), texts), min_size=least, max_size=most)
    if kind in ("integer", "number"):
        return _numbers(schema)
    if kind == "boolean":
        return st.booleans()
    if "pattern" in schema or "format" in schema:
        return st.just(value(schema))
    least, most = schema.get("minLength", 0), schema.get("maxLength", math.inf)
    return texts.filter(lambda text: least <= len(text) <= most)


def objects(schema: Mapping[str, Any], texts: Values) -> Values:
    """Objects with what is required and a few more."""
    known = {name: right(each, texts) for name, each in schema.get("properties", {}).items()}
    needed = {name: known[name] for name in schema.get("required", ())}
    others = {name: each for name, each in known.items() if name not in needed}
    return st.fixed_dictionaries(needed, optional=others)


def _numbers(schema: Mapping[str, Any]) -> Values:
    low, high = _lowest(schema), schema.get("maximum")
    if kind_of(schema) == "integer":
        step = schema.get("multipleOf", 1)
        top = max(low, WIDEST) if high is None else high
        return st.integers(-(-low // step), top // step).map(lambda number: number * step)
    top = max(low, 10) if high is None else high
    return st.integers(0, int((top - low) * 100)).map(lambda number: round(low + number / 100, 2))


def _lowest(schema: Mapping[str, Any]) -> Any:
    step = 1 if kind_of(schema) == "integer" else 0.01
    return schema.get("minimum", schema["exclusiveMinimum"] + step if "exclusiveMinimum" in schema else 0)


def wrong(kind: str, schema: Mapping[str, Any], nearest: bool = False) -> Values:
    """Values that break one keyword of a schema (or its type), by any distance; by the least if `nearest`."""
    made = {**_BEYOND, "type": _no_number, "kind": _other_kind}[kind]
    return made(schema, 1 if nearest else FARTHEST)


def _too_short(schema: Mapping[str, Any], most: int) -> Values:
    limit = schema["minLength"]
    return st.integers(1, limit).map(lambda short: "x" * (limit - short))


def _too_long(schema: Mapping[str, Any], most: int) -> Values:
    limit = schema["maxLength"]
    return st.integers(1, min(most, LONGER)).map(lambda over: "x" * (limit + over))


def _too_low(schema: Mapping[str, Any], most: int) -> Values:
    limit = schema["minimum"]
    if kind_of(schema) == "number":
        return st.integers(1, min(most, 10**6)).map(lambda by: round(limit - by / 100, 2))
    step = schema.get("multipleOf", 1)
    first = -(-limit // step) - 1
    return _distances(min(most, FARTHEST // step) - 1).map(lambda by: (first - by) * step)


def _too_high(schema: Mapping[str, Any], most: int) -> Values:
    limit = schema["maximum"]
    if kind_of(schema) == "number":
        return st.integers(1, min(most, 10**6)).map(lambda by: round(limit + by / 100, 2))
    step = schema.get("multipleOf", 1)
    first = limit // step + 1
    return _distances(min(most - 1, FARTHEST // step - first)).map(lambda by: (first + by) * step)


def _distances(most: int) -> Values:
    """From 0 to `most`: small ones, and ones of every order of magnitude."""
    small = st.integers(0, min(most, 1000))
    return small | st.integers(0, most.bit_length()).map(lambda bits: min(2**bits - 1, most))


def _off_grid(schema: Mapping[str, Any], most: int) -> Values:
    step = schema["multipleOf"]
    low = -(-schema.get("minimum", 0) // step)
    high = max(schema.get("maximum", WIDEST) // step - 1, low)
    whole = st.integers(low, high)
    return st.tuples(whole, st.integers(1, step - 1)).map(lambda each: each[0] * step + each[1])


def _unlisted(schema: Mapping[str, Any], most: int) -> Values:
    """Far ones, of letters; near ones, a letter away from a listed value."""
    named = sorted(str(each) for each in schema["enum"] if each is not None)
    listed = {*(each.casefold() for each in named), "null", "none"}
    far = st.text(LETTERS, min_size=1, max_size=20)
    near = st.tuples(st.sampled_from(named), st.integers(0, 30), st.booleans())
    found = far | near.map(lambda each: _edited(*each))
    return found.filter(lambda text: text.strip() == text != "" and text.casefold() not in listed)


def _edited(text: str, at: int, twice: bool) -> str:
    """With a character left out, or written twice."""
    at %= len(text)
    return text[:at] + text[at] * (2 * twice) + text[at + 1 :]


def _no_number(schema: Mapping[str, Any], most: int) -> Values:
    return st.text(LETTERS, min_size=1, max_size=12).filter(lambda text: text not in _NO_NUMBERS)


def _other_kind(schema: Mapping[str, Any], most: int) -> Values:
    return st.sampled_from(_OTHER_KINDS[kind_of(schema)])


def _too_few(schema: Mapping[str, Any], most: int) -> Values:
    fewer = st.integers(1, schema["minItems"])
    return fewer.map(lambda by: _listed(schema, schema["minItems"] - by))


def _too_many(schema: Mapping[str, Any], most: int) -> Values:
    return st.integers(1, min(most, MORE_ITEMS)).map(lambda by: _listed(schema, schema["maxItems"] + by))


def _listed(schema: Mapping[str, Any], count: int) -> list[Any]:
    return [value(schema.get("items", {})) for _ in range(count)]


_BEYOND: dict[str, Callable[[Mapping[str, Any], int], Values]] = {
    "minLength": _too_short,
    "maxLength": _too_long,
    "minimum": _too_low,
    "maximum": _too_high,
    "multipleOf": _off_grid,
    "minItems": _too_few,
    "maxItems": _too_many,
    "exclusiveMinimum": lambda schema, most: st.just(schema["exclusiveMinimum"]),
    "exclusiveMaximum": lambda schema, most: st.just(schema["exclusiveMaximum"]),
    "pattern": lambda schema, most: st.just(UNLISTED),
    "enum": _unlisted,
}
