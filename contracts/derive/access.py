"""Who is let in: credentials, media type, body size, credits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.refusals import refused
from proofsheet.contracts.derive.request_bodies import refusable
from proofsheet.contracts.derive.samples import plain_request, smallest
from proofsheet.contracts.derive.source import POLICY, Derived, Source
from proofsheet.contracts.derive.task_requests import goes_on
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation


def access(source: Source, operation: Operation) -> Iterator[Derived]:
    """Requirements on what comes before and beside the fields."""
    yield from _credentials(source, operation)
    yield from _media_type(source, operation)
    yield from _body_size(source, operation)
    yield from _no_credits(source, operation)


def _credentials(source: Source, operation: Operation) -> Iterator[Derived]:
    if operation.is_open or "authenticate" not in operation.policy.precedence:
        return
    at = provenance.policy(operation, "x-refusals", "authenticate")
    for topic, credential, kind, says in (
        ("key.none", "none", "missing", "a valid request without a key is refused as unauthorized"),
        ("key.empty", "empty", "missing", "a valid request with an empty key is refused as unauthorized"),
        ("key.wrong", "wrong", "unknown", "a valid request with an unknown key is refused as unauthorized"),
    ):
        also = (*_schemes(source), *provenance.refusal(operation, "authenticate", kind))
        fault = ("authenticate", kind, smallest(operation))
        sent = {"credential": credential}
        shared = POLICY if kind == "missing" else ""  # what an unknown key gets is asked of each operation
        yield refused(source, operation, topic, says, at, *fault, sent=sent, also=also, shared=shared)


def _schemes(source: Source) -> Iterator[str]:
    """Where the document says how a key is sent."""
    yield "#/security"
    for name in source.document.raw.get("components", {}).get("securitySchemes", {}):
        for more in ((), ("name",), ("in",)):
            yield "#" + pointers.join("components", "securitySchemes", name, *more)


def _no_credits(source: Source, operation: Operation) -> Iterator[Derived]:
    """A key that has no credits left, where the judge was given one."""
    if operation.cost is None or "charge" not in operation.policy.precedence or goes_on(operation):
        return  # whether there is a task to go on from is looked at before the money
    at = provenance.policy(operation, "x-refusals", "charge")
    also = provenance.refusal(operation, "charge", "short")
    says = "a valid request with a key that has no credits is refused"
    fault = ("charge", "short", smallest(operation))
    options: dict[str, Any] = {"also": also, "profile": "extended", "needs": "broke-key"}
    sent = {"credential": "broke"}
    yield refused(source, operation, "credits.none", says, at, *fault, sent=sent, **options)


def _media_type(source: Source, operation: Operation) -> Iterator[Derived]:
    if operation.body is None or "media-type" not in operation.policy.precedence:
        return
    at = provenance.worded(operation, "media-type", "other")
    content = pointers.join("requestBody", "content", operation.body.media_type)
    also = (content, "/requestBody/required", *provenance.refusal(operation, "media-type", "other"))
    says = f"a body that is not {operation.body.media_type} is refused"
    fault = ("media-type", "other", smallest(operation))
    sent = {"form": None, "json": None, "raw": b"prompt", "headers": {"content-type": "text/plain"}}
    more: dict[str, Any] = {"sent": sent, "also": also, "shared": POLICY}
    yield refused(source, operation, "media-type.other", says, at, *fault, **more)


def _body_size(source: Source, operation: Operation) -> Iterator[Derived]:
    limit = operation.policy.max_body_bytes
    if limit is None or operation.body is None:
        return
    says = f"a body of {limit} bytes and one more is refused"
    at = provenance.policy(operation, "x-max-body-bytes")
    also = provenance.refusal(operation, "body-size", "limit")
    fault = ("body-size", "limit", _padded(operation, smallest(operation), limit + 1))
    yield refused(source, operation, "body-size", says, at, *fault, also=also, shared=POLICY)
    yield from _largest_body(source, operation, limit)


def _padded(operation: Operation, fields: Mapping[str, Any], size: int) -> dict[str, Any]:
    """A body with these fields and an unknown one, of so many bytes when it is sent."""
    empty = plain_request(operation, {**fields, "padding": ""}).encoded()[1]
    return {**fields, "padding": "x" * (size - len(empty))}


def _largest_body(source: Source, operation: Operation, limit: int) -> Iterator[Derived]:
    """A body of exactly the limit is read: refused for what is wrong in it, not for its size."""
    if (base := refusable(operation)) is None:
        return
    says = f"a body of {limit} bytes is not refused for its size"
    at = provenance.policy(operation, "x-max-body-bytes")
    fault = ("validate", base.kind, _padded(operation, base.body, limit))
    more: dict[str, Any] = {"names": (base.name,), "shared": POLICY}
    yield refused(source, operation, "body-size.largest", says, at, *fault, **more)
