"""Whether an answer is complete, valid HTTP, and came without being put off."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.exchange import Exchange, Finding
from proofsheet.contracts.oracle import Oracle
from proofsheet.spec.document import Operation


def answer_is_complete(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """The answer is framed and coded as it says, and came to its end (RFC 9110, 9112)."""
    if exchange.broken:
        yield Finding(
            "complete", operation.id, f"the answer breaks HTTP: {exchange.broken}", operation.pointer
        )


def rate_is_granted(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """Nothing within the documented rate is refused with 429."""
    if exchange.throttled:
        yield Finding("rate-granted", operation.id, exchange.throttled, operation.pointer)
