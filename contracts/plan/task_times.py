"""How long tasks take, how many of them a target takes at once, and how long they are waited for."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import replace

from proofsheet.contracts.case import Case
from proofsheet.contracts.plan.plan import Plan
from proofsheet.spec.document import Document
from proofsheet.spec.policy import RateLimit
from proofsheet.spec.tasks import Lifecycle, Starts

AT_ONCE = 4  # tasks, where the document sets no limit

Seconds = tuple[float, float]  # the least and the most


def at_once(document: Document, plan: Plan) -> tuple[int, str]:
    """How many tasks of the plan may be unfinished at once, and where that comes from."""
    roles = (document.operations[each.operation].task for each in plan.cases if each.follow)
    found = [each for role in roles if isinstance(role, Starts) for each in _limits(role)]
    return (min(found), "the document") if found else (AT_ONCE, "default")


def _limits(role: Starts) -> Iterable[int]:
    """One more than these is refused, or only waits at the target."""
    return [*([role.most] if role.most else []), *([role.queued.running] if role.queued else [])]


def patiently(plan: Plan, patience: float | None) -> Plan:
    """The plan with another patience for each task; None leaves it as it is."""
    if patience is None:
        return plan
    cases = (
        replace(each, follow=replace(each.follow, patience=patience)) if each.follow else each
        for each in plan.cases
    )
    return replace(plan, cases=tuple(cases))


def of_task(document: Document, case: Case) -> Seconds:
    """Seconds that a task takes on its ordinary way by the document: the least, and the most."""
    taken = case.follow.operation if case.follow else None
    lifecycle = (taken or document.operations[case.operation]).lifecycle
    return _ordinary(lifecycle) if lifecycle else (0.0, 0.0)


def _ordinary(lifecycle: Lifecycle) -> Seconds:
    least = most = 0.0
    state, passed = lifecycle.states[lifecycle.start], set[str]()
    while state.name not in passed:
        passed.add(state.name)
        low, high = state.seconds or (0.0, 0.0)
        least, most = least + low, most + high
        state = lifecycle.states[state.to[0]] if state.to else state
    return least, most


def in_lanes(seconds: Iterable[float], lanes: int) -> float:
    """Seconds until all are done, where so many go on at once and each begins when there is room."""
    free = [0.0] * lanes
    for each in seconds:
        heapq.heapreplace(free, free[0] + each)
    return max(free)


def of_requests(document: Document, count: int, rate: float | None) -> float:
    """Seconds that so many requests take at least, at a rate in requests per second or the documented one."""
    limits = {each.policy.rate_limit for each in document.operations.values()} - {None}
    documented = [each.requests / each.window for each in limits if isinstance(each, RateLimit)]
    slowest = min([*documented, *([rate] if rate else [])], default=None)
    return count / slowest if slowest else 0.0
