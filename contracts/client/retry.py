"""Sending at a pace that a target can take, patient where it asks for patience, and sure that it is up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from proofsheet.contracts.case import Case
from proofsheet.contracts.client.http_client import BACK_OFF, Asker, Unreachable
from proofsheet.contracts.client.pace import Pace
from proofsheet.contracts.exchange import Exchange
from proofsheet.spec.document import Document, Operation

LONGEST_WAIT = 120.0  # seconds; a target that asks for more is not asked again
AWAY = frozenset({502, 503, 504})  # what gateways say when nobody is behind them
LOST = frozenset({502, 504})  # and when somebody is, whose answer was lost: a picture may have been drawn


@dataclass
class Sender:
    """Sends cases, from several threads if need be; bursts with several `workers`.

    `probe` is a free request with a known answer. A 502, 503 or 504 that stays is an answer to be judged
    only if the probe is answered otherwise; else the target is down.
    """

    asker: Asker
    document: Document
    pace: Pace
    workers: int = 8
    probe: Case | None = None
    _vouched: set[int] = field(default_factory=set)

    def send(self, case: Case) -> Exchange:
        """The answer to a case. Raises Unreachable."""
        if case.wait:
            self.pace.rest(case.wait)
        if case.times > 1:
            return self._burst(case)
        exchange = self._patiently(case)
        if exchange.status in AWAY and not self.expects(case, exchange.status):
            return self._vouch(case, exchange)
        return exchange

    def expects(self, case: Case, status: int) -> bool:
        """Whether a case wants an outcome with this status, or is about it."""
        outcomes = self.document.operations[case.operation].outcomes
        names = [each.params.get("outcome") for each in case.expects]
        return any(outcomes[name].status == status for name in names if name)

    def _patiently(self, case: Case) -> Exchange:
        """A 429 that nobody asked for is waited out: as it says, or as the document does, or not at all."""
        limit = self.document.operations[case.operation].policy.rate_limit
        for seconds in (*BACK_OFF, *([limit.penalty + 1] if limit else ())):
            exchange = self._once(case)
            pause = _retry_after(exchange, seconds)
            if exchange.status != 429 or self.expects(case, 429) or pause > LONGEST_WAIT:
                return exchange
            self.pace.hold_off(pause)
        return self._once(case)

    def _vouch(self, case: Case, exchange: Exchange) -> Exchange:
        """Ask again, unless it may cost, and then ask the probe. Raises Unreachable."""
        if exchange.status in self._vouched:
            return exchange
        for seconds in () if case.pays else BACK_OFF:
            if (pause := _retry_after(exchange, seconds)) > LONGEST_WAIT:
                raise Unreachable(f"the target answers {exchange.status}, try again later", sent=False)
            self.pace.hold_off(pause)
            exchange = self._once(case)
            if exchange.status not in AWAY:
                return exchange
        if self._is_away():
            reason = f"the target answers {exchange.status}, to a plain request too"
            raise Unreachable(reason, sent=case.pays and exchange.status in LOST)
        self._vouched.add(exchange.status)
        return exchange

    def _is_away(self) -> bool:
        """Whether a plain request fares no better."""
        try:
            return self.probe is not None and self._once(self.probe).status in AWAY
        except Unreachable:
            return True

    def _once(self, case: Case) -> Exchange:
        operation = self.document.operations[case.operation]
        on_time = case.wait == 0 and not self.expects(case, 429)
        ticket = self.pace.turn(operation.policy.rate_limit if on_time else None)
        exchange = self.asker.ask(case)
        if exchange.status in _uncounted(operation):
            self.pace.uncount(ticket)
        return exchange

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
    """Seconds: a number of them, or those until a date (RFC 9110); neither is obeyed backwards."""
    text = (exchange.header("retry-after") or "").strip()
    if text.isdecimal():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return default
    # A date without a zone is in UTC.
    return max((date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), 0.0)
