"""Histories of requests, sent once: what the balance showed after each, and what is found.

Their pictures are paid for, so no history is sent again: its result is remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.money import BalanceMoves, CostsItsPrice, RefusalsAreFree
from proofsheet.contracts.derive.explored import CONSERVED
from proofsheet.contracts.derive.samples import case_of
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.explore.request_sample import Sample
from proofsheet.contracts.explore.search import Enough
from proofsheet.contracts.run.explorer import Attempt, Stop
from proofsheet.spec.document import Operation

if TYPE_CHECKING:
    from proofsheet.contracts.run.attempts import Result

REQUESTS = 40  # free ones of a run
PICTURES = 3  # of a run
LAG = 2.0  # seconds until a balance that lags behind is requested again; then twice as many
PATIENCE = 3
Step = Sample | None  # None requests the balance in the midst of a history


def balance_case_id(balance: Operation, number: int) -> str:
    """The id of the case that requests the balance for the nth time."""
    return f"{balance.id}/{CONSERVED}-{number}"


def _is_picture(step: Step) -> bool:
    return step is not None and step.fault is None


@dataclass
class LedgerReplay:
    """Sends histories and keeps their results. So many requests are `left`, so many `pictures` among them."""

    attempt: Attempt
    balance: Operation
    requirement: str
    left: int = REQUESTS
    pictures: int = PICTURES
    stopped: Stop | None = None
    is_over: bool = False  # a refusal was granted, which has to be paid for; or nothing is sent any more
    _found: tuple[int, Result] | None = None  # the steps of the shortest history that is off, and its end
    _last: Result | None = None
    _held: Result | None = None
    _balance_cases: int = 0
    _owes: bool = False  # something was granted since the balance was last requested
    _played: dict[tuple[str, ...], bool] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        """Whether there is nothing more to find."""
        return self._found is not None or self.is_over

    def open(self) -> bool:
        """Request the balance until it shows what was paid earlier; False where it does not."""
        try:
            return not self._messages(self._settle(BalanceMoves))
        except Enough:
            return False

    def is_inconsistent(self, history: Sequence[Step]) -> bool:
        """Whether the balance does not add up over a history. Raises Enough."""
        key = tuple(f"{each.operation.id} {each.digest}" if each else "" for each in history)
        if key not in self._played:
            if sum(_is_picture(each) for each in history) > self.pictures:
                return False
            if self.is_over or len(history) + 1 > self.left:
                raise Enough
            self._played[key] = self._play(history)
        return self._played[key]

    def results(self) -> Iterator[Result]:
        """What does not add up; or else a balance that did; or else one that cannot be judged."""
        found = self._found[1] if self._found else None
        best = found or self._held or self._last
        if best is not None:
            yield best

    def _play(self, history: Sequence[Step]) -> bool:
        done: list[str] = []
        for step in (*history, None):
            if step is not None:
                done.append(self._step(step))
            elif done and self._is_inconsistent(done):
                return True
        return False

    def _step(self, step: Sample) -> str:
        is_picture = _is_picture(step)
        result = self._send(step.case(CONSERVED, pays=is_picture))
        self._owes |= result.paid
        self.pictures -= is_picture
        self.is_over |= result.paid and not is_picture  # this history is the last one
        return f"{step.operation.id} {'granted' if result.paid else 'refused'}"

    def _is_inconsistent(self, done: list[str]) -> bool:
        checks = (BalanceMoves, CostsItsPrice) if self._owes else (RefusalsAreFree,)
        result = self._settle(*checks)
        self._owes = False
        messages = self._messages(result)
        if not messages:
            is_judged = result.exchange is not None and not result.reason and not result.unjudged
            self._held = result if is_judged else self._held
        elif self._found is None or len(done) <= self._found[0]:
            story = f"{messages[0]}, after: {', '.join(done)}"
            self._found = len(done), replace(result, messages=((self.requirement, story),))
        return bool(messages)

    def _settle(self, *checks: type[Expectation]) -> Result:
        """Request the balance; again for a while where it does not show a payment yet."""
        result = self._send(self._balance_case(checks, 0.0))
        for turn in range(PATIENCE if BalanceMoves in checks else 0):
            if not self._messages(result):
                break
            again = self._send(self._balance_case(checks, LAG * 2**turn))
            if again.unjudged and not self._messages(again):
                break  # a balance that fell by too much or too little is reported once
            result = again
        self._last = result
        return result

    def _balance_case(self, checks: tuple[type[Expectation], ...], wait: float) -> Case:
        self._balance_cases += 1
        expects = tuple(each(self.requirement) for each in checks)
        return replace(
            case_of(self.balance, "", {}, expects, wait=wait),
            id=balance_case_id(self.balance, self._balance_cases),
        )

    def _send(self, case: Case) -> Result:
        self.left -= 1
        try:
            result = self.attempt(case)
        except Stop as stop:
            self.stopped, self.is_over = stop, True
            raise Enough from None
        if result.skipped:
            self.is_over = True
            self._last = result if self._last is None else self._last
            raise Enough
        return result

    def _messages(self, result: Result) -> list[str]:
        return [text for name, text in result.messages if name == self.requirement]
