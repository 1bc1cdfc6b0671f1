"""Carrying out a plan: send, judge, take note. After each step all that is known is in the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from contracts.asking import BACK_OFF, Asker, Unreachable, wait
from contracts.budget import Budget
from contracts.case import Case
from contracts.checks import CHECKS
from contracts.checks.expected import EXPECTED
from contracts.deriving.always import topic_of
from contracts.exchange import Exchange
from contracts.oracle import Oracle
from contracts.plan import Plan
from contracts.verdict import Status, Verdict
from spec.document import Operation

MOST_UNREACHABLE = 3  # in a row: then the target is down, and asking on would tell nothing
LONGEST_WAIT = 120.0


@dataclass(frozen=True)
class Asked:
    """What became of one case: its exchange, or why there is none, and every message of every check."""

    case: Case
    exchange: Exchange | None
    reason: str = ""
    messages: tuple[tuple[str, str], ...] = ()  # (requirement, message)
    paid: bool = False


@dataclass
class Run:
    """One run of a plan. `verdicts` is complete after every step."""

    plan: Plan
    asker: Asker
    oracle: Oracle
    budget: Budget
    pause: Callable[[float], None] = wait
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    _unreachable: int = 0

    def __post_init__(self) -> None:
        self.verdicts = {each.id: Verdict(each) for each in self.plan.requirements}

    def steps(self) -> Iterator[Asked]:
        """Ask case after case; yields what became of each."""
        for case in self.plan.cases:
            if self._unreachable >= MOST_UNREACHABLE:
                asked = Asked(case, None, "the target does not answer")
            else:
                asked = self._step(case)
            self._note(asked)
            yield asked

    def _step(self, case: Case) -> Asked:
        if not self.budget.hold(case.cost):
            return Asked(case, None, f"would pass the budget of {self.budget.limit} credits")
        paid = True  # until the answer says otherwise
        try:
            exchange = self._ask(case)
            paid = exchange.status < 300
            self._unreachable = 0
            return self._judged(case, exchange, paid)
        except Unreachable as problem:
            paid = problem.sent
            self._unreachable += 1
            return Asked(case, None, str(problem), paid=paid)
        finally:
            self.budget.settle(case.cost, paid)

    def _ask(self, case: Case) -> Exchange:
        for seconds in BACK_OFF:
            exchange = self.asker.ask(case)
            if exchange.status != 429 or self._expects(case, 429):
                return exchange
            self.pause(_retry_after(exchange, seconds))
        return self.asker.ask(case)

    def _expects(self, case: Case, status: int) -> bool:
        outcomes = self.oracle.document.operations[case.operation].outcomes
        names = [each.params.get("outcome") for each in case.expects]
        return any(outcomes[name].status == status for name in names if name)

    def _judged(self, case: Case, exchange: Exchange, paid: bool) -> Asked:
        operation = self.oracle.document.operations[case.operation]
        if exchange.status == 429 and not self._expects(case, 429):
            return Asked(case, exchange, "the target limits the rate: try again later", paid=paid)
        messages = [*self._expected(case, exchange, operation), *self._general(exchange, operation)]
        return Asked(case, exchange, messages=tuple(messages), paid=paid)

    def _expected(self, case: Case, exchange: Exchange, operation: Operation) -> Iterator[tuple[str, str]]:
        for each in case.expects:
            for message in EXPECTED[each.check](exchange, operation, each.params):
                yield each.requirement, message

    def _general(self, exchange: Exchange, operation: Operation) -> Iterator[tuple[str, str]]:
        for name, check in CHECKS.items():
            requirement = self._general_id(operation, name)
            for finding in check(exchange, operation, self.oracle) if requirement else ():
                yield requirement, finding.message

    def _general_id(self, operation: Operation, check: str) -> str:
        family = self.oracle.document.name.partition(".")[0]
        name = f"{family}.{operation.id}.{topic_of(check)}"
        return name if name in self.verdicts else ""

    def _note(self, asked: Asked) -> None:
        operation = self.oracle.document.operations[asked.case.operation]
        spoken = {each.requirement for each in asked.case.expects}
        if asked.exchange is not None and not asked.reason:
            spoken |= {name for check in CHECKS if (name := self._general_id(operation, check))}
            for name in spoken & set(self.verdicts):
                self.verdicts[name].climb(Status.PASSED)
            for name, message in asked.messages:
                if name in self.verdicts:
                    self.verdicts[name].climb(Status.FAILED, message)
            return
        status = Status.SKIPPED if "budget" in asked.reason else Status.ERRORED
        for name in spoken & set(self.verdicts):
            verdict = self.verdicts[name]
            verdict.reason = asked.reason
            verdict.climb(status, asked.reason if status is Status.ERRORED else "")


def _retry_after(exchange: Exchange, default: float) -> float:
    text = exchange.header("retry-after") or ""
    return min(float(text), LONGEST_WAIT) if text.isdecimal() else default


def told(run: Run) -> dict[str, Any]:
    """The numbers of a run for people and machines."""
    counts = {status.name.lower(): 0 for status in Status}
    for verdict in run.verdicts.values():
        counts[verdict.status.name.lower()] += 1
    return {**counts, "spent": float(run.budget.spent), "budget": float(run.budget.limit)}
