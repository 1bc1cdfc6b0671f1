"""Flaws: one for every keyword, in order, with what a message needs; and reading text as values."""

from __future__ import annotations

from typing import Any

import pytest

from proofsheet.spec.schemas import Flaw, Schema, coerce


@pytest.mark.parametrize(
    ("keyword", "schema", "value", "limit"),
    [
        ("type", {"type": "string"}, 5, None),
        ("enum", {"enum": ["a", "b"]}, "c", None),
        ("const", {"const": 1}, 2, 1),
        ("minLength", {"minLength": 2}, "a", 2),
        ("maxLength", {"maxLength": 1}, "ab", 1),
        ("minimum", {"minimum": 1}, 0, 1),
        ("maximum", {"maximum": 1}, 2, 1),
        ("exclusiveMinimum", {"exclusiveMinimum": 1}, 1, 1),
        ("exclusiveMaximum", {"exclusiveMaximum": 1}, 1, 1),
        ("multipleOf", {"multipleOf": 64}, 65, 64),
        ("minItems", {"minItems": 1}, [], 1),
        ("maxItems", {"maxItems": 1}, [1, 2], 1),
        ("pattern", {"pattern": "^a"}, "b", "^a"),
        ("uniqueItems", {"uniqueItems": True}, [1, 1], None),
        ("anyOf", {"anyOf": [{"type": "string"}, {"minimum": 3}]}, 1, None),
        ("not", {"not": {"type": "string"}}, "a", None),
        ("falseSchema", False, 1, None),
    ],
)
def test_every_keyword_is_a_kind_of_flaw(keyword: str, schema: Any, value: Any, limit: Any) -> None:
    whole = Schema({"type": "object", "properties": {"f": schema}})
    [flaw] = whole.flaws({"f": value})
    assert (flaw.kind, flaw.field, flaw.params["limit"]) == (keyword, "f", limit)
    assert not whole.is_valid({"f": value})


def test_required_names_the_missing_field() -> None:
    [flaw] = Schema({"type": "object", "required": ["prompt"]}).flaws({})
    assert (flaw.kind, flaw.field) == ("required", "prompt")


def test_messages_get_options_expected_and_received() -> None:
    schema = Schema({"properties": {"e": {"enum": ["a", None, "b"]}, "t": {"type": "string"}}})
    enum, kind = schema.flaws({"e": "c", "t": [1]})
    assert enum.params["options"] == "'a' | 'b'"
    assert (kind.params["expected"], kind.params["received"]) == ("string", "array")


def test_nested_fields_are_named_as_messages_print_them() -> None:
    schema = Schema(
        {"properties": {"p": {"type": "array", "items": {"properties": {"text": {"type": "string"}}}}}}
    )
    [flaw] = schema.flaws({"p": [{"text": "x"}, {"text": 5}]})
    assert flaw.field == "p[1].text"
    [whole] = Schema({"type": "object"}).flaws(5)
    assert whole.field == "body"


def test_flaws_come_in_the_order_of_the_properties() -> None:
    properties = {name: {"type": "string"} for name in "zyxab"}
    schema = Schema({"required": ["x"], "properties": properties, "additionalProperties": False})
    fields = [flaw.field for flaw in schema.flaws({"a": 1, "z": 1, "b": 1, "other": 1})]
    assert fields == ["z", "x", "a", "b", "other"]


def test_a_valid_value_has_no_flaws() -> None:
    assert Schema({"type": "integer"}).flaws(5) == []
    assert Flaw("x", "y").params == {}


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("5", "integer", 5),
        ("-5", "integer", -5),
        ("1e3", "number", 1000.0),
        ("5.732065930221978e16", "number", 57320659302219776),
        ("9007199254740991.0", "number", 9007199254740991.0),
        ("1e999", "number", "1e999"),
        ("0.5", "number", 0.5),
        ("1.0", "integer", 1.0),
        ("1_000", "integer", "1_000"),
        ("٣", "integer", "٣"),
        ("nan", "number", "nan"),
        ("Infinity", "number", "Infinity"),
        (" 5", "integer", " 5"),
        ("5 ", "integer", "5 "),
        ("5\n", "integer", "5\n"),
        ("05", "integer", "05"),
        ("+5", "integer", "+5"),
        ("0x10", "integer", "0x10"),
        ("", "integer", ""),
        ("true", "boolean", True),
        ("False", "boolean", "False"),
        ("5", "string", "5"),
        ("true", "string", "true"),
    ],
)
def test_coerce_reads_json_and_nothing_else(text: str, kind: str, value: Any) -> None:
    found = coerce(text, {"type": kind})
    assert found == value
    assert type(found) is type(value)


def test_coerce_without_a_type_leaves_text_alone() -> None:
    assert coerce("5", {}) == "5"
    assert coerce("5", {"type": ["integer", "null"]}) == 5
