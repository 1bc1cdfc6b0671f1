"""What must not be refused, asked for nothing: listed values, the key without a scheme; and how many come.

A request that lacks a required field is refused for that field alone. If the refusal names another field too,
that one's value was not taken; and no picture is paid for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.expected import IsSuccess, PictureCount
from proofsheet.contracts.checks.refusals import NamesFields, OmitsFields
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.answer_forms import PLAIN
from proofsheet.contracts.derive.request_bodies import breaks, lacking, lists_all, whole
from proofsheet.contracts.derive.samples import case_of
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation

SEVERAL = 2  # pictures, to see that several come


def listed(source: Source, operation: Operation) -> Iterator[Derived]:
    """Every value of every enum is taken, a bare key lets in, several pictures are several."""
    yield from _bare_key(source, operation)
    yield from _several(source, operation)
    if operation.body is None or not lists_all(operation):
        return
    for name, schema in operation.body.schema.get("properties", {}).items():
        if "enum" in schema:
            yield _values(source, operation, name, schema)


def _values(source: Source, operation: Operation, name: str, schema: Mapping[str, Any]) -> Derived:
    assert operation.body is not None
    at = pointers.join("requestBody", "content", operation.body.media_type, "schema", "properties", name)
    topic = f"{name}.listed"
    also = [f"{at}/enum/{number}" for number in range(len(schema["enum"]))]
    wanted = source.requirement(operation, topic, f"every listed {name} is taken", f"{at}/enum", also=also)
    cases = []
    for value in schema["enum"]:
        incomplete = lacking(operation, **{name: value})
        if incomplete is None or _is_ruled_out(operation, name, value):
            continue
        missing, body = incomplete
        expects = (
            NamesFields(wanted.id, (missing,)),
            OmitsFields(wanted.id, (name,)),
        )
        cases.append(case_of(operation, f"{topic}.{value}", body, expects))
    return Derived(wanted, tuple(cases))


def _is_ruled_out(operation: Operation, name: str, value: Any) -> bool:
    """Whether a rule has something to say about this value; its message may then name the field."""
    seen = whole(operation, {name: value})
    return any(breaks(rule, seen) for rule in operation.rules if name in json.dumps([rule.when, rule.then]))


def _bare_key(source: Source, operation: Operation) -> Iterator[Derived]:
    """For operations that cost nothing: the key alone in the header, where the document has that scheme."""
    prefixes = {each.prefix for each in operation.schemes if each.field == "authorization"}
    if operation.body is not None or operation.cost is not None or not {"", "Bearer "} <= prefixes:
        return
    says = "the key is taken with and without Bearer before it"
    wanted = source.requirement(operation, "key.bare", says, f"#{_bare_scheme(source)}")
    case = case_of(operation, "key.bare", {}, (IsSuccess(wanted.id),), credential="bare")
    yield Derived(wanted, (case,))


def _bare_scheme(source: Source) -> str:
    """Where the document has the scheme of a bare key."""
    known = source.document.raw["components"]["securitySchemes"]
    name = next(name for name, each in known.items() if each["type"] == "apiKey")
    return pointers.join("components", "securitySchemes", name)


def _several(source: Source, operation: Operation) -> Iterator[Derived]:
    """As many pictures come as were asked for."""
    artifact = operation.artifact
    if artifact is None or artifact.count is None or len(artifact.count) != 1:
        return
    name = artifact.count[0]
    at = provenance.field(operation, name, "default")
    if (single := operation.body.defaults.get(name) if operation.body else None) is not None:
        says = f"where no {name} are asked for, {single} come"
        wanted = source.requirement(operation, f"{name}.default", says, at, profile="core")
        expect = PictureCount(wanted.id, single)
        yield Derived(wanted, paid=(PaidConstraint(operation.id, expect, "", {}, PLAIN),))
    says = f"{name} {SEVERAL} gives {SEVERAL} pictures"
    wanted = source.requirement(operation, f"{name}.count", says, "/x-artifact/count", profile="extended")
    expect = PictureCount(wanted.id, SEVERAL)
    accept = next(each for each in operation.success.representations if not each.startswith("image/"))
    yield Derived(wanted, paid=(PaidConstraint(operation.id, expect, accept, {name: SEVERAL}, "several"),))
