"""Values of the wrong kind: a file for a text, a text for a file, a field twice, an empty one. Mostly advice.

A required field is missing too where all faults are listed, so that none is granted and paid for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.contracts.case import Case, Part
from proofsheet.contracts.checks.refusals import NamesFields, OmitsFields, RefusedAs
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.body_fields import BodyField, body_fields, changed, is_text_of_list
from proofsheet.contracts.derive.refusals import lists_all, names_fields
from proofsheet.contracts.derive.request_bodies import refusable
from proofsheet.contracts.derive.sample_pictures import drawing
from proofsheet.contracts.derive.samples import case_of, part, sample, smallest
from proofsheet.contracts.derive.source import COMPONENT, POLICY, Derived, Source
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.requirement import Requirement
from proofsheet.spec.document import Operation
from proofsheet.spec.request_bodies import MULTIPART
from proofsheet.spec.schemas import kind_of

# JSON values of another kind, by the kind that is wanted
OTHER_KINDS: Mapping[str, Any] = {
    "string": 7,
    "integer": 1.5,
    "boolean": "text",
    "array": "text",
    "object": "text",
}
_READABLE = ("string", "integer")  # a kind reader takes 7 for "7", and 1.5 for 1


def kinds(source: Source, operation: Operation) -> Iterator[Derived]:
    """Requirements on the kinds of values."""
    if operation.body is None:
        return
    is_form = operation.body.media_type == MULTIPART
    for field in body_fields(operation.body):
        if is_text_of_list(operation.body, field):
            continue
        if not (is_form and field.is_top):
            yield from _json(source, operation, field)
        elif lists_all(operation):
            yield from _form(source, operation, field.name, field.schema)
    if is_form:
        yield from _empty(source, operation)


def _judged(
    source: Source, operation: Operation, topic: str, says: str, at: str, name: str, kind: str, **level: str
) -> tuple[Requirement, tuple[Expectation, ...]]:
    # Schemas tell what is right, and hardly a page how a value of the wrong kind is refused.
    also = [f"{at}/{keyword}" for keyword in ("type", "items", "items/type")]
    wanted = source.requirement(operation, topic, says, at, also=also, **level)
    refusal = RefusedAs(wanted.id, operation.policy.outcome("validate", kind))
    is_named = names_fields(operation, kind, name)
    return wanted, (refusal, NamesFields(wanted.id, (name,))) if is_named else (refusal,)


def _json(source: Source, operation: Operation, field: BodyField) -> Iterator[Derived]:
    kind = kind_of(field.schema)
    if operation.body is None or kind not in OTHER_KINDS:
        return
    topic, at = f"{field.topic}.kind", provenance.body(operation) + field.at
    is_open = kind == "object" and "properties" not in field.schema
    level = {"level": "MAY"} if is_open or kind in _READABLE else {"most": "SHOULD"}
    says = f"{field.name} is of type {kind}"
    wanted, expects = _judged(source, operation, topic, says, at, field.name, "type", **level)
    body = changed(operation.body.schema, smallest(operation), field.path, OTHER_KINDS[kind])
    yield Derived(wanted, (case_of(operation, topic, body, expects),), shared=COMPONENT)


def _form(source: Source, operation: Operation, name: str, schema: Any) -> Iterator[Derived]:
    assert operation.body is not None
    is_file = name in operation.body.files
    wrong = Part(name, b"text") if is_file else Part(name, drawing(), f"{name}.png", "image/png")
    says = f"{name} is {'a file, not a text' if is_file else 'a text, not a file'}"
    topic = f"{name}.kind"
    at = provenance.field(operation, name)
    wanted, expects = _judged(source, operation, topic, says, at, name, "type", level="MAY")
    yield Derived(wanted, (_sent(operation, topic, name, expects, wrong),), shared=POLICY)
    if "validate.duplicate" in operation.policy.wording:
        topic = f"{name}.twice"
        says = f"{name} is sent once"
        wanted, expects = _judged(source, operation, topic, says, at, name, "duplicate", level="MAY")
        once = part(name, sample(operation, name))
        yield Derived(wanted, (_sent(operation, topic, name, expects, once, once),), shared=POLICY)


def _sent(operation: Operation, topic: str, name: str, expects: Any, *parts: Part) -> Case:
    """A form with these parts; another field is missing or wrong too, so that it is refused in any case."""
    refused = refusable(operation, **{name: ""})
    body = refused.body if refused else smallest(operation)
    case = case_of(operation, topic, {key: each for key, each in body.items() if key != name}, expects)
    return case.sending(form=(*(case.request.form or ()), *parts))


def _empty(source: Source, operation: Operation) -> Iterator[Derived]:
    """Empty parts of optional fields that are no files count as absent: only the one at fault is named."""
    refused = refusable(operation)
    if operation.policy.empty_parts != "absent" or refused is None or operation.body is None:
        return
    if not names_fields(operation, refused.kind, refused.name):
        return
    not_empty = {refused.name, *smallest(operation), *operation.body.files}  # also what rules ask for
    optional = [each for each in operation.body.schema["properties"] if each not in not_empty]
    at = f"#/components/x-policies/{operation.policy.name}/x-empty-parts"
    says = "an empty part of an optional field counts as absent"
    wanted = source.requirement(operation, "empty-parts", says, at)
    expects = (
        NamesFields(wanted.id, (refused.name,)),
        OmitsFields(wanted.id, tuple(optional)),
    )
    empty = {**refused.body, **dict.fromkeys(optional, "")}
    yield Derived(wanted, (case_of(operation, "empty-parts", empty, expects),), shared=POLICY)
