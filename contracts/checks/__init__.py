"""The checks: pure functions over an exchange that yield findings, in one flat table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from proofsheet.contracts.checks.answers import (
    body_matches_schema,
    headers_are_declared,
    media_type_is_declared,
    status_is_declared,
)
from proofsheet.contracts.checks.completeness import answer_is_complete, rate_is_granted
from proofsheet.contracts.checks.envelope import (
    call_is_named,
    json_is_clean,
    keys_are_declared,
    type_is_whole,
)
from proofsheet.contracts.checks.pictures import FORMATS, picture_is_whole
from proofsheet.contracts.checks.robustness import no_5xx, no_internals, no_leak
from proofsheet.contracts.exchange import Exchange, Finding
from proofsheet.contracts.oracle import Oracle
from proofsheet.spec.document import Operation

Check = Callable[[Exchange, Operation, Oracle], Iterator[Finding]]

CHECKS: dict[str, Check] = {
    "status-declared": status_is_declared,
    "media-type-declared": media_type_is_declared,
    "headers-declared": headers_are_declared,
    "body-schema": body_matches_schema,
    "picture-whole": picture_is_whole,
    "no-5xx": no_5xx,
    "no-leak": no_leak,
    "no-internals": no_internals,
    "call-named": call_is_named,
    "type-whole": type_is_whole,
    "keys-declared": keys_are_declared,
    "json-clean": json_is_clean,
    "complete": answer_is_complete,
    "rate-granted": rate_is_granted,
}


def looks_at(name: str, media_type: str) -> bool:
    """Whether a check has anything to say of an answer of this media type: else nothing passes by it."""
    return name != "picture-whole" or media_type in FORMATS


# Whether an answer is one that the document declares; a double that is told to fail passes these.
DECLARED = ("status-declared", "media-type-declared", "headers-declared", "body-schema", "picture-whole")


def judge(exchange: Exchange, oracle: Oracle, names: Iterable[str] = DECLARED) -> list[Finding]:
    """Every finding of these checks on one exchange; none if no operation was asked."""
    operation = oracle.operation(exchange)
    if operation is None:
        return []
    return [finding for name in names for finding in CHECKS[name](exchange, operation, oracle)]
