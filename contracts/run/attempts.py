"""One attempt at a case: its cost is held, it is sent, its answer judged. Nothing is concluded yet."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from proofsheet.contracts.case import Case, Step
from proofsheet.contracts.checks.outcomes import is_granted, parsed
from proofsheet.contracts.checks.task_facts import end_of
from proofsheet.contracts.checks.task_moves import EARLY, FOREIGN, granted_early
from proofsheet.contracts.client.callback_receiver import Receiver
from proofsheet.contracts.client.http_client import Unreachable
from proofsheet.contracts.client.retry import LOST, NotTheApi, RetryingClient
from proofsheet.contracts.derive.samples import price, smallest
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.history import Trace
from proofsheet.contracts.run.awaited import Awaited
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.followed import Followed, missing
from proofsheet.contracts.run.interrupts import Interrupts, Unanswered
from proofsheet.contracts.run.judge import Judge
from proofsheet.contracts.run.linked_files import with_files
from proofsheet.contracts.run.task_follower import is_forgotten
from proofsheet.contracts.run.task_follower import submitted as id_given
from proofsheet.contracts.trail import FILE, FILE_AGAIN, Extra, Submitted, Trail
from proofsheet.spec import pointers
from proofsheet.spec.document import Document, Operation


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
    skipped: bool = False  # it was not sent: no money, nothing to go on from, an interrupt
    unreachable: bool = False
    is_other: bool = False  # what answers is not the API
    limited: bool = False  # the target wants fewer requests than we can do with
    interrupted: bool = False
    general: tuple[str, ...] = ()  # the requirements on every answer that its answers spoke for
    trail: Trail | None = None  # of a task
    surplus: Decimal = Decimal(0)  # credits that were paid beyond what it was to cost

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
    notice: Callable[[str], None] = lambda text: None  # what is waited for
    receiver: Receiver | None = None  # of callbacks
    submitted: Callable[[Case, Submitted], None] = lambda case, task: None  # told of each task at once
    followed: Followed = field(init=False)

    def __post_init__(self) -> None:
        document, pace = self.judging.oracle.document, self.client.pace
        awaited = Awaited(self.notice, pace.now)
        how = (self.client.send, self._is_stopped, pace.rest, pace.now, awaited)
        self.followed = Followed(document, *how, receiver=self.receiver)

    def _is_stopped(self) -> bool:
        return self.interrupts.pending

    def send(self, case: Case) -> tuple[Result, float]:
        """What came back, not judged yet, and when it was sent by our clock: after the case's wait."""
        began = time.monotonic()
        sent = began + case.steps[0].wait
        held = self._held(case)
        if held is None:
            reason = f"would pass the budget of {self.budget.limit} credits"
            return Result(case, (), reason, skipped=True), sent
        case, early = held
        known = case.follow is not None and case.follow.known is not None
        if case.follow and not known and self._is_stopped():  # while it waited for its share of the budget
            self.budget.settle(case.cost + early, False)
            return Result(case, (), INTERRUPTED, skipped=True, interrupted=True), sent
        try:
            result = self._followed(case) if case.follow else self._stepped(case)
        except BaseException:  # a mistake of ours, and what was paid is not known
            self.budget.settle(case.cost + early, True)
            raise
        self.budget.settle(early, False)  # what was granted of it has been counted
        self.budget.settle(case.cost, result.paid)
        return replace(result, seconds=time.monotonic() - began), sent

    def _held(self, case: Case) -> tuple[Case, Decimal] | None:
        """The case once the budget holds what it may cost, and what is held beside its price; None: too much.

        A target that wrongly grants what goes on from a task too early takes the price of that too. Where
        there is no room for it, it is not asked for.
        """
        early = _early_price(case, self.judging.oracle.document)
        if case.follow and case.follow.known:
            self.budget.reopen(case.cost)
            return case, Decimal(0)  # nothing is asked early of what an earlier run has submitted
        if self.budget.hold(case.cost + early):
            return case, early
        return (_without_early(case), Decimal(0)) if early and self.budget.hold(case.cost) else None

    def _stepped(self, case: Case) -> Result:
        result = Result(case)
        for step in case.steps:
            result = self._sent(result, step)
            if result.reason:
                break
        return result

    def _followed(self, case: Case) -> Result:
        """A task from its submission to its end; the steps of the case are then those that it took."""
        ready = self.followed.ready(case)
        if ready is None:
            return Result(case, (), missing(case), skipped=True)
        submitted = Result(ready)

        def submit(step: Step) -> Exchange | None:
            nonlocal submitted
            submitted = self._sent(submitted, step)
            if submitted.exchange and (id := id_given(self._operation(ready), submitted.exchange)):
                self.submitted(ready, Submitted(id, submitted.exchange))
            return submitted.exchange

        way = self.followed.follow(ready, submit)
        trail = way.trail
        surplus = sum((price(each, smallest(each)) for each in granted_early(trail)), Decimal(0))
        self.budget.spend(surplus)  # nobody planned it, and it is paid for all the same
        submitted = replace(submitted, surplus=surplus)
        if submitted.reason:
            return submitted
        if is_forgotten(trail):
            return Result(case, (), FORGOTTEN, paid=case.cost > 0, skipped=True, surplus=surplus)
        interrupted = trail.id is not None and not way.is_whole
        return replace(
            submitted,
            case=replace(ready, steps=way.steps),
            exchanges=tuple(each.exchange for each in trail.looks),
            trail=trail,
            paid=self._is_charged(trail) if trail.id is not None else submitted.paid,
            reason="interrupted before all was known of the task" if interrupted else "",
            interrupted=interrupted,
        )

    def _operation(self, case: Case) -> Operation:
        return self.judging.oracle.document.operations[case.operation]

    def _is_charged(self, trail: Trail) -> bool:
        """Whether a task was paid for, or may still be."""
        cost, end = trail.operation.cost, end_of(trail)
        return cost is not None and (end is None or end in cost.charged)

    def _sent(self, result: Result, step: Step) -> Result:
        """With the answer to one step more, or why there is none."""
        case, before = result.case, result.exchanges
        try:
            step = _filled(step, before) if before else step
            with self.interrupts.waiting():
                exchange = self.client.send(case.alone(step))
        except Unfilled as problem:
            return replace(result, reason=str(problem))
        except Unreachable as problem:
            paid, is_other = result.paid or problem.sent, isinstance(problem, NotTheApi)
            reason = f"{problem}{_counted(case)}" if problem.sent else str(problem)
            return replace(result, reason=reason, paid=paid, unreachable=True, is_other=is_other)
        except Unanswered:
            reason = f"interrupted before the answer came{_counted(case)}"
            return replace(result, reason=reason, paid=result.paid or case.cost > 0, interrupted=True)
        except KeyboardInterrupt:
            return replace(result, reason=INTERRUPTED, skipped=True, interrupted=True)
        operation = self.judging.oracle.document.operations[step.request.operation]
        exchange = with_files(self.client.send, case, operation, exchange)
        # What a gateway lost on its way back counts as an answer that never came.
        paid = is_granted(exchange, operation) or (case.cost > 0 and exchange.status in LOST)
        return replace(result, exchanges=(*before, exchange), paid=result.paid or paid)

    def judge(self, result: Result, began: float) -> Result:
        """The same with what is found in its answers."""
        for step, exchange in zip(result.case.steps, result.exchanges, strict=False):
            result = self._judged(result, result.case.alone(step), exchange, began)
            if result.limited or result.interrupted:
                return result
        return self._trail_judged(result) if result.trail and not result.reason else result

    def _trail_judged(self, result: Result) -> Result:
        """With what is found in the whole trail of its task."""
        assert result.trail is not None
        self.judging.remember_end(result.case, result.trail)
        try:
            found = self.judging.judge_trail(result.case, result.trail)
        except Exception as error:  # as above
            return replace(result, reason=broke(error))
        return replace(
            result,
            messages=(*result.messages, *found.messages),
            unjudged=(*result.unjudged, *found.unjudged),
            general=(*result.general, *found.general),
        )

    def _judged(self, result: Result, case: Case, exchange: Exchange, began: float) -> Result:
        try:
            self.judging.remember(case, exchange, began)
            result = replace(result, trace=self.judging.history[-1])
            is_api = case.step.role not in (FILE, FILE_AGAIN)  # the store of files has limits of its own
            if (
                is_api
                and exchange.status == 429
                and case.request.copies == 1
                and not self.client.expects(case, 429)
            ):
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


INTERRUPTED = "interrupted before it was sent"
FORGOTTEN = "the target does not know the task any more that an earlier run submitted"


class Unfilled(Exception):
    """The answer before does not hold what the next request needs."""


def _filled(step: Step, before: Sequence[Exchange]) -> Step:
    """A step with what it takes from the answers before. Raises Unfilled."""
    request = step.request
    for name, pointer in step.takes.items():
        at = pointers.split(pointer)
        found = (each for one in reversed(before) for each in pointers.find(parsed(one), at))
        value = next((each for each in found if isinstance(each, str | int) and each != ""), None)
        if value is None:
            raise Unfilled(f"the answer before, a {before[-1].status}, holds no {pointer} to send as {name}")
        if name.startswith("/"):
            request = replace(request, json={**request.json, name[1:]: value})
        else:
            request = replace(request, path_params={**request.path_params, name: str(value)})
    return replace(step, request=request)


def broke(error: BaseException) -> str:
    """What to tell of a mistake of ours: which, and where."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
    return (
        f"the suite itself broke on this answer, please report it: {type(error).__name__}: {error} ({where})"
    )


def _is_early(extra: Extra) -> bool:
    return extra.role.startswith(EARLY) and not extra.role.startswith(FOREIGN)


def _counted(case: Case) -> str:
    """What becomes of the price of a request that was sent and not answered."""
    return f"; the {case.cost} credits that it may have cost count as spent" if case.cost else ""


def _early_price(case: Case, document: Document) -> Decimal:
    """What it would cost if the target granted what goes on from the task too early."""
    extras = filter(_is_early, case.follow.extras if case.follow else ())
    operations = [document.operations[each.operation] for each in extras]
    return sum((price(each, smallest(each)) for each in operations), Decimal(0))


def _without_early(case: Case) -> Case:
    if case.follow is None:
        return case
    kept = tuple(each for each in case.follow.extras if not _is_early(each))
    return replace(case, follow=replace(case.follow, extras=kept))
