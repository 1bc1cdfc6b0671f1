"""The rate limit, by permission only: a burst, one request more, what happens meanwhile, and afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.cross_exchange import LimitReached, WhileLimited
from proofsheet.contracts.checks.expected import IsSuccess
from proofsheet.contracts.checks.limit_headers import LimitHeaders, named_headers
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.samples import case_of
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.requirement import Requirement
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation
from proofsheet.spec.policy import RateLimit
from proofsheet.spec.tasks import OfOne

OTHER = "burst+other-key"


def limits(source: Source, operation: Operation) -> Iterator[Derived]:
    """For the first operation under each policy with a limit that costs nothing and needs no body.

    The cases are named in the order in which they are sent: while the key is shut out, others ask too.
    """
    limit = operation.policy.rate_limit
    if limit is None or "rate-limit" not in operation.policy.precedence:
        return
    if _free(source, operation.policy.name) is not operation:
        return
    if named_headers(operation):
        yield _headers(source, operation, limit)
    yield _allowed(source, operation, limit)
    yield _refused(source, operation, limit)
    yield from _meanwhile(source, operation)
    yield from _afterwards(source, operation, limit)


def _wanted(
    source: Source, operation: Operation, topic: str, says: str, *keys: str, needs: str = "burst"
) -> Requirement:
    at, *also = (provenance.policy(operation, *key.split("/")) for key in keys)
    if "x-refusals/rate-limit" in keys:
        also += provenance.refusal(operation, "rate-limit")
    return source.requirement(
        operation, f"limit.{topic}", says, at, also=also, profile="extended", needs=needs
    )


def _case(operation: Operation, name: str, expect: Expectation) -> Case:
    return case_of(operation, f"limit.{name}", {}, (expect,))


def _while_out(operation: Operation, name: str, wanted: Requirement, outcome: str) -> Case:
    """A case that is asked while the key is or was shut out, so a 429 is no reason to wait."""
    since = f"{operation.id}/limit.2-one-more"
    return _case(operation, name, WhileLimited(wanted.id, since, _outcome(operation), outcome))


def _outcome(operation: Operation) -> str:
    return operation.policy.outcome("rate-limit", "")


def _headers(source: Source, operation: Operation, limit: RateLimit) -> Derived:
    """Asked twice, and in no burst: it costs nothing, and fills nothing."""
    says = f"headers say what is left of {limit.requests} requests in {limit.window:g} seconds"
    first = next(iter(named_headers(operation).values()))
    at = pointers.join("responses", operation.success.status, "headers", first)
    wanted = source.requirement(operation, "limit.told", says, at, most="SHOULD")
    case = _case(operation, "told", LimitHeaders(wanted.id, limit.window))
    return Derived(wanted, (replace(case, steps=case.steps * 2),))


def _allowed(source: Source, operation: Operation, limit: RateLimit) -> Derived:
    says = f"{limit.requests} requests in {limit.window:g} seconds are answered"
    keys = ("x-rate-limit", "x-rate-limit/requests", "x-rate-limit/window")
    wanted = _wanted(source, operation, "allowed", says, *keys)
    burst = _case(operation, "1-burst", IsSuccess(wanted.id)).sending(copies=limit.requests)
    return Derived(wanted, (burst.stepping(wait=limit.window + 1),))


def _refused(source: Source, operation: Operation, limit: RateLimit) -> Derived:
    outcome = _outcome(operation)
    says = f"one more is refused as {outcome}"
    wanted = _wanted(source, operation, "refused", says, "x-refusals/rate-limit")
    expect = LimitReached(wanted.id, outcome, limit.window)
    return Derived(wanted, (_case(operation, "2-one-more", expect),))


def _meanwhile(source: Source, operation: Operation) -> Iterator[Derived]:
    order = operation.policy.precedence
    if "authenticate" in order and order.index("authenticate") < order.index("rate-limit"):
        says = "while one key is shut out, an unknown one is still refused as unauthorized"
        wanted = _wanted(source, operation, "strangers", says, "x-rate-limit/per")
        outcome = operation.policy.outcome("authenticate", "unknown")
        case = _while_out(operation, "3-stranger", wanted, outcome)
        yield Derived(wanted, (case.sending(credential="wrong"),))
    says = "while one key is shut out, another one is answered"
    wanted = _wanted(source, operation, "others", says, "x-rate-limit/per", needs=OTHER)
    case = _while_out(operation, "4-other", wanted, operation.success.name)
    yield Derived(wanted, (case.sending(credential="other"),))


def _afterwards(source: Source, operation: Operation, limit: RateLimit) -> Iterator[Derived]:
    pause = limit.window + 1
    if limit.penalty > 2 * pause:
        says = f"{pause:g} seconds later, within the {limit.penalty:g}, it is still shut out"
        wanted = _wanted(source, operation, "penalty", says, "x-rate-limit/penalty")
        case = _while_out(operation, "5-still", wanted, _outcome(operation))
        yield Derived(wanted, (case.stepping(wait=pause),))
    longest = max(limit.penalty, limit.window)  # without a penalty it is out until the window has passed
    says = f"{longest:g} seconds later the next one is answered"
    wanted = _wanted(source, operation, "recovers", says, "x-rate-limit", "x-rate-limit/penalty")
    # Sent as a plain case, a 429 would be waited out, and an endless penalty never be found.
    last = _while_out(operation, "6-later", wanted, operation.success.name)
    yield Derived(wanted, (last.stepping(wait=longest + 1),))


def _free(source: Source, policy: str) -> Operation | None:
    """The cheapest operation to burst: without a body and without a price."""
    found = (
        each
        for each in source.document.operations.values()
        if each.policy.name == policy and each.body is None and each.cost is None
        if not isinstance(each.task, OfOne)  # which need a task
        if each.kept is None or not each.kept.is_about_one
    )
    return next(found, None)
