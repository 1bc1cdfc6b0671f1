"""Sends at a pace that a target can take, waits where it asks for that, and makes sure that it is the API."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from proofsheet.contracts.case import Case
from proofsheet.contracts.client.http_client import BACK_OFF, HttpClient, Unreachable
from proofsheet.contracts.client.request_pace import Pace
from proofsheet.contracts.exchange import Exchange
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.policy import RateLimit

LONGEST_WAIT = 120.0  # seconds; a target that wants more is sent nothing more
AWAY = frozenset({502, 503, 504})  # what gateways answer when nothing is behind them
LOST = frozenset({502, 504})  # and when the answer behind them was lost: a picture may have been made
WEB_PAGES = frozenset({"text/html", "application/xhtml+xml"})


class NotTheApi(Unreachable):
    """What answers is a web site: nothing more is sent."""


@dataclass(frozen=True)
class Throttle:
    """A target that refuses with 429 what is within its documented rate: `passed` requests in `seconds`.

    `seconds` are those since the first request, with the `pause` that it asks for now.
    """

    passed: int
    seconds: float
    pause: float
    documented: RateLimit

    @property
    def per_minute(self) -> float:
        """How many requests it lets through in a minute."""
        return 60 * self.passed / self.seconds

    def __str__(self) -> str:
        requests, window = self.documented.requests, self.documented.window
        return (
            f"refused with 429 though within the documented rate: about {self.per_minute:.0f} requests a "
            f"minute passed, documented {requests} in {window:g} s"
        )


@dataclass
class RetryingClient:
    """Sends cases, from several threads if need be; bursts with several `workers`.

    So many requests as `lanes` has are on their way at once, whatever the number of threads.
    `probe` is a free request with a known answer. A 502, 503 or 504 that stays, or a web page, is judged only
    if the probe is answered otherwise; else the target is down, or no API. `on_throttle` is called before a
    pause that a target asks for without need; `sending` is around each request that is on its way.
    """

    client: HttpClient
    document: Document
    pace: Pace
    workers: int = 8
    probe: Case | None = None
    on_throttle: Callable[[Throttle], None] = lambda throttle: None
    lanes: threading.Semaphore = field(default_factory=threading.Semaphore, repr=False)
    sending: Callable[[], AbstractContextManager[None]] = nullcontext
    _vouched: set[int] = field(default_factory=set)
    _is_api: bool = False  # something was answered that is no web page
    _has_burst: bool = False  # we passed the limit ourselves
    _passed: int = 0
    _began: float | None = None

    def send(self, case: Case) -> Exchange:
        """The answer to a case of one step. Raises Unreachable."""
        if case.step.wait:
            self.pace.rest(case.step.wait)
        if case.request.copies > 1:
            return self._burst(case)
        exchange = self._patiently(case)
        self._refuse_web_page(case, exchange)
        if exchange.status in AWAY and not self.expects(case, exchange.status):
            return self._vouch(case, exchange)
        return exchange

    def expects(self, case: Case, status: int) -> bool:
        """Whether a case wants an outcome with this status, or is about it."""
        operation = self.document.operations[case.operation]
        return any(status in each.statuses(operation) for each in case.expects)

    def _patiently(self, case: Case) -> Exchange:
        """An unexpected 429 is waited out: as it says, or as the document does, or not at all."""
        limit = self.document.operations[case.operation].policy.rate_limit
        throttled = ""
        for seconds in (*BACK_OFF, *([limit.penalty + 1] if limit else ())):
            exchange = self._once(case)
            pause = _retry_after(exchange, seconds)
            if exchange.status != 429 or self.expects(case, 429):
                return replace(exchange, throttled=throttled)
            throttled = self._throttled(limit, pause) or throttled
            if pause > LONGEST_WAIT:
                return replace(exchange, throttled=throttled)
            self.pace.hold_off(pause)
        return replace(self._once(case), throttled=throttled)

    def _throttled(self, limit: RateLimit | None, pause: float) -> str:
        """What a 429 means that we did not earn; empty where we may have."""
        if limit is None or self._has_burst or self._began is None:
            return ""
        seconds = max(self.pace.now() - self._began + pause, 1.0)
        throttle = Throttle(self._passed, seconds, pause, limit)
        self.on_throttle(throttle)
        return str(throttle)

    def _refuse_web_page(self, case: Case, exchange: Exchange) -> None:
        """Raises NotTheApi for a web page where nothing else was ever answered, not even to the probe."""
        if self._is_api:
            return
        self._is_api = not self._is_web_page(case, exchange) or self._is_answered()
        if not self._is_api:
            page = f"{exchange.status} {exchange.media_type}"
            page += f", which leads to {exchange.header('location')}" if exchange.header("location") else ""
            reason = f"this is not the API: a web page came ({page}), and to a plain request too"
            raise NotTheApi(reason, sent=case.cost > 0 and exchange.status < 300)

    def _is_web_page(self, case: Case, exchange: Exchange) -> bool:
        outcomes = self.document.operations[case.operation].outcomes.values()
        declared = {name for each in outcomes for name in each.representations}
        is_json = exchange.body.lstrip().startswith((b"{", b"["))  # with a wrong label, which is a finding
        return exchange.media_type in WEB_PAGES - declared and not is_json

    def _is_answered(self) -> bool:
        """Whether a plain request gets something else than a web page."""
        if self.probe is None:
            return False
        try:
            return not self._is_web_page(self.probe, self._once(self.probe))
        except Unreachable:
            return False

    def _vouch(self, case: Case, exchange: Exchange) -> Exchange:
        """Send again, unless it may cost, and then send the probe. Raises Unreachable."""
        if exchange.status in self._vouched:
            return exchange
        may_cost = case.pays or (case.cost > 0 and exchange.status in LOST)
        for seconds in () if may_cost else BACK_OFF:
            if (pause := _retry_after(exchange, seconds)) > LONGEST_WAIT:
                raise Unreachable(f"the target answers {exchange.status}, try again later", sent=False)
            self.pace.hold_off(pause)
            exchange = self._once(case)
            if exchange.status not in AWAY:
                return exchange
        if self._is_away():
            reason = f"the target answers {exchange.status}, to a plain request too"
            raise Unreachable(reason, sent=case.cost > 0 and exchange.status in LOST)
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
        on_time = case.step.wait == 0 and not self.expects(case, 429)
        ticket = self.pace.turn(operation.policy.rate_limit if on_time else None)
        self._began = ticket if self._began is None else self._began
        with self.lanes, self.sending():
            exchange = self.client.send(case)
        self._passed += exchange.status != 429
        if exchange.status in _uncounted(operation):
            self.pace.uncount(ticket)
        return exchange

    def _burst(self, case: Case) -> Exchange:
        """All at once; the first answer that is no success, or the last."""
        self._has_burst = True
        with self.sending(), ThreadPoolExecutor(self.workers) as pool:
            found = list(pool.map(self.client.send, [case] * case.request.copies))
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
