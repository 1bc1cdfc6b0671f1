"""Who is let in and in what order: credentials, body size, media type, method, precedence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.case import Case, Expect
from contracts.deriving.bodies import lacking
from contracts.deriving.source import Derived, Source
from contracts.samples import request, smallest
from spec.document import Operation


def access(source: Source, operation: Operation) -> Iterator[Derived]:
    """Requirements on what comes before and beside the fields."""
    yield from _credentials(source, operation)
    yield from _media_type(source, operation)
    yield from _body_size(source, operation)
    yield from _precedence(source, operation)


def _policy(operation: Operation, keyword: str) -> str:
    return f"#/components/x-policies/{operation.policy.name}/{keyword}"


def _outcome(operation: Operation, gate: str, kind: str) -> dict[str, Any]:
    return {"outcome": operation.policy.outcome(gate, kind)}


def _credentials(source: Source, operation: Operation) -> Iterator[Derived]:
    at = _policy(operation, "x-refusals/authenticate")
    for credential, kind, says in (
        ("none", "missing", "a valid request without a key is refused as unauthorized"),
        ("wrong", "unknown", "a valid request with an unknown key is refused as unauthorized"),
    ):
        wanted = source.requirement(operation, f"key.{credential}", says, at)
        expect = Expect(wanted.id, "outcome", _outcome(operation, "authenticate", kind))
        body = smallest(operation)
        case = request(operation, f"key.{credential}", body, (expect,), credential=credential)
        yield Derived(wanted, (case,))


def _media_type(source: Source, operation: Operation) -> Iterator[Derived]:
    if operation.body is None:
        return
    other = "text/plain"
    at = _policy(operation, "x-wording/media-type.other")
    says = f"a body that is not {operation.body.media_type} is refused"
    wanted = source.requirement(operation, "media-type.other", says, at)
    expect = Expect(wanted.id, "outcome", _outcome(operation, "media-type", "other"))
    yield Derived(wanted, (_raw(operation, "media-type.other", b"prompt", other, expect),))


def _raw(operation: Operation, name: str, body: bytes, content_type: str, expect: Expect) -> Case:
    made = request(operation, name, smallest(operation), (expect,))
    headers = {"content-type": content_type}
    return Case(
        id=made.id,
        operation=made.operation,
        expects=made.expects,
        cost=made.cost,
        path_params=made.path_params,
        headers=headers,
        raw=body,
    )


def _body_size(source: Source, operation: Operation) -> Iterator[Derived]:
    limit = operation.policy.max_body_bytes
    if limit is None or operation.body is None:
        return
    says = f"a body of {limit} bytes and one more is refused"
    wanted = source.requirement(operation, "body-size", says, _policy(operation, "x-max-body-bytes"))
    expect = Expect(wanted.id, "outcome", _outcome(operation, "body-size", "limit"))
    fields = smallest(operation)
    empty = request(operation, "body-size", {**fields, "padding": ""}, (expect,))
    room = limit + 1 - len(empty.encoded()[1])
    yield Derived(wanted, (request(operation, "body-size", {**fields, "padding": "x" * room}, (expect,)),))
    yield from _largest_body(source, operation, limit)


def _largest_body(source: Source, operation: Operation, limit: int) -> Iterator[Derived]:
    """A body of exactly the limit is read: refused for the field that it lacks, not for its size."""
    if (spoiled := lacking(operation)) is None:
        return
    name, fields = spoiled
    says = f"a body of {limit} bytes is not refused for its size"
    at = _policy(operation, "x-max-body-bytes")
    wanted = source.requirement(operation, "body-size.largest", says, at)
    expects = (
        Expect(wanted.id, "outcome", _outcome(operation, "validate", "required")),
        Expect(wanted.id, "names", {"fields": (name,)}),
    )
    empty = request(operation, "body-size.largest", {**fields, "padding": ""}, expects)
    padding = "x" * (limit - len(empty.encoded()[1]))
    case = request(operation, "body-size.largest", {**fields, "padding": padding}, expects)
    yield Derived(wanted, (case,))


def _precedence(source: Source, operation: Operation) -> Iterator[Derived]:
    """Two faults at once, for the pair of gates whose order somebody has seen: the fields and the key."""
    order = operation.policy.precedence
    if operation.body is None or "validate" not in order or "authenticate" not in order:
        return
    first = min(("validate", "authenticate"), key=order.index)
    says = f"with a wrong field and a wrong key, {first} speaks first"
    at = _policy(operation, f"x-precedence/{order.index(first)}")
    # A proxy that has keys of its own checks them first, whatever the API behind it does.
    wanted = source.requirement(operation, "precedence.key", says, at, level="SHOULD")
    kind = "required" if first == "validate" else "unknown"
    expect = Expect(wanted.id, "outcome", _outcome(operation, first, kind))
    yield Derived(wanted, (request(operation, "precedence.key", {}, (expect,), credential="wrong"),))
