"""Values of the wrong kind: a file for a text, a text for a file, a field twice, an empty one. All advice.

A required field is missing too where all faults are listed, so that none is granted and paid for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.contracts.case import Case, Part
from proofsheet.contracts.checks.refusals import NamesFields, OmitsFields, RefusedAs
from proofsheet.contracts.derive.request_bodies import drawing, lacking, lists_all
from proofsheet.contracts.derive.samples import case_of, part, smallest, value
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation

# JSON values of another kind, by the kind that is wanted
_OTHERS: dict[str, Any] = {"string": 7, "array": "text", "object": "text", "integer": 1.5, "boolean": "text"}


def kinds(source: Source, operation: Operation) -> Iterator[Derived]:
    """Requirements on the kinds of values."""
    if operation.body is None:
        return
    is_form = operation.body.media_type == "multipart/form-data"
    for name, schema in operation.body.schema.get("properties", {}).items():
        if not is_form:
            yield from _json(source, operation, name, schema)
        elif lists_all(operation):
            yield from _form(source, operation, name, schema)
    if is_form:
        yield from _empty(source, operation)


def _advice(source: Source, operation: Operation, topic: str, says: str, name: str, kind: str) -> Any:
    assert operation.body is not None
    at = pointers.join("requestBody", "content", operation.body.media_type, "schema", "properties", name)
    # Schemas tell what is right, and hardly a page how a value of the wrong kind is refused.
    also = [f"{at}/{keyword}" for keyword in ("type", "items", "items/type")]
    wanted = source.requirement(operation, topic, says, at, also=also, level="MAY")
    outcome = operation.policy.outcome("validate", kind)
    expects = (RefusedAs(wanted.id, outcome), NamesFields(wanted.id, (name,)))
    return wanted, expects


def _json(source: Source, operation: Operation, name: str, schema: Any) -> Iterator[Derived]:
    if (wrong := _OTHERS.get(schema.get("type", ""))) is None:
        return
    topic = f"{name}.kind"
    wanted, expects = _advice(source, operation, topic, f"{name} is of type {schema['type']}", name, "type")
    yield Derived(wanted, (case_of(operation, topic, smallest(operation, **{name: wrong}), expects),))


def _form(source: Source, operation: Operation, name: str, schema: Any) -> Iterator[Derived]:
    assert operation.body is not None
    is_file = name in operation.body.files
    wrong = Part(name, b"text") if is_file else Part(name, drawing(), f"{name}.png", "image/png")
    says = f"{name} is {'a file, not a text' if is_file else 'a text, not a file'}"
    topic = f"{name}.kind"
    wanted, expects = _advice(source, operation, topic, says, name, "type")
    yield Derived(wanted, (_sent(operation, topic, name, expects, wrong),))
    if "validate.duplicate" in operation.policy.wording:
        topic = f"{name}.twice"
        wanted, expects = _advice(source, operation, topic, f"{name} is sent once", name, "duplicate")
        once = part(name, drawing() if is_file else value(schema))
        yield Derived(wanted, (_sent(operation, topic, name, expects, once, once),))


def _sent(operation: Operation, topic: str, name: str, expects: Any, *parts: Part) -> Case:
    """A form with these parts; it lacks another required field, or has an unknown value in another."""
    spoiled = lacking(operation, **{name: ""})
    body = spoiled[1] if spoiled else {**smallest(operation), **_stranger(operation, name)}
    case = case_of(operation, topic, {key: each for key, each in body.items() if key != name}, expects)
    return case.sending(form=(*(case.request.form or ()), *parts))


def _stranger(operation: Operation, but: str) -> dict[str, Any]:
    fields = operation.body.schema.get("properties", {}) if operation.body else {}
    found = next((name for name, each in fields.items() if "enum" in each and name != but), None)
    return {found: "proofsheet-stranger"} if found else {}


def _empty(source: Source, operation: Operation) -> Iterator[Derived]:
    """Empty parts of optional fields that are no files count as absent: only the missing field is named."""
    spoiled = lacking(operation)
    if operation.policy.empty_parts != "absent" or spoiled is None or operation.body is None:
        return
    name, body = spoiled
    not_empty = {*operation.body.schema.get("required", ()), *operation.body.files}
    optional = [each for each in operation.body.schema["properties"] if each not in not_empty]
    at = f"#/components/x-policies/{operation.policy.name}/x-empty-parts"
    says = "an empty part of an optional field counts as absent"
    wanted = source.requirement(operation, "empty-parts", says, at)
    expects = (
        NamesFields(wanted.id, (name,)),
        OmitsFields(wanted.id, tuple(optional)),
    )
    empty = {**body, **dict.fromkeys(optional, "")}
    yield Derived(wanted, (case_of(operation, "empty-parts", empty, expects),))
