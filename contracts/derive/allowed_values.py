"""What must not be refused, asked for nothing: listed values, the key without a scheme; and how many come.

A request that lacks a required field, or has one wrong, is refused for that field alone. If the refusal names
another field too, that one's value was not taken; and no picture is paid for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from proofsheet.contracts.case import Case, PaidConstraint
from proofsheet.contracts.checks.expected import IsSuccess, PictureCount
from proofsheet.contracts.checks.refusals import NamesFields, OmitsFields
from proofsheet.contracts.checks.task_views import ResultCount
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.answer_forms import PLAIN
from proofsheet.contracts.derive.body_fields import BodyField, body_fields, changed, may_be_null
from proofsheet.contracts.derive.refusals import lists_all, names_fields
from proofsheet.contracts.derive.request_bodies import Refusable, breaks, completed, refusable, whole
from proofsheet.contracts.derive.samples import asking, case_of, smallest
from proofsheet.contracts.derive.source import COMPONENT, Derived, Source
from proofsheet.contracts.derive.source_pictures import SIDES, picture_of
from proofsheet.contracts.derive.task_requests import plain_answer
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.requirement import Requirement
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation

SEVERAL = 2  # pictures, to see that several come


def listed(source: Source, operation: Operation) -> Iterator[Derived]:
    """Every value of every enum is taken, a bare key lets in, several pictures are several."""
    yield from _bare_key(source, operation)
    yield from _several(source, operation)
    yield from _one_each(source, operation)
    if operation.body is None:
        return
    for field in body_fields(operation.body):
        values = [
            each for each in field.schema.get("enum", ()) if each is not None or may_be_null(operation, field)
        ]
        if values and lists_all(operation):
            says, at = f"every listed {field.name} is taken", f"{provenance.body(operation)}{field.at}/enum"
            also = [f"{at}/{field.schema['enum'].index(each)}" for each in values]
            wanted = source.requirement(operation, f"{field.topic}.listed", says, at, also=also)
            yield from _where_asked(wanted, _taken(operation, field, values, wanted))
        elif not values and may_be_null(operation, field):
            yield from _null(source, operation, field)


def _where_asked(wanted: Requirement, cases: Iterator[Case]) -> Iterator[Derived]:
    """Nothing is required where no request can show it."""
    if found := tuple(cases):
        yield Derived(wanted, found, shared=COMPONENT)


def _null(source: Source, operation: Operation, field: BodyField) -> Iterator[Derived]:
    """That a field may be null: seen in the refusal of another, or where that tells nothing in a picture."""
    topic, at = f"{field.topic}.null", f"{provenance.body(operation)}{field.at}/type"
    says = f"{field.name} may be null"
    if lists_all(operation) or not field.is_top:
        wanted = source.requirement(operation, topic, says, at)
        yield from _where_asked(wanted, _taken(operation, field, [None], wanted))
        return
    profile = "extended" if operation.lifecycles else "core"  # there it takes a task more
    wanted = source.requirement(operation, topic, says, at, profile=profile)
    yield Derived(
        wanted, paid=(PaidConstraint(operation.id, IsSuccess(wanted.id), None, {field.name: None}),)
    )


def _taken(
    operation: Operation, field: BodyField, values: Iterable[Any], wanted: Requirement
) -> Iterator[Case]:
    """A case for each value, refused for another field alone."""
    assert operation.body is not None
    topic = wanted.id.split(".", 2)[2]
    for value in values:
        fields = changed(operation.body.schema, smallest(operation), field.path, value)
        base = _base(operation, field, fields[field.path[0]])
        if base is None or not names_fields(operation, base.kind, base.name):
            continue
        expects = (NamesFields(wanted.id, (base.name,)), OmitsFields(wanted.id, (field.name,)))
        name = topic if field.schema.get("enum") is None else f"{topic}.{value}"
        yield case_of(operation, name, base.body, expects)


def _base(operation: Operation, field: BodyField, new: Any) -> Refusable | None:
    """A body with this value that is refused for another field; with what rules ask for beside the value."""
    given = {field.path[0]: new}
    found = refusable(operation, **given)
    if found is None or not field.is_top or not _is_ruled_out(operation, field.name, found.body):
        return found
    least = smallest(operation)
    needed = {name: each for name, each in (completed(operation, **given) or {}).items() if name not in least}
    found = refusable(operation, **{**needed, **given})
    return None if found is None or _is_ruled_out(operation, field.name, found.body) else found


def _is_ruled_out(operation: Operation, name: str, body: Mapping[str, Any]) -> bool:
    """Whether a rule has something to say about a field of this body; its message may then name it."""
    seen = whole(operation, body)
    return any(breaks(rule, seen) for rule in operation.rules if name in json.dumps([rule.when, rule.then]))


def _bare_key(source: Source, operation: Operation) -> Iterator[Derived]:
    """For operations that cost nothing: the key alone in the header, where the document has that scheme."""
    prefixes = {each.prefix for each in operation.schemes if each.field == "authorization"}
    if operation.body is not None or operation.cost is not None or not {"", "Bearer "} <= prefixes:
        return
    says = "the key is taken with and without Bearer before it"
    wanted = source.requirement(operation, "key.bare", says, f"#{_bare_scheme(source)}")
    case = case_of(operation, "key.bare", {}, (plain_answer(operation, wanted.id),), credential="bare")
    yield Derived(wanted, (case,))


def _bare_scheme(source: Source) -> str:
    """Where the document has the scheme of a bare key."""
    known = source.document.raw["components"]["securitySchemes"]
    name = next(name for name, each in known.items() if each["type"] == "apiKey")
    return pointers.join("components", "securitySchemes", name)


def _several(source: Source, operation: Operation) -> Iterator[Derived]:
    """As many pictures come as were asked for."""
    artifact = operation.artifact
    if artifact is None or operation.body is None or not artifact.count_field:
        return
    field, name = artifact.count_field, artifact.count_field[-1]
    at = provenance.place(operation, field, "default")
    if (single := (operation.body.schema_at(field) or {}).get("default")) is not None:
        says = f"where no {name} are asked for, {single} come"
        wanted = source.requirement(operation, f"{name}.default", says, at, profile="core")
        expect = _count(wanted.id, operation, single)
        yield Derived(wanted, paid=(PaidConstraint(operation.id, expect, "", {}, PLAIN),))
    says = f"{name} {SEVERAL} gives {SEVERAL} pictures"
    wanted = source.requirement(operation, f"{name}.count", says, "/x-artifact/count", profile="extended")
    expect = _count(wanted.id, operation, SEVERAL)
    accept = next(each for each in operation.success.representations if not each.startswith("image/"))
    asked = asking(field, SEVERAL)
    yield Derived(wanted, paid=(PaidConstraint(operation.id, expect, accept, own="several", **asked),))


def _count(requirement: str, operation: Operation, count: int) -> Expectation:
    of_task = operation.lifecycle is not None  # whose submission shows none
    return ResultCount(requirement, count) if of_task else PictureCount(requirement, count)


def _one_each(source: Source, operation: Operation) -> Iterator[Derived]:
    """Each given picture leads to one of its own, so that as many come."""
    artifact = operation.artifact
    if artifact is None or not artifact.each:
        return
    name = artifact.sources[0]
    at, also = "/x-artifact/each", ("/x-artifact/source", provenance.field(operation, name))
    says = f"{SEVERAL} pictures in {name} give {SEVERAL}"
    wanted = source.requirement(operation, "picture.each", says, at, also=also, profile="core")
    fields = {name: [picture_of(SIDES), picture_of(SIDES[::-1])]}
    expect = PictureCount(wanted.id, SEVERAL)
    yield Derived(wanted, paid=(PaidConstraint(operation.id, expect, None, fields, "several", alone=True),))
