"""Refusals by the schema: for each field and keyword, one value beyond it. Free if the target refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from proofsheet.contracts.checks.refusals import NamesFields, RefusedAs
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.request_bodies import lists_all
from proofsheet.contracts.derive.samples import case_of, smallest, value
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation

UNLISTED = "proofsheet-stranger"


def bounds(source: Source, operation: Operation) -> Iterator[Derived]:
    """A refusal for every keyword of every field of the body."""
    if operation.body is None:
        return
    schema = operation.body.schema
    at = pointers.join("requestBody", "content", operation.body.media_type, "schema")
    for name in schema.get("required", ()):
        body = {key: value for key, value in smallest(operation).items() if key != name}
        yield _refusal(
            source, operation, f"{name}.required", f"{name} is required", at + "/required", body, name
        )
    for name, field in schema.get("properties", {}).items():
        for keyword, wrong, says in beyond(field):
            if wrong == "" and name not in schema.get("required", ()):
                continue  # an empty optional part may count as absent
            topic, place = f"{name}.{keyword}", f"{at}/properties/{name}/{keyword}"
            body = smallest(operation, **{name: wrong})
            yield _refusal(source, operation, topic, f"{name} {says}", place, body, name)
        yield from _items(source, operation, name, field, f"{at}/properties/{name}/items")
    yield from _together(source, operation)


def _items(
    source: Source, operation: Operation, name: str, field: Mapping[str, Any], at: str
) -> Iterator[Derived]:
    """The fields of the objects in a list: each that is missing or beyond a bound."""
    items = field.get("items", {})
    whole = value(items) if items.get("type") == "object" else {}
    for inner in items.get("required", ()):
        body = smallest(operation, **{name: [{key: each for key, each in whole.items() if key != inner}]})
        topic = f"{name}.{inner}.required"
        yield _refusal(source, operation, topic, f"{inner} is required", at + "/required", body, inner)
    for inner, schema in items.get("properties", {}).items():
        for keyword, wrong, says in beyond(schema):
            body = smallest(operation, **{name: [{**whole, inner: wrong}]})
            topic, place = f"{name}.{inner}.{keyword}", f"{at}/properties/{inner}/{keyword}"
            yield _refusal(source, operation, topic, f"{inner} {says}", place, body, inner)


# keyword: a value just beyond it, and what it asks of a field
_BEYOND: dict[str, tuple[Callable[[Any], Any], str]] = {
    "minLength": (lambda limit: "x" * (limit - 1), "has at least {limit} character(s)"),
    "maxLength": (lambda limit: "x" * (limit + 1), "has at most {limit} characters"),
    "minimum": (lambda limit: limit - 1, "is at least {limit}"),
    "maximum": (lambda limit: limit + 1, "is at most {limit}"),
    "multipleOf": (lambda limit: 10 * limit + 1, "is a multiple of {limit}"),
    "minItems": (lambda limit: [], "has at least {limit} item(s)"),
    "enum": (lambda values: UNLISTED, "is one of the listed values"),
}


def beyond(field: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """(keyword, a value just beyond it, what it asks) for each bound of a field."""
    if field.get("format") == "binary":
        return
    for keyword, (wrong, says) in _BEYOND.items():
        if field.get(keyword):
            yield keyword, wrong(field[keyword]), says.format(limit=field[keyword])
    if field.get("minimum") == 0:
        yield "minimum", -1, "is at least 0"
    if field.get("type") in ("integer", "number"):
        yield "type", UNLISTED, "is a number"


def _refusal(
    source: Source, operation: Operation, topic: str, says: str, at: str, body: Any, *fields: str
) -> Derived:
    keyword = topic.rpartition(".")[2]
    also = [at.rpartition("/")[0]] if keyword == "type" else []
    also += provenance.refusal(operation, "validate", keyword) if keyword == "required" else ()
    wanted = source.requirement(operation, topic, says, at, also=also)
    outcome = operation.policy.outcome("validate", keyword)
    expects = (
        RefusedAs(wanted.id, outcome),
        NamesFields(wanted.id, fields),
    )
    return Derived(wanted, (case_of(operation, topic, body, expects),))


def _together(source: Source, operation: Operation) -> Iterator[Derived]:
    """Three faults at once: all of them are named."""
    schema = operation.body.schema if operation.body else {}
    wrong = {
        name: next(iter(beyond(field)))[1]
        for name, field in schema.get("properties", {}).items()
        if "enum" in field or "maximum" in field
    }
    chosen = dict(list(wrong.items())[:3])
    if len(chosen) < 2 or "validate.required" not in operation.policy.wording:
        return
    says = f"faults in {', '.join(chosen)} are listed together"
    policy = f"#/components/x-policies/{operation.policy.name}/x-wording/validate.required"
    if lists_all(operation):
        wanted = source.requirement(operation, "several-faults", says, policy)
        expects = (
            RefusedAs(wanted.id, operation.policy.outcome("validate", "enum")),
            NamesFields(wanted.id, tuple(chosen)),
        )
        yield Derived(wanted, (case_of(operation, "several-faults", smallest(operation, **chosen), expects),))
