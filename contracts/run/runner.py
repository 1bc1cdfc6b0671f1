"""Carrying out a plan: send, judge, take note. After each step all that is known is in the verdicts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from proofsheet.contracts.case import Case
from proofsheet.contracts.client.callback_receiver import Receiver
from proofsheet.contracts.client.http_client import HttpClient, wait
from proofsheet.contracts.client.probe import probe
from proofsheet.contracts.client.request_pace import Pace
from proofsheet.contracts.client.retry import LONGEST_WAIT, RetryingClient, Throttle
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.plan.plan import Plan
from proofsheet.contracts.run.attempts import Attempts, Result
from proofsheet.contracts.run.batches import batches, in_order
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.explorer import Explorer, Stop
from proofsheet.contracts.run.interrupts import Interrupts
from proofsheet.contracts.run.judge import Judge
from proofsheet.contracts.trail import Ended, Submitted
from proofsheet.contracts.verdict import UNSENT, Status, Verdict

__all__ = ["Result", "Run"]

MOST_AWAY = 3  # in a row without an answer, given up or shut out: then nothing more is sent
UNYIELDED = "a step of a search that reports others"
LAG = 2.0  # seconds until a balance that lags behind is requested again; then twice as many


@dataclass
class Run:
    """One run of a plan. `verdicts` is complete after every step.

    `workers` is how many requests of a burst go out at once, `concurrency` how many others; so many `tasks`
    are followed at the same time. `sent` counts requests, those of explorers included.
    """

    plan: Plan
    client: HttpClient
    oracle: Oracle
    budget: Budget
    pause: Callable[[float], None] = wait
    workers: int = 8  # for bursts
    concurrency: int = 1
    tasks: int = 1
    rate: float | None = None  # requests per second
    explorers: tuple[Explorer, ...] = ()
    interrupts: Interrupts = field(default_factory=Interrupts)
    receiver: Receiver | None = None  # of callbacks
    on_submitted: Callable[[Case, Submitted], None] = lambda case, task: None  # from any thread
    notice: Callable[[str], None] = lambda text: None  # what is waited for
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    sent: int = 0
    _away: int = 0
    _why: str = ""  # why nothing more is sent
    _interrupted: bool = False
    _paid: dict[str, Result] = field(default_factory=dict)  # by explorers, and not yet yielded

    def __post_init__(self) -> None:
        self.verdicts = {each.id: Verdict(each) for each in self.plan.requirements}
        for name, reason in self.plan.lacking.items():
            self.verdicts[name].reason = reason
        document = self.oracle.document
        pace = Pace(self.rate, self.pause)
        retrying = RetryingClient(
            self.client,
            document,
            pace,
            self.workers,
            probe(document),
            self._on_throttle,
            threading.Semaphore(self.concurrency),
            self.interrupts.sending,
        )
        self.client.notice = self._on_wait
        self.judging = Judge(self.oracle, self.verdicts)
        how = (self.budget, self.interrupts, self.notice, self.receiver, self._submitted)
        self._attempts = Attempts(retrying, self.judging, *how)

    def steps(self) -> Iterator[Result]:
        """Send case after case, then whatever the explorers find; yields what became of each.

        An interrupt goes on after the cases that it hit have been yielded: they may have been paid for.
        """
        for result in self._planned():
            self._note(result)
            yield result
        for explorer in self.explorers:
            yield from self._explored(explorer)

    def _submitted(self, case: Case, task: Submitted) -> None:
        self.on_submitted(case, task)

    def carry(self, ended: Ended) -> None:
        """Take note of a task of an earlier run that others may go on from."""
        self._attempts.followed.ended.append(ended)

    def _on_wait(self, case: Case, seconds: float) -> None:
        self.notice(f"{case.id}: the answer is not complete after {seconds:.0f} s; waiting")

    def _on_throttle(self, throttle: Throttle) -> None:
        left, rate = len(self.plan.cases) - self.sent, max(throttle.per_minute, 1)
        waits = f"Waiting {throttle.pause:.0f} s"
        if throttle.pause > LONGEST_WAIT:
            waits = f"Not waiting {throttle.pause:.0f} s, for {LONGEST_WAIT:.0f} is the longest"
        self.notice(
            f"{throttle}. {left} requests are left: about {max(left / rate, 1):.0f} minutes at that rate. "
            f"{waits}; with --rate {int(rate)}/m nothing is refused"
        )

    def _planned(self) -> Iterator[Result]:
        sent = 0
        for batch in batches(self.plan.cases, self.concurrency, self.tasks):
            if self._is_down:
                return self._leave(self.plan.cases[sent:])
            sent += len(batch.cases)
            if len(batch.cases) == 1:
                yield self._step(batch.cases[0])
            else:
                answers = in_order(self._send, batch.cases, batch.workers, self.interrupts)
                yield from (self._judged(*answer) for answer in answers)
            self._go_on()

    def _leave(self, cases: Sequence[Case]) -> None:
        """What is not sent any more: nothing passes by half of its cases."""
        self.notice(f"stopped: {self._why}; {len(cases)} requests are not sent")
        for case in cases:
            for name in {each.requirement for each in case.expects} & set(self.verdicts):
                verdict = self.verdicts[name]
                if verdict.status is Status.SKIPPED:
                    verdict.reason = f"{UNSENT}{self._why}"
                elif verdict.status is Status.PASSED:
                    verdict.climb(Status.ERRORED, self._why)
        known = list(self.verdicts.values())
        if known and all(each.status is Status.SKIPPED for each in known):
            known[0].climb(Status.ERRORED, self._why)  # nothing was judged: the run broke

    def _go_on(self) -> None:
        """Let an interrupt go on that was held up until what it hit was yielded."""
        if self._interrupted or self.interrupts.pending:
            raise KeyboardInterrupt

    @property
    def _is_down(self) -> bool:
        return self._away >= MOST_AWAY

    def _send(self, case: Case) -> tuple[Result, float]:
        if self._is_down:
            return Result(case, (), self._why, unreachable=True), 0.0
        return self._attempts.send(case)

    def _step(self, case: Case) -> Result:
        result = self._judged(*self._send(case))
        for turn in range(case.step.patience):
            if not result.messages or self._is_known(result) or self._interrupted:
                break
            try:
                with self.interrupts.waiting():
                    self.pause(LAG * 2**turn)
            except KeyboardInterrupt:
                self._interrupted = True
                self.judging.forget()
                reason = "interrupted before it was sent again"
                return replace(result, messages=(), reason=reason, skipped=True, interrupted=True)
            self.judging.forget()
            result = self._judged(*self._send(case))
        return result

    def _judged(self, answer: Result, began: float) -> Result:
        self.sent += not (answer.skipped or answer.unreachable)
        result = self._attempts.judge(answer, began)
        if not result.skipped:
            self._count_away(result)
        self._interrupted |= result.interrupted
        return result

    def _count_away(self, result: Result) -> None:
        if not (result.unreachable or result.limited or result.is_slow):
            self._away = 0
            return
        if not self._is_down:
            known = result.limited or result.is_other
            self._why = result.reason if known else "the target does not answer"
            self._why = "the answers stop or drip" if result.is_slow else self._why
        self._away += MOST_AWAY if result.is_other else 1

    def _is_known(self, result: Result) -> bool:
        """Whether all that was found has been found before: then patience is wasted."""
        return all(
            name in self.verdicts and self.verdicts[name].status >= Status.FAILED
            for name, _ in result.messages
        )

    def _explored(self, explorer: Explorer) -> Iterator[Result]:
        """What an explorer yields, and all that it paid for."""
        try:
            for result in explorer.explore(self._attempt):
                self._paid.pop(result.case.id, None)
                self._note(result)
                yield result
        except Stop:
            pass
        except Exception:  # a mistake of ours: what it has paid for is written down all the same
            yield from self._unyielded()
            raise
        yield from self._unyielded()
        self._go_on()

    def _unyielded(self) -> Iterator[Result]:
        """What an explorer paid for and did not yield; nothing passed or failed by it."""
        for each in self._paid.values():
            names = dict.fromkeys(expect.requirement for expect in each.case.expects)
            yield replace(each, messages=(), unjudged=tuple((name, UNYIELDED) for name in names))
        self._paid.clear()

    def _attempt(self, case: Case) -> Result:
        """An explorer's attempt. Raises Stop."""
        if self._is_down or self._interrupted or self.interrupts.pending:
            raise Stop
        result = self._judged(*self._attempts.send(case))
        if result.paid and case.cost:
            self._paid[case.id] = result
        if result.interrupted:
            raise Stop
        return result

    def _note(self, result: Result) -> None:
        judged = {each.requirement for each in result.case.expects} & set(self.verdicts)
        if result.exchange is not None and not result.reason:
            self._note_answer(result, judged | (set(result.general) & set(self.verdicts)))
            return
        status = Status.SKIPPED if result.skipped else Status.ERRORED
        for name in judged:
            self.verdicts[name].reason = result.reason
            self.verdicts[name].climb(status, result.reason if status is Status.ERRORED else "")
        self._note_findings(result)

    def _note_answer(self, result: Result, judged: set[str]) -> None:
        unjudged = dict(result.unjudged)
        for name in judged:
            if name not in unjudged:
                self.verdicts[name].climb(Status.PASSED)
            elif self.verdicts[name].status is Status.SKIPPED:
                self.verdicts[name].reason = unjudged[name]
        self._note_findings(result)

    def _note_findings(self, result: Result) -> None:
        for name, message in result.messages:
            if name in self.verdicts:
                self.verdicts[name].climb(Status.FAILED, message)
