"""Sending at a pace that a target can take: within its documented limit, with pauses where it asks."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from contracts.asking import BACK_OFF, Asker, wait
from contracts.case import Case
from contracts.exchange import Exchange
from spec.document import Document, Operation

LONGEST_WAIT = 120.0
MARGIN = 0.9  # of a documented limit: others may use the key too


@dataclass
class Sender:
    """Sends cases one after another; bursts with several `workers`."""

    asker: Asker
    document: Document
    pause: Callable[[float], None] = wait
    workers: int = 8
    _sent: deque[float] = field(default_factory=deque)

    def send(self, case: Case) -> Exchange:
        """The answer to a case. Raises Unreachable."""
        if case.wait:
            self.pause(case.wait)
        if case.times > 1:
            return self._burst(case)
        if case.wait == 0 and not self.expects(case, 429):
            self._keep_pace(case)
        return self._patiently(case)

    def expects(self, case: Case, status: int) -> bool:
        """Whether a case wants an outcome with this status, or is about it."""
        outcomes = self.document.operations[case.operation].outcomes
        names = [each.params.get("outcome") for each in case.expects]
        return any(outcomes[name].status == status for name in names if name)

    def _patiently(self, case: Case) -> Exchange:
        """A 429 that nobody asked for is waited out: as it says, or as the document does."""
        limit = self.document.operations[case.operation].policy.rate_limit
        for seconds in (*BACK_OFF, *([limit.penalty + 1] if limit else ())):
            exchange = self._once(case)
            if exchange.status != 429 or self.expects(case, 429):
                return exchange
            self.pause(_retry_after(exchange, seconds))
        return self._once(case)

    def _once(self, case: Case) -> Exchange:
        exchange = self.asker.ask(case)
        if exchange.status not in _uncounted(self.document.operations[case.operation]):
            self._sent.append(time.monotonic())
        return exchange

    def _keep_pace(self, case: Case) -> None:
        limit = self.document.operations[case.operation].policy.rate_limit
        if limit is None:
            return
        while self._sent and self._sent[0] < time.monotonic() - limit.window:
            self._sent.popleft()
        if len(self._sent) >= limit.requests * MARGIN:
            self.pause(max(self._sent[0] + limit.window - time.monotonic(), 0.0))
            self._sent.popleft()

    def _burst(self, case: Case) -> Exchange:
        """All at once; the first answer that is no success, or the last."""
        with ThreadPoolExecutor(self.workers) as pool:
            found = list(pool.map(self.asker.ask, [case] * case.times))
        return next((each for each in found if each.status >= 300), found[-1])


def _uncounted(operation: Operation) -> frozenset[int]:
    """The statuses of refusals that come before the limit is looked at."""
    order = operation.policy.precedence
    if "rate-limit" not in order:
        return frozenset()
    before = order[: order.index("rate-limit")]
    return frozenset(
        operation.outcomes[name].status
        for kind, name in operation.policy.refusals.items()
        if kind.partition(".")[0] in before and name in operation.outcomes
    )


def _retry_after(exchange: Exchange, default: float) -> float:
    text = exchange.header("retry-after") or ""
    return min(float(text), LONGEST_WAIT) if text.isdecimal() else default
