"""Carrying out a plan: send, judge, take note. After each step all that is known is in the verdicts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from contracts.asking import Asker, Unreachable, wait
from contracts.budget import Budget
from contracts.case import Case
from contracts.exchange import Exchange
from contracts.judging import Judge
from contracts.oracle import Oracle
from contracts.plan import Plan
from contracts.sending import Sender
from contracts.verdict import Status, Verdict

MOST_UNREACHABLE = 3  # in a row: then the target is down, and asking on would tell nothing
LAG = 2.0  # seconds until a balance that lags behind is asked again; then twice as many


@dataclass(frozen=True)
class Asked:
    """What became of one case: its exchange, or why there is none, and every message of every check."""

    case: Case
    exchange: Exchange | None
    reason: str = ""
    messages: tuple[tuple[str, str], ...] = ()  # (requirement, message)
    paid: bool = False
    unjudged: tuple[tuple[str, str], ...] = ()  # (requirement, why nothing can be said)


@dataclass
class Run:
    """One run of a plan. `verdicts` is complete after every step."""

    plan: Plan
    asker: Asker
    oracle: Oracle
    budget: Budget
    pause: Callable[[float], None] = wait
    workers: int = 8  # for bursts
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    _unreachable: int = 0
    _interrupted: bool = False

    def __post_init__(self) -> None:
        self.verdicts = {each.id: Verdict(each) for each in self.plan.requirements}
        asked = {each.requirement for case in self.plan.cases for each in case.expects}
        for name, verdict in self.verdicts.items():
            if verdict.requirement.needs and name not in asked:
                verdict.reason = f"needs the permission {verdict.requirement.needs}"
        self._judge = Judge(self.oracle, self.verdicts)
        self._sender = Sender(self.asker, self.oracle.document, self.pause, self.workers)

    def steps(self) -> Iterator[Asked]:
        """Ask case after case; yields what became of each.

        An interrupt goes on after the case that it hit has been yielded: it may have been paid for.
        """
        for case in self.plan.cases:
            if self._unreachable >= MOST_UNREACHABLE:
                asked = Asked(case, None, "the target does not answer")
            else:
                asked = self._step(case)
            self._note(asked)
            yield asked
            if self._interrupted:
                raise KeyboardInterrupt

    def _step(self, case: Case) -> Asked:
        asked = self._once(case)
        for turn in range(case.patience):
            if not asked.messages or self._is_known(asked):
                break
            self.pause(LAG * 2**turn)
            self._judge.forget()
            asked = self._once(case)
        return asked

    def _is_known(self, asked: Asked) -> bool:
        """Whether all that was found has been found before: then patience is wasted."""
        return all(
            name in self.verdicts and self.verdicts[name].status >= Status.FAILED
            for name, _ in asked.messages
        )

    def _once(self, case: Case) -> Asked:
        if not self.budget.hold(case.cost):
            return Asked(case, None, f"would pass the budget of {self.budget.limit} credits")
        paid = True  # until the answer says otherwise
        began = time.monotonic()
        try:
            exchange = self._sender.send(case)
            paid = exchange.status < 300
            self._unreachable = 0
            return self._judged(case, exchange, paid, began)
        except Unreachable as problem:
            paid = problem.sent
            self._unreachable += 1
            return Asked(case, None, str(problem), paid=paid)
        except KeyboardInterrupt:
            self._interrupted = True
            return Asked(case, None, "interrupted before the answer came", paid=case.cost > 0)
        finally:
            self.budget.settle(case.cost, paid)

    def _judged(self, case: Case, exchange: Exchange, paid: bool, began: float) -> Asked:
        self._judge.remember(case, exchange, began)
        if exchange.status == 429 and case.times == 1 and not self._sender.expects(case, 429):
            return Asked(case, exchange, "the target limits the rate: try again later", paid=paid)
        found = self._judge.judge(case, exchange)
        return Asked(case, exchange, "", found.messages, paid, found.unjudged)

    def _note(self, asked: Asked) -> None:
        spoken = {each.requirement for each in asked.case.expects} & set(self.verdicts)
        if asked.exchange is not None and not asked.reason:
            self._note_answer(asked, spoken | {name for _, name in self._judge.general(asked.case)})
            return
        status = Status.SKIPPED if "budget" in asked.reason else Status.ERRORED
        for name in spoken:
            self.verdicts[name].reason = asked.reason
            self.verdicts[name].climb(status, asked.reason if status is Status.ERRORED else "")

    def _note_answer(self, asked: Asked, spoken: set[str]) -> None:
        unjudged = dict(asked.unjudged)
        for name in spoken:
            if name not in unjudged:
                self.verdicts[name].climb(Status.PASSED)
            elif self.verdicts[name].status is Status.SKIPPED:
                self.verdicts[name].reason = unjudged[name]
        for name, message in asked.messages:
            if name in self.verdicts:
                self.verdicts[name].climb(Status.FAILED, message)


def told(run: Run) -> dict[str, Any]:
    """The numbers of a run for people and machines."""
    counts = {status.name.lower(): 0 for status in Status}
    for verdict in run.verdicts.values():
        counts[verdict.status.name.lower()] += 1
    return {**counts, "spent": float(run.budget.spent), "budget": float(run.budget.limit)}
