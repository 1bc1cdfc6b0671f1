"""One attempt at a case: its cost is held, it is sent, its answer judged. Nothing is concluded yet."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field, replace

from proofsheet.contracts.case import Case, Step
from proofsheet.contracts.checks.outcomes import is_granted, parsed
from proofsheet.contracts.client.http_client import Unreachable
from proofsheet.contracts.client.retry import LOST, NotTheApi, RetryingClient
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.history import Trace
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.interrupts import Interrupts
from proofsheet.contracts.run.judge import Judge
from proofsheet.spec import pointers


@dataclass(frozen=True)
class Result:
    """What became of one case: an exchange for each step, or why there is none, and what is wrong in them."""

    case: Case
    exchanges: tuple[Exchange, ...] = ()
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
    general: tuple[str, ...] = ()  # the requirements on every answer that its answers spoke for

    @property
    def exchange(self) -> Exchange | None:
        """The last exchange."""
        return self.exchanges[-1] if self.exchanges else None

    @property
    def is_slow(self) -> bool:
        """Whether the last answer was given up for the time it took."""
        broken = self.exchange.broken if self.exchange else None
        return broken is not None and broken.kind == "slow"


@dataclass
class Attempts:
    """Makes attempts. `send` may be called from several threads, `judge` from one."""

    client: RetryingClient
    judging: Judge
    budget: Budget
    interrupts: Interrupts = field(default_factory=Interrupts)

    def send(self, case: Case) -> tuple[Result, float]:
        """What came back, not judged yet, and when it was sent by our clock: after the case's wait."""
        began = time.monotonic()
        sent = began + case.steps[0].wait
        if not self.budget.hold(case.cost):
            reason = f"would pass the budget of {self.budget.limit} credits"
            return Result(case, (), reason, skipped=True), sent
        result = Result(case)
        try:
            for step in case.steps:
                result = self._sent(result, step)
                if result.reason:
                    break
        except BaseException:  # a mistake of ours, and what was paid is not known
            self.budget.settle(case.cost, True)
            raise
        self.budget.settle(case.cost, result.paid)
        return replace(result, seconds=time.monotonic() - began), sent

    def _sent(self, result: Result, step: Step) -> Result:
        """With the answer to one step more, or why there is none."""
        case, before = result.case, result.exchanges
        try:
            step = _filled(step, before[-1]) if before else step
            with self.interrupts.waiting():
                exchange = self.client.send(case.alone(step))
        except Unfilled as problem:
            return replace(result, reason=str(problem))
        except Unreachable as problem:
            paid, is_other = result.paid or problem.sent, isinstance(problem, NotTheApi)
            return replace(result, reason=str(problem), paid=paid, unreachable=True, is_other=is_other)
        except KeyboardInterrupt:
            reason = "interrupted before the answer came"
            return replace(result, reason=reason, paid=result.paid or case.cost > 0, interrupted=True)
        # What a gateway lost on its way back counts as an answer that never came.
        operation = self.judging.oracle.document.operations[step.request.operation]
        paid = is_granted(exchange, operation) or (case.cost > 0 and exchange.status in LOST)
        return replace(result, exchanges=(*before, exchange), paid=result.paid or paid)

    def judge(self, result: Result, began: float) -> Result:
        """The same with what is found in its answers."""
        for step, exchange in zip(result.case.steps, result.exchanges, strict=False):
            result = self._judged(result, result.case.alone(step), exchange, began)
            if result.limited or result.interrupted:
                break
        return result

    def _judged(self, result: Result, case: Case, exchange: Exchange, began: float) -> Result:
        try:
            self.judging.remember(case, exchange, began)
            result = replace(result, trace=self.judging.history[-1])
            if exchange.status == 429 and case.request.copies == 1 and not self.client.expects(case, 429):
                return self._limited(result, case, exchange)
            found = self.judging.judge(case, exchange)
        except KeyboardInterrupt:
            return replace(result, reason="interrupted before it was judged", interrupted=True)
        except Exception as error:  # no answer may end a run that has been paid for
            return replace(result, reason=broke(error))
        return replace(
            result,
            messages=(*result.messages, *found.messages),
            unjudged=(*result.unjudged, *found.unjudged),
            general=(*result.general, *found.general),
        )

    def _limited(self, result: Result, case: Case, exchange: Exchange) -> Result:
        """A 429 that stays: nothing is judged but the rate."""
        found = self.judging.rate(case, exchange)
        reason = "the target limits the rate: try again later, or with a lower --rate"
        return replace(result, reason=reason, messages=(*result.messages, *found), limited=True)


class Unfilled(Exception):
    """The answer before does not hold what the next request needs."""


def _filled(step: Step, before: Exchange) -> Step:
    """A step with the path parameters that it takes from the answer before. Raises Unfilled."""
    found = dict(step.request.path_params)
    for name, pointer in step.takes.items():
        value = next(pointers.find(parsed(before), pointers.split(pointer)), None)
        if not isinstance(value, str | int) or value == "":
            raise Unfilled(f"the answer before, a {before.status}, holds no {pointer} to send as {name}")
        found[name] = str(value)
    return replace(step, request=replace(step.request, path_params=found))


def broke(error: BaseException) -> str:
    """What to tell of a mistake of ours: which, and where."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
    return (
        f"the suite itself broke on this answer, please report it: {type(error).__name__}: {error} ({where})"
    )
