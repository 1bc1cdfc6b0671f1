"""What no answer may do, whatever was sent: fail inside, or show what is inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote_plus

from proofsheet.contracts.checks.outcomes import is_refusal
from proofsheet.contracts.exchange import Exchange, Finding
from proofsheet.contracts.oracle import Oracle
from proofsheet.spec.document import Operation

_READ = 100_000  # bytes of a body
_TRACES = re.compile(
    r"Traceback \(most recent call last\)|\n\s+at [\w.$<>]+\(|\.go:\d+ \+0x|goroutine \d+ \["
    r"|Exception in thread|<b>(Fatal error|Warning)</b>:"
)
# Addresses that mean nothing outside (RFC 1918, RFC 6890); a version such as 10.0.1 has three numbers.
_BYTE = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_INNER = re.compile(
    rf"(?<![\w.-])(localhost|127(?:\.{_BYTE}){{3}}|10(?:\.{_BYTE}){{3}}|192\.168(?:\.{_BYTE}){{2}}"
    rf"|172\.(?:1[6-9]|2\d|3[01])(?:\.{_BYTE}){{2}})(?![\w.-])"
)
_SHORTEST = 8  # letters of a key: a shorter one may stand in a text by chance


def no_5xx(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """The service does not fail. A method that the document does not have may be 501 (RFC 9110, 15.6.2)."""
    is_known_method = exchange.method == operation.method
    if exchange.status >= 500 and (is_known_method or exchange.status != 501):
        yield Finding("no-5xx", operation.id, f"the service failed with {exchange.status}", operation.pointer)


def no_leak(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """No header and no error shows the key that was sent: clients write both to their logs (CWE-532)."""
    keys = [each for each in exchange.credentials(operation) if len(each) >= _SHORTEST]
    if any(key in text or quote_plus(key) in text for text in _texts(exchange, operation) for key in keys):
        message = f"the {exchange.status} shows the key that was sent"
        yield Finding("no-leak", operation.id, message, operation.pointer)


def no_internals(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """No header and no error shows a stack trace or an address inside (CWE-209; RFC 9110, 7.6.3 of Via).

    What the client itself sent may come back, its own address and the target's host among it.
    """
    sent = [exchange.url, exchange.request_body[:_READ].decode("utf-8", "replace")]
    sent += [value for _, value in exchange.request_headers]
    for text in _texts(exchange, operation):
        if found := _TRACES.search(text):
            yield Finding("no-internals", operation.id, f"a stack trace shows: {found[0]}", operation.pointer)
        for found in _INNER.finditer(text):
            if not any(found[0] in each for each in sent):
                message = f"the address of an inner host shows: {found[0]}"
                yield Finding("no-internals", operation.id, message, operation.pointer)
                return


def _texts(exchange: Exchange, operation: Operation) -> Iterator[str]:
    """The values of the headers, and the body if it is that of an error."""
    yield from (value for _, value in exchange.headers)
    if is_refusal(exchange, operation):
        yield exchange.body[:_READ].decode("utf-8", "replace")
