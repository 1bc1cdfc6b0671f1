"""An interrupt, wherever it comes: what is known of money stays known, and nobody is said to have broken."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from proofsheet.contracts.client.http_client import HttpClient
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.plan.plan import plan
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.interrupts import Interrupts
from proofsheet.contracts.run.runner import Result, Run
from proofsheet.contracts.verdict import Status
from proofsheet.spec.load import Library

DOCUMENT = "stability.pages-2024"
ONLY = ("stability.generateCore",)
REFUSED = httpx.Response(400, json={"id": "0" * 32, "name": "bad_request", "errors": ["no"]})


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def judged(
    answer: Callable[[httpx.Request], httpx.Response],
    pause: Callable[[float], None] = lambda seconds: None,
    grace: float = 30.0,
    rate: float | None = None,
) -> tuple[Run, list[Result]]:
    """A run of refusals, which costs nothing, and what became of each until it was interrupted."""
    document = Library().load(DOCUMENT)
    made = plan(Source(document), "free", ONLY)
    refusals = tuple(
        each for each in made.cases if each.cost > 0 and not each.pays
    )  # granted, they would cost
    assert len(refusals) > 2
    made = replace(made, cases=refusals)
    client = HttpClient(document, Target("http://target.test", "sk-0123456789"), httpx.MockTransport(answer))
    budget = Budget(Decimal(60))
    run = Run(made, client, Oracle(document), budget, pause, rate=rate, interrupts=Interrupts(grace=grace))
    told: list[Result] = []
    with run.interrupts.handled(), pytest.raises(KeyboardInterrupt):
        told.extend(run.steps())
    client.close()
    return run, told


def states(run: Run) -> set[Status]:
    return {each.status for each in run.verdicts.values()}


@pytest.mark.parametrize("signals", [1, 2])
def test_a_request_on_its_way_is_answered_first(signals: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        for _ in range(signals):
            interrupt()
        return REFUSED

    before = signal.getsignal(signal.SIGALRM)
    run, told = judged(answer)
    assert (run.budget.spent, run.budget.held, run.sent) == (0, 0, 1)
    assert [each.reason for each in told] == [""]
    assert Status.ERRORED not in states(run)
    assert signal.getsignal(signal.SIGALRM) is before


def test_what_was_not_sent_costs_nothing() -> None:
    def pause(seconds: float) -> None:
        interrupt()

    run, told = judged(lambda request: REFUSED, pause, rate=0.001)
    assert (run.budget.spent, run.budget.held, run.sent) == (0, 0, 1)
    assert [each.reason for each in told] == ["", "interrupted before it was sent"]
    assert Status.ERRORED not in states(run)


def test_an_answer_that_does_not_come_may_have_been_paid_for() -> None:
    held = threading.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        interrupt()
        held.wait(60)
        return REFUSED

    began = time.monotonic()
    run, told = judged(answer, grace=0.2)
    assert time.monotonic() - began < 30
    assert [each.paid for each in told] == [True]
    assert told[0].reason.startswith("interrupted before the answer came; the ")
    assert run.budget.spent == told[0].case.cost > 0
    assert Status.ERRORED in states(run)
