"""One attempt at a case: its cost is held, it is sent, its answer judged. Nothing is concluded yet."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field, replace

from proofsheet.contracts.case import Case
from proofsheet.contracts.client.http_client import Unreachable
from proofsheet.contracts.client.retry import LOST, NotTheApi, RetryingClient
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.history import Trace
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.interrupts import Interrupts
from proofsheet.contracts.run.judge import Judge


@dataclass(frozen=True)
class Asked:
    """What became of one case: its exchange, or why there is none, and every message of every check."""

    case: Case
    exchange: Exchange | None
    reason: str = ""
    messages: tuple[tuple[str, str], ...] = ()  # (requirement, message)
    paid: bool = False
    unjudged: tuple[tuple[str, str], ...] = ()  # (requirement, why nothing can be said)
    seconds: float = 0.0
    trace: Trace | None = None  # what the run remembers of it
    skipped: bool = False  # there was no money for it
    unreachable: bool = False
    is_other: bool = False  # what answers is not the API
    limited: bool = False  # the target wants fewer requests than we can do with
    interrupted: bool = False


@dataclass
class Attempts:
    """Makes attempts. `send` may be called from several threads, `judge` from one."""

    client: RetryingClient
    judging: Judge
    budget: Budget
    interrupts: Interrupts = field(default_factory=Interrupts)

    def send(self, case: Case) -> tuple[Asked, float]:
        """What came back, not judged yet, and when it was sent by our clock: after the case's wait."""
        began = time.monotonic()
        sent = began + case.wait
        if not self.budget.hold(case.cost):
            reason = f"would pass the budget of {self.budget.limit} credits"
            return Asked(case, None, reason, skipped=True), sent
        paid = True  # until the answer says otherwise
        try:
            with self.interrupts.waiting():
                exchange = self.client.send(case)
            # What a gateway lost on its way back counts as an answer that never came.
            paid = exchange.status < 300 or (case.cost > 0 and exchange.status in LOST)
            asked = Asked(case, exchange, paid=paid)
        except Unreachable as problem:
            paid = problem.sent
            is_other = isinstance(problem, NotTheApi)
            asked = Asked(case, None, str(problem), paid=paid, unreachable=True, is_other=is_other)
        except KeyboardInterrupt:
            paid = case.cost > 0
            asked = Asked(case, None, "interrupted before the answer came", paid=paid, interrupted=True)
        finally:
            self.budget.settle(case.cost, paid)
        return replace(asked, seconds=time.monotonic() - began), sent

    def judge(self, asked: Asked, began: float) -> Asked:
        """The same with what is found in its answer."""
        case, exchange = asked.case, asked.exchange
        if exchange is None:
            return asked
        try:
            self.judging.remember(case, exchange, began)
            asked = replace(asked, trace=self.judging.history[-1])
            if exchange.status == 429 and case.times == 1 and not self.client.expects(case, 429):
                return self._limited(asked)
            found = self.judging.judge(case, exchange)
        except KeyboardInterrupt:
            return replace(asked, reason="interrupted before it was judged", interrupted=True)
        except Exception as error:  # no answer may end a run that has been paid for
            return replace(asked, reason=broke(error))
        return replace(asked, messages=found.messages, unjudged=found.unjudged)

    def _limited(self, asked: Asked) -> Asked:
        """A 429 that stays: nothing is judged but the rate."""
        assert asked.exchange is not None
        found = self.judging.rate(asked.case, asked.exchange)
        reason = "the target limits the rate: try again later, or with a lower --rate"
        return replace(asked, reason=reason, messages=found, limited=True)


def broke(error: BaseException) -> str:
    """What to tell of a mistake of ours: which, and where."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
    return (
        f"the suite itself broke on this answer, please report it: {type(error).__name__}: {error} ({where})"
    )
