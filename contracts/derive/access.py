"""Who is let in: credentials, media type, body size, credits."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.refusals import NamesFields, RefusedAs
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.request_bodies import lacking
from proofsheet.contracts.derive.samples import case_of, smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation


def access(source: Source, operation: Operation) -> Iterator[Derived]:
    """Requirements on what comes before and beside the fields."""
    yield from _credentials(source, operation)
    yield from _media_type(source, operation)
    yield from _body_size(source, operation)
    yield from _no_credits(source, operation)


def _credentials(source: Source, operation: Operation) -> Iterator[Derived]:
    at = provenance.policy(operation, "x-refusals", "authenticate")
    for topic, credential, kind, says in (
        ("key.none", "none", "missing", "a valid request without a key is refused as unauthorized"),
        ("key.empty", "empty", "missing", "a valid request with an empty key is refused as unauthorized"),
        ("key.wrong", "wrong", "unknown", "a valid request with an unknown key is refused as unauthorized"),
    ):
        also = (*_schemes(source), *provenance.refusal(operation, "authenticate", kind))
        wanted = source.requirement(operation, topic, says, at, also=also)
        expect = RefusedAs(wanted.id, operation.policy.outcome("authenticate", kind))
        case = case_of(operation, topic, smallest(operation), (expect,), credential=credential)
        yield Derived(wanted, (case,))


def _schemes(source: Source) -> Iterator[str]:
    """Where the document says how a key is sent."""
    yield "#/security"
    for name in source.document.raw.get("components", {}).get("securitySchemes", {}):
        for more in ((), ("name",), ("in",)):
            yield "#" + pointers.join("components", "securitySchemes", name, *more)


def _no_credits(source: Source, operation: Operation) -> Iterator[Derived]:
    """A key that has no credits left, where the judge was given one."""
    if operation.cost is None or "charge" not in operation.policy.precedence:
        return
    at = provenance.policy(operation, "x-refusals", "charge")
    also = provenance.refusal(operation, "charge", "short")
    says = "a valid request with a key that has no credits is refused"
    wanted = source.requirement(
        operation, "credits.none", says, at, also=also, profile="extended", needs="broke-key"
    )
    expect = RefusedAs(wanted.id, operation.policy.outcome("charge", "short"))
    case = case_of(operation, "credits.none", smallest(operation), (expect,), credential="broke")
    yield Derived(wanted, (case,))


def _media_type(source: Source, operation: Operation) -> Iterator[Derived]:
    if operation.body is None:
        return
    other = "text/plain"
    at = provenance.policy(operation, "x-wording", "media-type.other")
    content = pointers.join("requestBody", "content", operation.body.media_type)
    also = (content, "/requestBody/required", *provenance.refusal(operation, "media-type", "other"))
    says = f"a body that is not {operation.body.media_type} is refused"
    wanted = source.requirement(operation, "media-type.other", says, at, also=also)
    expect = RefusedAs(wanted.id, operation.policy.outcome("media-type", "other"))
    yield Derived(wanted, (_raw(operation, "media-type.other", b"prompt", other, expect),))


def _raw(operation: Operation, name: str, body: bytes, content_type: str, expect: Expectation) -> Case:
    made = case_of(operation, name, smallest(operation), (expect,))
    return made.sending(form=None, json=None, raw=body, headers={"content-type": content_type})


def _body_size(source: Source, operation: Operation) -> Iterator[Derived]:
    limit = operation.policy.max_body_bytes
    if limit is None or operation.body is None:
        return
    says = f"a body of {limit} bytes and one more is refused"
    at = provenance.policy(operation, "x-max-body-bytes")
    also = provenance.refusal(operation, "body-size", "limit")
    wanted = source.requirement(operation, "body-size", says, at, also=also)
    expect = RefusedAs(wanted.id, operation.policy.outcome("body-size", "limit"))
    fields = smallest(operation)
    empty = case_of(operation, "body-size", {**fields, "padding": ""}, (expect,))
    room = limit + 1 - len(empty.request.encoded()[1])
    yield Derived(wanted, (case_of(operation, "body-size", {**fields, "padding": "x" * room}, (expect,)),))
    yield from _largest_body(source, operation, limit)


def _largest_body(source: Source, operation: Operation, limit: int) -> Iterator[Derived]:
    """A body of exactly the limit is read: refused for the field that it lacks, not for its size."""
    if (spoiled := lacking(operation)) is None:
        return
    name, fields = spoiled
    says = f"a body of {limit} bytes is not refused for its size"
    at = provenance.policy(operation, "x-max-body-bytes")
    wanted = source.requirement(operation, "body-size.largest", says, at)
    expects = (
        RefusedAs(wanted.id, operation.policy.outcome("validate", "required")),
        NamesFields(wanted.id, (name,)),
    )
    empty = case_of(operation, "body-size.largest", {**fields, "padding": ""}, expects)
    padding = "x" * (limit - len(empty.request.encoded()[1]))
    case = case_of(operation, "body-size.largest", {**fields, "padding": padding}, expects)
    yield Derived(wanted, (case,))
