"""The rate limit, by permission only: a burst, one request more, and again after the penalty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from contracts.case import Expect
from contracts.deriving.source import Derived, Source
from contracts.samples import request
from spec.document import Operation


def limits(source: Source, operation: Operation) -> Iterator[Derived]:
    """For the first operation under each policy with a limit that costs nothing and needs no body."""
    limit = operation.policy.rate_limit
    if limit is None or _free(source, operation.policy.name) is not operation:
        return
    at = f"#/components/x-policies/{operation.policy.name}"
    outcome = operation.policy.outcome("rate-limit", "")
    status = operation.outcomes[outcome].status
    # A reseller may set limits of its own.
    options: dict[str, Any] = {"profile": "extended", "most": "SHOULD", "needs": "burst"}
    says = f"{limit.requests} requests in {limit.window:g} seconds are answered"
    allowed = source.requirement(operation, "limit.allowed", says, f"{at}/x-rate-limit", **options)
    burst = request(operation, "limit.1-burst", {}, (Expect(allowed.id, "granted"),))
    yield Derived(allowed, (replace(burst, wait=limit.window + 1, times=limit.requests),))
    says = f"one more is refused as {outcome}"
    refused = source.requirement(operation, "limit.refused", says, f"{at}/x-refusals/rate-limit", **options)
    params = {"status": status, "outcome": outcome, "window": limit.window}
    expects = (Expect(refused.id, "limited", params),)
    yield Derived(refused, (request(operation, "limit.2-one-more", {}, expects),))
    says = f"{limit.penalty:g} seconds later the next one is answered"
    after = source.requirement(operation, "limit.recovers", says, f"{at}/x-rate-limit", **options)
    last = request(operation, "limit.3-later", {}, (Expect(after.id, "granted"),))
    yield Derived(after, (replace(last, wait=limit.penalty + 1),))


def _free(source: Source, policy: str) -> Operation | None:
    """The cheapest operation to burst: without a body and without a price."""
    found = (
        each
        for each in source.document.operations.values()
        if each.policy.name == policy and each.body is None and each.cost is None
    )
    return next(found, None)
