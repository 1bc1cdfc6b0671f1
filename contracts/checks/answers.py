"""Whether an answer is one that the document declares: its status, media type, headers and schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.contracts.exchange import Exchange, Finding
from proofsheet.contracts.oracle import Oracle
from proofsheet.spec import media_types
from proofsheet.spec.document import Operation

# What HTTP itself has for any answer (RFC 9110, 9111 and 9112). What else is not declared is only noted.
_HTTP = frozenset(
    {
        *("content-type", "content-length", "content-encoding", "transfer-encoding", "trailer"),
        *("connection", "keep-alive", "date", "server", "vary", "via", "age", "allow", "location"),
        *("cache-control", "etag", "expires", "retry-after", "strict-transport-security", "www-authenticate"),
    }
)


def _responses(operation: Operation, oracle: Oracle) -> Any:
    return oracle.node(operation)["responses"]


def _declared(exchange: Exchange, operation: Operation, oracle: Oracle) -> Any:
    responses = _responses(operation, oracle)
    return responses.get(str(exchange.status)) or responses.get("default")


def status_is_declared(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """The status is one of the operation's responses."""
    if _declared(exchange, operation, oracle) is None:
        known = ", ".join(_responses(operation, oracle))
        message = f"status {exchange.status} is not declared; the document has {known}"
        yield Finding("status-declared", operation.id, message, operation.pointer + "/responses")


def media_type_is_declared(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """The media type is one that the response declares, or in a range that it declares."""
    response = _declared(exchange, operation, oracle)
    if response is None or exchange.method == "HEAD":
        return
    if not exchange.body and "x-empty" in response:
        return
    known = response.get("content", {})
    if not any(media_types.parse(each).covers(exchange.media_type) for each in known):
        came = exchange.media_type or "no content-type"
        message = f"{came} is not declared for {exchange.status}; the document has {', '.join(known)}"
        pointer = f"{operation.pointer}/responses/{exchange.status}/content"
        yield Finding("media-type-declared", operation.id, message, pointer)


def headers_are_declared(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """Every header is HTTP's own or one that the response declares.

    No more than a note: RFC 9110, 5.1 lets anybody on the way add fields, and recipients pass over them.
    """
    response = _declared(exchange, operation, oracle)
    if response is None:
        return
    known = {name.lower() for name in response.get("headers", {})} | _HTTP
    if added := sorted({name for name, _ in exchange.headers} - known):
        pointer = f"{operation.pointer}/responses/{exchange.status}/headers"
        message = f"not declared, which is no fault: {', '.join(added)}"
        yield Finding("headers-declared", operation.id, message, pointer)


def body_matches_schema(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """A JSON body and the declared headers satisfy their schemas, by openapi-core's judgement."""
    response = _declared(exchange, operation, oracle)
    if response is None or exchange.method == "HEAD":
        return
    pointer = f"{operation.pointer}/responses/{exchange.status}"
    for message in oracle.response_errors(exchange):
        yield Finding("body-schema", operation.id, message, pointer)
