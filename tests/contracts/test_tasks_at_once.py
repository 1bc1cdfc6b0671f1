"""Several tasks at once: how many, within which budget, how long each is waited for, what is said of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from judging import Judged
from task_breakages import refusals_of_moves_are_200
from task_relays import Forward
from waiting import PATIENCE

from proofsheet.contracts.client.target import BadTarget
from proofsheet.contracts.client.target_file import from_file
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.plan.plan import plan
from proofsheet.contracts.plan.task_times import at_once, in_lanes, of_requests, of_task, patiently
from proofsheet.contracts.pricing import priced
from proofsheet.contracts.run.awaited import Awaited
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.settings import settings
from proofsheet.contracts.trail import VIEW, Look, Trail
from proofsheet.mockserver.tasks.pace import parse_pace
from proofsheet.spec.document import Document

HOME = Path(__file__).parents[1] / "miniature"


class Together(Judged):
    """Its tasks wait for each other before they are looked at: alone they would never be."""

    def __init__(self, document: Document, parties: int, relay: Any) -> None:
        self._met: set[int] = set()
        self._all = threading.Barrier(parties, timeout=PATIENCE)
        made = plan(Source(document), "core", ("tasks.draw.task", "tasks.cancel"))
        super().__init__(document, made, relay=relay)
        self.run.tasks = parties

    def _pause(self, seconds: float) -> None:
        super()._pause(seconds)
        if threading.get_ident() not in self._met and threading.current_thread().name != "MainThread":
            self._met.add(threading.get_ident())
            self._all.wait()


def test_tasks_go_on_at_the_same_time_and_requests_one_by_one(small_tasks: Document) -> None:
    under_way, most, lock = [0], [0], threading.Lock()

    def relay(request: httpx.Request, forward: Forward) -> httpx.Response:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        try:
            return forward(request)
        finally:
            under_way[0] -= 1

    judged = Together(small_tasks, 2, relay)
    followed = [each.id for each in judged.run.plan.cases if each.follow]
    assert len(followed) == 3  # of which neither goes on from the other
    judged.all()
    assert judged.told() == {}
    assert most == [1]
    assert [each.case.id for each in judged.asked if each.trail] == followed


def test_what_is_granted_too_early_is_paid_for_and_passes_no_budget(small_tasks: Document) -> None:
    made = plan(Source(small_tasks), "core", ("tasks.redraw.task.early", "tasks.draw.task"))
    spent = []
    for limit in (made.price + 100, made.price):
        judged = Judged(small_tasks, made, relay=refusals_of_moves_are_200())
        judged.run.budget.limit = limit
        judged.all()
        spent.append(judged.run.budget.spent)
        assert spent[-1] <= limit
    assert spent[0] > made.price >= spent[1]


def test_what_is_held_may_turn_out_to_be_free() -> None:
    budget = Budget(Decimal(5))
    answers: list[bool] = []
    for paid in (False, True):
        assert budget.hold(Decimal(4))
        waiting = threading.Thread(target=lambda: answers.append(budget.hold(Decimal(2))))
        waiting.start()
        budget.settle(Decimal(4), paid)
        waiting.join(PATIENCE)
        budget.settle(Decimal(2), False) if answers[-1] else None
    assert answers == [True, False]
    assert (budget.spent, budget.held) == (4, 0)


def test_as_many_as_the_document_allows(small_tasks: Document) -> None:
    made = plan(Source(small_tasks), "core")
    assert at_once(small_tasks, made) == (3, "the document")
    alone = replace(made, cases=tuple(each for each in made.cases if each.operation == "redraw"))
    assert at_once(small_tasks, alone) == (4, "default")


def test_seconds_of_tasks_are_those_of_their_ordinary_way(small_tasks: Document) -> None:
    cases = {each.operation: each for each in plan(Source(small_tasks), "core").cases if each.follow}
    assert of_task(small_tasks, cases["draw"]) == (4, 6)
    assert of_task(small_tasks, cases["drawCarefully"]) == (4, 6)  # a client confirms at once
    assert [in_lanes((4, 4, 6), lanes) for lanes in (1, 2, 3)] == [14, 10, 6]
    assert of_requests(small_tasks, 30, None) == 0
    assert of_requests(small_tasks, 30, 0.5) == 60


def test_a_dry_run_says_minutes_and_patience() -> None:
    given = {"home": HOME, "rate": 0.5}
    said = priced(settings("tasks", given, sends=False), ())
    assert "4 tasks, up to 3 at once, 4 to 6 s each, given up after 60 s." in said
    assert "It takes about " in said
    slow = settings("tasks", {**given, "patience": 900.0, "task_seconds": 300, "tasks": 1}, sends=False)
    assert "up to 1 at once, 300 s each, given up after 900 s." in priced(slow, ())
    assert {each.follow.patience for each in slow.plan.cases if each.follow} == {900}


def test_who_is_impatient_is_told_how_long_the_document_says(small_tasks: Document) -> None:
    made = patiently(plan(Source(small_tasks), "core", ("tasks.draw.task.ends",)), 2.0)
    judged = Judged(small_tasks, made, task_pace=parse_pace("1000")).all()
    [[said]] = judged.told().values()
    assert said.endswith(" s, the patience of this run; the document says up to 6 s")
    assert not any(each.messages for each in judged.run.verdicts.values())


@pytest.mark.parametrize(
    "text", ["tasks = 0", "tasks = true", 'patience = "long"', "patience = 0", "task_seconds = 1e9"]
)
def test_a_target_file_has_numbers_that_can_be(text: str, tmp_path: Path) -> None:
    path = tmp_path / "target.toml"
    path.write_text(text)
    with pytest.raises(BadTarget, match="must be"):
        from_file(path)


def test_what_takes_long_is_said_now_and_then(small_tasks: Document) -> None:
    lines: list[str] = []
    times: Iterator[float] = iter((0.0, 1.9, 2.1, 11.9, 12.2))
    awaited = Awaited(lines.append, lambda: next(times))
    operations = small_tasks.operations
    exchange = Exchange("GET", "http://a", (), b"", 200, (("content-type", "application/json"),), BODY)
    looks = (Look(VIEW, operations["look"], exchange),)
    trail = Trail(operations["draw"], operations["look"], "a", {}, looks, waited=3.2)
    for _ in range(5):
        awaited.looked("draw/task-1", trail)
    assert lines == ["waiting for draw/task-1 running 30%, 3 s"] * 2
    awaited.ended("draw/task-1")


BODY = b'{"id": "a", "state": "RUNNING", "kind": "DRAW", "prompt": "a cat", "progress": "30%"}'
