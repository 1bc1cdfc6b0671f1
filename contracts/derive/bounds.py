"""Refusals by the schema: for each field and keyword, one value beyond it. Free if the target refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.body_fields import ABSENT, BodyField, beyond, body_fields, changed
from proofsheet.contracts.derive.refusals import lists_all, refused
from proofsheet.contracts.derive.samples import smallest
from proofsheet.contracts.derive.source import COMPONENT, POLICY, Derived, Source
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation


def bounds(source: Source, operation: Operation) -> Iterator[Derived]:
    """A refusal for every keyword of every field of the body, those within objects and lists included."""
    if operation.body is None:
        return
    fields = list(body_fields(operation.body))
    yield from (_missing(source, operation, each) for each in fields if each.required and each.is_top)
    for each in fields:
        if each.required and not each.is_top:
            yield _missing(source, operation, each)
        for keyword, wrong, says in beyond(each.schema):
            if wrong == "" and operation.body.is_form and each.is_top and not each.required:
                continue  # an empty optional part may count as absent
            topic, says = f"{each.topic}.{keyword}", f"{each.name} {says}"
            body = changed(operation.body.schema, smallest(operation), each.path, wrong)
            at = provenance.body(operation) + pointers.join(*pointers.split(each.at), keyword)
            yield _refusal(source, operation, topic, says, at, body, each.name)
    yield from _together(source, operation)


def _missing(source: Source, operation: Operation, field: BodyField) -> Derived:
    assert operation.body is not None
    above = pointers.split(field.at)[:-2]  # the schema of the object that lacks it
    at = provenance.body(operation) + pointers.join(*above, "required")
    body = changed(operation.body.schema, smallest(operation), field.path, ABSENT)
    return _refusal(
        source, operation, f"{field.topic}.required", f"{field.name} is required", at, body, field.name
    )


def _refusal(
    source: Source, operation: Operation, topic: str, says: str, at: str, body: Any, *fields: str
) -> Derived:
    keyword = topic.rpartition(".")[2]
    also = [at.rpartition("/")[0]] if keyword == "type" else []
    also += provenance.refusal(operation, "validate", keyword) if keyword == "required" else ()
    fault = ("validate", keyword, body)
    shared = COMPONENT if keyword == "type" else ""
    return refused(source, operation, topic, says, at, *fault, names=fields, also=also, shared=shared)


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
        fault = ("validate", "enum", smallest(operation, **chosen))
        more: dict[str, Any] = {"names": chosen, "shared": POLICY}
        yield refused(source, operation, "several-faults", says, policy, *fault, **more)
