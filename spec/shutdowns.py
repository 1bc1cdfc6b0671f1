"""Values that end: from its day of shutdown on a value (a model) is refused (`x-shutdown` in a schema)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from proofsheet.spec import resource_examples as resources_of
from proofsheet.spec.document import Document, Operation, Rule
from proofsheet.spec.request_bodies import Body

_NEVER: Mapping[str, Any] = {"not": {}}


def day_of(seconds: float) -> date:
    """The day (UTC) of a time in Unix seconds."""
    return datetime.fromtimestamp(seconds, UTC).date()


def has_ended(body: Body, field: str, value: Any, day: date) -> bool:
    """Whether a field's value is not there any more on a day."""
    ends = body.shutdowns.get(field, {}).get(str(value))
    return ends is not None and ends <= day


def as_of(document: Document, day: date) -> Document:
    """The document as it is on a day: without the values that have ended, and without rules about them alone.

    Operations that have no value left of such a field, or no resource that they need, are left out. Examples
    name what there is: instead of a resource that has ended one that is like it.
    """
    found = {name: _operation(each, day) for name, each in document.operations.items()}
    return replace(document, operations={name: each for name, each in found.items() if each is not None})


def _operation(operation: Operation, day: date) -> Operation | None:
    role = operation.resource
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    if role is not None and role.where and not any(map(role.fits, role.of.at(midnight).values())):
        return None
    if role is not None and role.id is not None:
        operation = resources_of.with_those_left(operation, role, role.of.at(midnight))
    if not any(each.shutdowns for each in operation.bodies):
        return operation
    bodies = tuple(_body(each, day) for each in operation.bodies)
    if any(_left(each, field) == [] for each in bodies for field in each.shutdowns):
        return None
    rules = tuple(_rule(each, operation.bodies, day) for each in operation.rules)
    return replace(operation, bodies=bodies, rules=rules)


def _left(body: Body, field: str) -> list[Any]:
    return [each for each in body.schema["properties"][field]["enum"] if each is not None]


def _body(body: Body, day: date) -> Body:
    properties = dict(body.schema["properties"])
    for field in body.shutdowns:
        kept = [each for each in properties[field]["enum"] if not has_ended(body, field, each, day)]
        properties[field] = {**properties[field], "enum": kept}
    return replace(body, schema={**body.schema, "properties": properties})


def _rule(rule: Rule, bodies: tuple[Body, ...], day: date) -> Rule:
    """The rule for values that are still there; one that never holds where there are none."""
    wanted = dict(rule.when.get("properties", {}))
    for field, schema in wanted.items():
        values = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if values is None or not any(field in each.shutdowns for each in bodies):
            continue
        kept = [each for each in values if not any(has_ended(body, field, each, day) for body in bodies)]
        if not [each for each in kept if each is not None]:
            return replace(rule, when=_NEVER)
        wanted[field] = {"enum": kept}
    return replace(rule, when={**rule.when, "properties": wanted}) if wanted else rule
