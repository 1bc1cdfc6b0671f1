"""Examples that name a resource (a model) which has ended by a day: they name one that is like it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.document import Operation, Parameter
from proofsheet.spec.expressions import place_in_request
from proofsheet.spec.request_bodies import Body
from proofsheet.spec.resources import ResourceRole
from proofsheet.spec.schemas import Schema

Left = Mapping[str, Mapping[str, Any]]  # the resources that there are


def with_those_left(operation: Operation, role: ResourceRole, left: Left) -> Operation:
    """The operation with examples that name resources which there are and which fit it.

    An example of a body for which none does (by the rules of the operation) is left out.
    """
    assert role.id is not None
    fitting = {name: each for name, each in left.items() if role.fits(each)}
    place, name, at = place_in_request(role.id.text)
    if place != "body" or len(at) != 1:
        named = tuple(_parameter(each, place, name, role, fitting) for each in operation.parameters)
        return replace(operation, parameters=named)
    return replace(
        operation, bodies=tuple(_body(operation, each, at, role, fitting) for each in operation.bodies)
    )


def _replacements(name: Any, role: ResourceRole, left: Left) -> list[str]:
    """The resources that there are, the one itself first, then those that have most in common with it."""
    if name in left:
        return [name]
    gone = role.of.items.get(str(name), {})
    return sorted(left, key=lambda each: -sum(gone.get(key) == value for key, value in left[each].items()))


def _parameter(parameter: Parameter, place: str, name: str, role: ResourceRole, left: Left) -> Parameter:
    example = parameter.schema.get("example")
    if (parameter.place, parameter.name) != (place, name) or example is None:
        return parameter
    others = _replacements(example, role, left)
    return replace(parameter, schema={**parameter.schema, "example": others[0]}) if others else parameter


def _body(operation: Operation, body: Body, at: tuple[str, ...], role: ResourceRole, left: Left) -> Body:
    found = (_example(operation, each, at, role, left) for each in body.examples)
    return replace(
        body,
        examples=tuple(each for each in found if each is not None),
        schema=_schema(body.schema, at, role, left),
    )


def _schema(
    schema: Mapping[str, Any], at: tuple[str, ...], role: ResourceRole, left: Left
) -> Mapping[str, Any]:
    """A body's schema whose field has an example that there is."""
    field = schema.get("properties", {}).get(at[0])
    if field is None or "example" not in field:
        return schema
    others = _replacements(field["example"], role, left)
    example = {**field, "example": others[0]} if others else field
    return {**schema, "properties": {**schema["properties"], at[0]: example}}


def _example(operation: Operation, example: Any, at: tuple[str, ...], role: ResourceRole, left: Left) -> Any:
    """An example of a body with the first resource with which it keeps the rules; None if none does."""
    name = next(pointers.find(example, at), None)
    if name is None or name in left:
        return example
    made = ({**example, at[0]: each} for each in _replacements(name, role, left))
    return next((each for each in made if _keeps_rules(operation, each)), None)


def _keeps_rules(operation: Operation, example: Any) -> bool:
    facts = {**example, "$sent": example}
    return not any(
        Schema(dict(rule.when)).is_valid(facts) and not Schema(dict(rule.then)).is_valid(facts)
        for rule in operation.rules
    )
