"""Requirements without a case in the plan: explorers find theirs. They speak of any request, not of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofsheet.contracts.derive.faults import weighed
from proofsheet.contracts.derive.ledger import balance_of
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.task_requests import goes_on
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation

# What is only assumed, or where proxies may differ, has a requirement of its own: it can fail nobody else.
LEVELS = {"MUST": "any.refused", "SHOULD": "any.refused.proxies", "MAY": "any.refused.assumed"}
TEXT, GRANTED, CONSERVED = "any.text", "any.granted", "conserved"
_SAYS = {
    "MUST": "any request with one fault is refused as declared",
    "SHOULD": "any request with one fault is refused as declared, where a proxy may differ",
    "MAY": "any request with one fault is refused as it is assumed to be",
}


def explored(source: Source, operation: Operation) -> Iterator[Derived]:
    """What is asked of all requests of an operation, in the extended profile."""
    if balance_of(source.document) is operation:
        says = "over any history the balance falls by what was granted, and by nothing else"
        # A reseller's prices are its own, and so is the way in which it counts.
        yield Derived(
            source.requirement(operation, CONSERVED, says, "/responses", profile="extended", most="SHOULD"),
            by_explorers=True,
        )
    if operation.body is None:
        return
    at = pointers.join("requestBody", "content", operation.body.media_type, "schema")
    levels = weighed(source, operation)
    for level, topic in LEVELS.items():
        if level in levels:
            wanted = source.requirement(operation, topic, _SAYS[level], at, profile="extended", level=level)
            yield Derived(replace(wanted, grade="assumed") if level == "MAY" else wanted, by_explorers=True)
    if "MUST" in levels:
        says = "whatever the prompt of a request with one fault is, it is refused as declared"
        # No page speaks of texts that are no prompts; a proxy may refuse what it cannot pass on.
        wanted = source.requirement(operation, TEXT, says, at, profile="extended", most="SHOULD")
        yield Derived(wanted, by_explorers=True)
    if operation.artifact is not None and not goes_on(operation):  # no random id is that of a task
        says = "any request that the document admits is granted"
        # What a service refuses to draw, no document says in full.
        yield Derived(
            source.requirement(operation, GRANTED, says, at, profile="extended", most="SHOULD", needs="paid"),
            by_explorers=True,
        )
