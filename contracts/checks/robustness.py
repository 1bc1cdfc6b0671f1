"""What no answer may do, whatever was sent: fail inside, or show what is inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote_plus

from proofsheet.contracts.exchange import Exchange, Finding
from proofsheet.contracts.oracle import Oracle
from proofsheet.spec.document import Operation

_TRACES = re.compile(
    r"Traceback \(most recent call last\)|\n\s+at [\w.$<>]+\(|\.go:\d+ \+0x|goroutine \d+ \["
    r"|Exception in thread|<b>(Fatal error|Warning)</b>:"
)
_INNER = re.compile(
    r"\b(localhost|127\.0\.0\.1|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+)"
    r"(:\d+)?\b"
)


def no_5xx(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """The service does not fail."""
    if exchange.status >= 500:
        yield Finding("no-5xx", operation.id, f"the service failed with {exchange.status}", operation.pointer)


def no_leak(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """An error shows neither the key that was sent nor the inside of the service."""
    if exchange.status < 400:
        return
    text = exchange.body[:100_000].decode("utf-8", "replace")
    for what in _leaks(exchange, operation, text):
        yield Finding("no-leak", operation.id, f"the error shows {what}", operation.pointer)


def _leaks(exchange: Exchange, operation: Operation, text: str) -> Iterator[str]:
    for key in exchange.credentials(operation):
        if len(key) >= 8 and (key in text or quote_plus(key) in text):
            yield "the key that was sent"
    if _TRACES.search(text):
        yield "a stack trace"
    address = exchange.url + dict(exchange.request_headers).get("host", "")
    if (found := _INNER.search(text)) and found[0] not in address:
        yield "the address of an inner host"
