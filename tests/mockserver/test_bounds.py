"""Every bound of every field of every operation, both sides, taken from the document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sample_requests import ENGINE, ask, fields_of, properties
from support import InProcess

from proofsheet.contracts.derive.samples import sample
from proofsheet.spec.document import Operation
from proofsheet.spec.load import Library

DOCUMENT = Library().load("stability")
BODIES = [each for each in DOCUMENT.operations.values() if each.body is not None]
TO_IMAGE = ("image", "strength")


def _within(schema: dict[str, Any]) -> Iterator[Any]:
    """Values at the edges that are still right."""
    yield from schema.get("enum", ())
    for name in ("minimum", "maximum"):
        if name in schema:
            yield schema[name]
    if "maxLength" in schema:
        yield "x" * schema.get("minLength", 0)
        yield "a cat " * (schema["maxLength"] // 6) + "x" * (schema["maxLength"] % 6)


def _beyond(schema: dict[str, Any]) -> Iterator[Any]:
    """Values just past the edges, and strangers."""
    if "enum" in schema:
        yield from ("stranger", schema["enum"][0].upper() + "X", schema["enum"][0] + " ")
    step = 1 if schema.get("type") == "integer" else 0.01
    if "minimum" in schema:
        yield from (schema["minimum"] - step, -1e9)
    if "maximum" in schema:
        yield from (schema["maximum"] + step, 10**30)
    if schema.get("type") in ("integer", "number"):
        yield from ("many", "true")
    if schema.get("type") == "integer":
        yield schema.get("minimum", 0) + 0.5
    if "multipleOf" in schema:
        yield schema["minimum"] + schema["multipleOf"] // 2
    if "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)


def _cases(values: Any) -> list[Any]:
    return [
        pytest.param(operation, name, value, id=f"{operation.id}-{name}-{str(value)[:24]}-{len(str(value))}")
        for operation in BODIES
        for name, schema in properties(operation)
        for value in values(schema)
    ]


# What is bounded by a rule too is asked for where the rule allows it.
RULED = {"strength", "mode", "width", "height", "left", "mask_source", "light_source_strength"}


def _other_ways(operation: Operation, name: str) -> dict[str, Any]:
    """The other fields that keep a rule for every request: an empty text of a form is as good as none."""
    ways = [way["required"] for rule in operation.rules if not rule.when for way in rule.then.get("anyOf", ())
            if "required" in way]  # fmt: skip
    if not any(name in way for way in ways):
        return {}
    return {each: sample(operation, each) for way in ways if name not in way for each in way}


@pytest.mark.parametrize(
    ("operation", "name", "value"), [case for case in _cases(_within) if case.values[1] not in RULED]
)
def test_a_value_at_its_bound_passes(house: InProcess, operation: Operation, name: str, value: Any) -> None:
    json = operation.body is not None and operation.body.media_type == "application/json"
    sent = value if json else str(value)
    # Nothing is drawn: an empty balance stops the call right after the last gate that judges values.
    fields = {name: sent} if sent else {**_other_ways(operation, name), name: sent}
    response = ask(house, operation, fields, headers={"authorization": "Bearer sk-mock-broke"})
    assert response.json()["name"] in ("payment_required", "insufficient_balance"), response.text


@pytest.mark.parametrize(("operation", "name", "value"), _cases(_beyond))
def test_a_value_beyond_its_bound_is_named(
    house: InProcess, operation: Operation, name: str, value: Any
) -> None:
    json = operation.body is not None and operation.body.media_type == "application/json"
    response = ask(house, operation, {name: value if json else str(value)})
    assert response.status_code == 400
    assert name in fields_of(response)
    if not json and name != "strength":
        assert set(fields_of(response)) == {name}


@pytest.mark.parametrize("operation", BODIES, ids=lambda each: each.id)
def test_what_is_required_is_asked_for(house: InProcess, operation: Operation) -> None:
    assert operation.body is not None
    required = list(operation.body.schema["required"])
    assert required
    for name in required:
        if operation.body.media_type == "application/json":
            path = operation.path.replace("{engine_id}", ENGINE)
            response = house.post(path, json={})
        else:
            response = ask(house, operation, {name: None, "seed": "1"})
        assert (response.status_code, fields_of(response)) == (400, [name])


def _header_bounds() -> list[Any]:
    return [
        pytest.param(operation, each.name, each.schema["maxLength"], id=f"{operation.id}-{each.name}")
        for operation in DOCUMENT.operations.values()
        for each in operation.parameters
        if each.place == "header" and "maxLength" in each.schema and operation.cost is not None
    ]


@pytest.mark.parametrize(("operation", "name", "most"), _header_bounds())
def test_the_length_of_a_header(house: InProcess, operation: Operation, name: str, most: int) -> None:
    headers = {"authorization": "Bearer sk-mock-broke"}
    assert ask(house, operation, headers={**headers, name: "x" * most}).status_code == 402
    response = ask(house, operation, headers={**headers, name: "x" * (most + 1)})
    assert (response.status_code, fields_of(response)) == (400, [name])
