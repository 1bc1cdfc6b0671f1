"""The money of tasks: what they hold and cost, exact to the credit, whatever happens in which order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from support import InProcess

from proofsheet.mockserver.state import tasks as task_store
from proofsheet.mockserver.state.memory import Clock, MemoryState
from proofsheet.mockserver.state.tasks import Task
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

HOLDER = ("tasks", "sk-money")
KEY = {"x-key": "sk-money"}
CONTROL = {"authorization": None}
OPENING = Decimal(40)
FORCINGS = (
    "",
    "fails",
    "hang",
    "late=2",
    "back",
    "pace=looks",
    "pace=instant",
    "pace=looks, fails",
    "pace=3, back",
)
STATES = ("queued", "running", "done", "failed", "cancelled")
DOCUMENT = Library(Path(__file__).parent.parent / "miniature").load("tasks")


class Money(RuleBasedStateMachine):
    """One key's tasks, moved by its client, by the clock and from outside, in any order.

    What is right is told by what is seen: a task is settled by the first final state that it is in.
    """

    ids = Bundle("ids")

    @initialize()
    def serve(self) -> None:
        self.mock = InProcess((DOCUMENT,), credits=OPENING)
        self.state = self.mock.double.state
        self.state.move_clock(frozen=True)
        self.costs: dict[str, Decimal] = {}
        self.ends: dict[str, str] = {}

    def teardown(self) -> None:
        self.mock.close()

    @rule(
        target=ids,
        path=st.sampled_from(["/draw", "/draw/careful"]),
        forcing=st.sampled_from(FORCINGS),
        flagged=st.booleans(),
    )
    def submit(self, path: str, forcing: str, flagged: bool) -> str:
        body = {"prompt": "mock:flagged" if flagged else "a cat"}
        answer = self.mock.post(path, json=body, headers={**KEY, "proofsheet-task": forcing})
        if answer.status_code != 200:
            return "none"
        id = str(answer.json()["id"])
        self.costs[id] = Decimal(4 if path == "/draw" else 2)
        return id

    @rule(target=ids, parent=ids)
    def follow(self, parent: str) -> str:
        answer = self.mock.post(f"/tasks/{parent}/redraw", json={"prompt": "again"}, headers=KEY)
        if answer.status_code != 200:
            return "none"
        id = str(answer.json()["id"])
        self.costs[id] = Decimal(1)
        return id

    @rule(id=ids)
    def look(self, id: str) -> None:
        self.mock.get(f"/tasks/{id}", headers=KEY)

    @rule(id=ids, move=st.sampled_from(["cancel", "confirm"]))
    def move(self, id: str, move: str) -> None:
        body: Any = {"json": {}} if move == "confirm" else {}
        self.mock.post(f"/tasks/{id}/{move}", headers=KEY, **body)

    @rule(
        id=ids, how=st.sampled_from(["cancel", "confirm", "look"]), other=st.sampled_from(["cancel", "look"])
    )
    def two_at_once(self, id: str, how: str, other: str) -> None:
        async def both() -> None:
            await asyncio.gather(*(self._ask(id, each) for each in (how, other)))

        self.mock.run(both())

    async def _ask(self, id: str, how: str) -> None:
        if how == "look":
            await self.mock.send("GET", f"/tasks/{id}", headers=KEY)
        else:
            await self.mock.send("POST", f"/tasks/{id}/{how}", json={}, headers=KEY)

    @rule(seconds=st.sampled_from([0.2, 0.5, 1.0, 5.0]))
    def pass_time(self, seconds: float) -> None:
        self.state.move_clock(seconds)

    @rule(
        id=ids,
        move=st.sampled_from([{"finish": True}, {"fail": True}, {"advance": 1}])
        | st.builds(lambda state: {"state": state}, st.sampled_from(STATES)),
    )
    def from_outside(self, id: str, move: dict[str, Any]) -> None:
        self.mock.post(f"/_mock/tasks/{id}", json=move, headers=CONTROL)

    @invariant()
    def the_ledger_is_exact(self) -> None:
        shown = self.mock.get("/_mock/tasks", headers=CONTROL).json()["tasks"]
        for each in shown:
            if each["final"]:
                self.ends.setdefault(each["id"], each["state"])
        words = {None: "held", "done": "paid"}
        for each in shown:
            assert each["credits"] == words.get(self.ends.get(each["id"]), "returned")
        paid = sum(self.costs[id] for id, end in self.ends.items() if end == "done")
        held = sum(cost for id, cost in self.costs.items() if id not in self.ends)
        assert (self.state.balance(HOLDER), self.state.held(HOLDER)) == (OPENING - paid, held)


TestMoney = Money.TestCase
TestMoney.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


class At:
    """A clock that stands where it was put."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def remembering(credits: int | None = 100_000) -> tuple[MemoryState, At]:
    at = At()
    return MemoryState(lambda _: None if credits is None else Decimal(credits), clock=Clock(at)), at


def task(number: int, now: float, **more: Any) -> Task:
    return Task(
        **{
            "id": f"task-{number}",
            "holder": HOLDER,
            "operation": ("tasks", "draw"),
            "lifecycle": "drawing",
            "moves": ((now, "queued"),),
            "route": ((0.0, "queued"), (1.0, "done")),
            "ends": True,
            "request": "{}",
            "cost": Decimal(4),
            "charged": True,
            **more,
        }
    )


def submitted(state: MemoryState, *numbers: int, **more: Any) -> list[bool]:
    """Whether each of these tasks was taken; what is not taken holds nothing."""
    taken = []
    for number in numbers:
        made = task(number, state.now(), **more)
        assert state.reserve(made.holder, made.cost)
        taken.append(state.add_task(made) == "kept")
        if not taken[-1]:
            state.settle(made.holder, made.cost, False)
    return taken


def test_ten_thousand_queued_tasks() -> None:
    state, at = remembering()
    assert all(submitted(state, *range(10_000), charged=True))
    assert (state.balance(HOLDER), state.held(HOLDER)) == (100_000, 40_000)
    at.time += 1
    assert (state.balance(HOLDER), state.held(HOLDER)) == (60_000, 0)
    assert state.unfinished_tasks(HOLDER, "x") == 0


def test_of_too_many_the_oldest_that_have_ended_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_store, "MOST_TASKS", 5)
    state, at = remembering()
    assert submitted(state, *range(7)) == [True] * 5 + [False] * 2  # nothing that is under way is dropped
    assert state.held(HOLDER) == 20
    at.time += 1
    other = ("tasks", "sk-other")
    assert submitted(state, *range(10, 14), holder=other) == [True] * 4  # the first is asked for by nobody
    assert [each.id for each in state.tasks(HOLDER)] == ["task-4"]
    assert (state.balance(HOLDER), state.held(HOLDER)) == (100_000 - 20, 0)
    at.time += 1
    assert (state.balance(other), state.held(other)) == (100_000 - 16, 0)


def test_a_cancel_that_comes_during_the_finish_is_too_late() -> None:
    state, at = remembering()
    submitted(state, 1)
    seen = state.task("tasks", "task-1")
    assert seen is not None
    at.time += 1  # while the client's cancel is on its way it ends
    cancelled = seen._replace(
        moves=(*seen.moves, (at.time, "cancelled")), route=((0.0, "cancelled"),), charged=False
    )
    assert state.replace_task(seen, cancelled) == "changed"
    assert (state.balance(HOLDER), state.held(HOLDER)) == (100_000 - 4, 0)
    assert state.replace_task(seen, cancelled, anyway=True) == "changed"  # it was settled in between
    assert (state.balance(HOLDER), state.held(HOLDER)) == (100_000 - 4, 0)


def test_of_two_moves_at_once_the_second_sees_the_first() -> None:
    state, at = remembering()
    submitted(state, 1)
    seen = state.task("tasks", "task-1")
    assert seen is not None
    end: dict[str, Any] = {"moves": (*seen.moves, (at.time, "cancelled")), "route": ((0.0, "cancelled"),)}
    assert state.replace_task(seen, seen._replace(**end, charged=False)) == "replaced"
    assert state.replace_task(seen, seen._replace(**end, charged=True)) == "changed"
    assert (state.balance(HOLDER), state.held(HOLDER)) == (100_000, 0)


def test_credits_that_are_limited_later_are_held_all_the_same() -> None:
    state, at = remembering(None)
    submitted(state, 1, 2)
    state.set_balance(HOLDER, Decimal(10))
    assert not state.reserve(HOLDER, Decimal(4))
    at.time += 1
    assert (state.balance(HOLDER), state.held(HOLDER)) == (2, 0)


def test_many_tasks_through_the_api_are_held_and_paid(
    serve: Callable[..., InProcess], small_tasks: Document
) -> None:
    mock = serve(small_tasks, credits=Decimal(30))
    mock.double.state.move_clock(frozen=True)
    submissions = [mock.post("/draw/careful", json={"prompt": "a cat"}, headers=KEY) for _ in range(20)]
    answers = [each.status_code for each in submissions]
    assert answers == [200] * 15 + [400] * 5
    for each in mock.get("/_mock/tasks", headers=CONTROL).json()["tasks"]:
        mock.post(f"/tasks/{each['id']}/confirm", json={}, headers=KEY)
    mock.double.state.move_clock(1)
    state = mock.double.state
    assert (state.balance(HOLDER), state.held(HOLDER)) == (0, 0)
