"""JSON Schemas that a request carries: what they must keep to, and values of recursive ones."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from proofsheet.mockserver.media.text.instances import NoInstance, instance
from proofsheet.spec.given_schemas import SchemaRules, marked
from proofsheet.spec.schemas import Schema

TEXT = {"type": "string"}
LIST = {
    "type": "object",
    "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
    "required": ["next"],
}
TREE = {"type": "object", "properties": {"in": {"type": "array", "items": {"$ref": "#"}}}, "required": ["in"]}
ENDLESS = {"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]}
SUM = {
    "$ref": "#/$defs/sum",
    "$defs": {
        "sum": {"anyOf": [{"$ref": "#/$defs/two"}, {"type": "integer"}]},
        "two": {
            "type": "object",
            "properties": {"a": {"$ref": "#/$defs/sum"}, "b": {"$ref": "#/$defs/sum"}},
            "required": ["a", "b"],
        },
    },
}


@pytest.mark.parametrize("schema", [LIST, TREE, SUM, {**ENDLESS, "type": ["object", "null"]}])
def test_a_schema_that_refers_to_itself_has_a_value_that_ends(schema: Any) -> None:
    for seed in range(5):
        assert Schema(schema).is_valid(instance(schema, Random(seed), ["one", "two"]))


def test_a_schema_without_an_end_has_none() -> None:
    with pytest.raises(NoInstance, match="without end"):
        instance(ENDLESS, Random(0), [])


RULES = SchemaRules(
    subject="Form '{name}'",
    name="name",
    when="strict",
    items=True,
    closed=True,
    complete=True,
    without=frozenset({"allOf"}),
    root=True,
    depth=2,
    properties=3,
    values=2,
)


def closed(**properties: Any) -> dict[str, Any]:
    names = list(properties)
    return {"type": "object", "properties": properties, "required": names, "additionalProperties": False}


@pytest.mark.parametrize(
    ("schema", "kind", "context"),
    [
        (closed(a=TEXT), None, None),
        (closed(a={"type": "array", "items": closed(b=TEXT)}), None, None),
        ({"type": "array", "items": TEXT}, "schema-root", None),
        (closed(a={"type": "text"}), "schema-unfit", "('properties', 'a')"),
        (closed(a={"type": None}), "schema-unfit", "('properties', 'a')"),
        (closed(a={"type": ["string", 1]}), "schema-unfit", "('properties', 'a')"),
        (closed(a={"type": {}}), "schema-unfit", "('properties', 'a')"),
        (closed(a={"type": [{}]}), "schema-unfit", "('properties', 'a')"),
        ({**closed(), "properties": []}, "schema-type", "()"),
        (closed(a=[]), "schema-type", "()"),
        (closed(a={**TEXT, "enum": "x"}), "schema-type", "('properties', 'a')"),
        (closed(a={"type": "array"}), "schema-items", "('properties', 'a')"),
        ({**closed(a=TEXT), "additionalProperties": True}, "schema-closed", "()"),
        (closed(a={"type": "object"}), "schema-closed", "('properties', 'a')"),
        ({**closed(a=TEXT), "required": []}, "schema-complete", "()"),
        (
            closed(a={"anyOf": [TEXT, {**TEXT, "allOf": []}]}),
            "schema-keyword",
            "('properties', 'a', 'anyOf', '1')",
        ),
        (closed(a=closed(b=closed())), "schema-depth", None),
        (closed(a=TEXT, b=TEXT, c=TEXT, d=TEXT), "schema-properties", None),
        (closed(a={**TEXT, "enum": ["x", "y", "z"]}), "schema-values", None),
    ],
)
def test_what_a_strict_schema_breaks_is_found_wherever_it_stands(
    schema: Any, kind: Any, context: Any
) -> None:
    found = RULES.flaw(schema, {"strict": True, "name": "it"}, ("form",))
    assert (found.kind if found else None) == kind
    if found and context:
        assert found.params["context"] == context
        assert found.params["subject"] == "Form 'it'"


def test_one_that_is_not_strict_keeps_to_less() -> None:
    assert RULES.flaw({"type": "object", "properties": {"a": TEXT}}, {"strict": False}, ()) is None
    assert RULES.flaw({"type": "array"}, {}, ()) is not None
    assert RULES.flaw({"type": 5}, {}, ()) is not None
    assert RULES.flaw({"type": "array", "items": [TEXT], "additionalProperties": True}, {}, ()) is None


def test_places_in_a_body_are_found_by_their_keyword() -> None:
    body = {"properties": {"a": {"items": {"properties": {"b": {"x-mark": 1}}}}, "c": {"x-mark": 2}}}
    assert list(marked(body, "x-mark")) == [(("a", "*", "b"), 1), (("c",), 2)]
