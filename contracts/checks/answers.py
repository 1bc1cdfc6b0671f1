"""Whether an answer is one that the document declares: its status, media type, headers and schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.contracts.exchange import Exchange, Finding
from proofsheet.contracts.oracle import Oracle
from proofsheet.spec.document import Operation

# What HTTP itself and its servers may add to any answer (RFC 9110, 9112 and common proxies).
_HTTP = frozenset(
    {
        *("content-type", "content-length", "content-encoding", "transfer-encoding"),
        *("connection", "keep-alive", "date", "server", "vary", "via", "age", "allow", "location"),
        *("cache-control", "etag", "expires", "retry-after", "strict-transport-security"),
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
    """The media type is one that the response declares; parameters may be added."""
    response = _declared(exchange, operation, oracle)
    if response is None or exchange.method == "HEAD":
        return
    known = response.get("content", {})
    if exchange.media_type not in known:
        came = exchange.media_type or "no content-type"
        message = f"{came} is not declared for {exchange.status}; the document has {', '.join(known)}"
        pointer = f"{operation.pointer}/responses/{exchange.status}/content"
        yield Finding("media-type-declared", operation.id, message, pointer)


def headers_are_declared(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """Every header is HTTP's own or one that the response declares."""
    response = _declared(exchange, operation, oracle)
    if response is None:
        return
    known = {name.lower() for name in response.get("headers", {})}
    for name, _ in exchange.headers:
        if name not in _HTTP and name not in known:
            pointer = f"{operation.pointer}/responses/{exchange.status}/headers"
            yield Finding("headers-declared", operation.id, f"the header {name} is not declared", pointer)


def body_matches_schema(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """A JSON body and the declared headers satisfy their schemas, by openapi-core's judgement."""
    response = _declared(exchange, operation, oracle)
    if response is None or exchange.method == "HEAD":
        return
    pointer = f"{operation.pointer}/responses/{exchange.status}"
    for message in oracle.response_errors(exchange, operation):
        yield Finding("body-schema", operation.id, message, pointer)
