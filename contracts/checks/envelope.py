"""What gateways change in every answer: its id, its type's parameters, its members; and JSON's one ban."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.contracts.checks.outcomes import parsed
from proofsheet.contracts.exchange import Exchange, Finding
from proofsheet.contracts.oracle import Oracle
from proofsheet.spec import media_types, pointers
from proofsheet.spec.document import Operation, Representation

_ID = "$call.id"


def _declared(exchange: Exchange, operation: Operation) -> list[Representation]:
    """Every representation that an answer of this status and media type may be."""
    return [
        each.representations[exchange.media_type]
        for each in operation.outcomes.values()
        if each.status == exchange.status and exchange.media_type in each.representations
    ]


def call_is_named(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """The header that holds the call's id is there, and the body's id is the same where it holds one.

    A note: no document requires the header, and a gateway may put its own id there (Kong's correlation-id).
    """
    for name in id_headers(_declared(exchange, operation)):
        came = [value for key, value in exchange.headers if key == name and value]
        if not came:
            yield Finding("call-named", operation.id, f"the header {name} is missing", operation.pointer)
        elif problem := _other_id(exchange, operation, name, came):
            yield Finding("call-named", operation.id, problem, operation.pointer)


def id_headers(representations: list[Representation]) -> list[str]:
    """The headers that hold the call's id in all of these."""
    found = [
        {name.lower() for name, each in one.headers if not isinstance(each, str) and each.text == _ID}
        for one in representations
    ]
    return sorted(set.intersection(*found)) if found else []


def _other_id(exchange: Exchange, operation: Operation, header: str, came: list[str]) -> str | None:
    for one in _declared(exchange, operation):
        places = [tokens for tokens, each in one.binds if each.text == _ID and tokens]
        said = [each for place in places for each in pointers.find(parsed(exchange), place)]
        if not places or set(came) & set(map(str, said)):
            return None
    return f"{header} is {came[0]}, the body's id another"


def type_is_whole(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """The Content-Type has the parameters that the document gives it.

    A note: no client is known to read them.
    """
    wanted = [each.content_type for each in _declared(exchange, operation) if ";" in each.content_type]
    came = exchange.header("content-type") or ""
    gaps = [media_types.missing(came, each) for each in wanted]
    if gaps and all(gaps):
        message = f"expected Content-Type {wanted[0]}, came {came}, without {', '.join(gaps[0])}"
        yield Finding("type-whole", operation.id, message, operation.pointer)


def keys_are_declared(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """A JSON body has no member that its schema does not list.

    No more than a note: JSON Schema lets members be added; where a schema forbids them body-schema says so.
    """
    for one in _declared(exchange, operation)[:1]:
        if added := sorted(set(_added(parsed(exchange), one.schema))):
            message = f"not declared for {exchange.status}, which is no fault: {', '.join(added)}"
            yield Finding("keys-declared", operation.id, message, operation.pointer)


def _added(value: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    known = schema.get("properties")
    if isinstance(value, dict) and known:
        for key, each in value.items():
            yield from _added(each, known[key]) if key in known else (key,)
    if isinstance(value, list) and value:
        yield from _added(value[0], schema.get("items", {}))


def json_is_clean(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """No byte order mark stands before JSON: RFC 8259 forbids it, and many parsers fail on it."""
    if exchange.media_type == "application/json" and exchange.body.startswith(b"\xef\xbb\xbf"):
        yield Finding("json-clean", operation.id, "a byte order mark stands before JSON", operation.pointer)
