"""Credits: what a call costs, that refusals are free, and that not one is lost or spent twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sample_requests import BALANCE, CORE, PROMPT, SD3, ULTRA, V1, ask, bearer
from support import InProcess

from proofsheet.mockserver.medium import MEDIA
from proofsheet.mockserver.state.memory import MemoryState
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

DOCUMENT = Library().load("stability")
SMALL = {"aspect_ratio": "9:21", "output_format": "jpeg"}


def _table(document: Document) -> list[Any]:
    found = []
    for operation in document.operations.values():
        if operation.cost is not None:
            credits = operation.cost.credits
            rows = credits.table.items() if credits.table else [(None, credits.constant)]
            field = credits.field[0] if credits.field else None
            found += [
                pytest.param(operation, field, name, cost, id=f"{operation.id}-{name}") for name, cost in rows
            ]
    return found


def _left(mock: InProcess, key: str) -> float:
    return float(mock.get(BALANCE, headers=bearer(key)).json()["credits"])


@pytest.mark.parametrize(("operation", "field", "name", "cost"), _table(DOCUMENT))
def test_every_row_of_the_costs(
    house: InProcess, key: str, operation: Any, field: str | None, name: str, cost: float
) -> None:
    house.request("PUT", "/_mock/ledger", json={"credits": 100}, headers=bearer(key))
    response = ask(house, operation, {field: name} if field else {}, headers=bearer(key))
    assert response.status_code == 200
    if operation.task is not None:
        house.double.state.move_clock(5)  # it is paid for when it has ended
    assert _left(house, key) == float(100 - Decimal(str(cost)))


def test_the_last_credits_can_be_spent_and_no_more(mock: InProcess) -> None:
    key = "sk-mock-credits-7"
    answers = [
        mock.form(CORE, {"prompt": PROMPT, **SMALL}, headers=bearer(key)).status_code for _ in range(3)
    ]
    assert (answers, _left(mock, key)) == ([200, 200, 402], 1)


def test_unlimited_credits_never_fall(house: InProcess, key: str) -> None:
    before = _left(house, key)
    assert house.form(ULTRA, {"prompt": PROMPT, **SMALL}, headers=bearer(key)).status_code == 200
    assert _left(house, key) == before


COSTS = {ULTRA: 8, CORE: 3, SD3: 6.5}
CALLS = st.lists(
    st.tuples(st.sampled_from([*COSTS]), st.sampled_from(["", " mock:error", " mock:flagged"])), max_size=8
)


@settings(deadline=None, max_examples=8)
@given(CALLS, st.integers(0, 40))
def test_calls_at_once_never_overdraw_and_never_lose_a_charge(
    house: InProcess, calls: Any, credits: int
) -> None:
    from sample_requests import Sessions

    key = Sessions.key()
    house.request("PUT", "/_mock/ledger", json={"credits": credits}, headers=bearer(key))

    async def together() -> list[Any]:
        sent = (
            house.send(
                "POST",
                path,
                files={"prompt": (None, PROMPT + more), "output_format": (None, "jpeg")},
                headers=bearer(key),
            )
            for path, more in calls
        )
        return list(await asyncio.gather(*sent))

    answers = house.run(together())
    paid = sum(COSTS[path] for (path, _), each in zip(calls, answers, strict=True) if each.status_code == 200)
    assert _left(house, key) == credits - paid >= 0
    for (path, more), each in zip(calls, answers, strict=True):
        if each.status_code == 402 and not more:
            held = sum(COSTS[other] for other, _ in calls)
            assert held > credits, path


class Ledger(RuleBasedStateMachine):
    """The State against a plain model, calls held open in any order."""

    @initialize(credits=st.integers(0, 50))
    def begin(self, credits: int) -> None:
        self.opening = Decimal(credits)
        self.state = MemoryState(lambda key: self.opening)
        self.held: list[Decimal] = []
        self.charged = Decimal(0)

    @rule(cost=st.decimals(0, 20, places=1))
    def reserve(self, cost: Decimal) -> None:
        free = self.opening - self.charged - sum(self.held)
        assert self.state.reserve("k", cost) == (cost <= free)
        if cost <= free:
            self.held.append(cost)

    @rule(charge=st.booleans(), which=st.integers(0))
    def settle(self, charge: bool, which: int) -> None:
        if self.held:
            cost = self.held.pop(which % len(self.held))
            self.state.settle("k", cost, charge)
            self.charged += cost if charge else 0

    @invariant()
    def nothing_is_lost(self) -> None:
        if hasattr(self, "state"):
            assert self.state.balance("k") == self.opening - self.charged
            assert self.state.balance("k") >= sum(self.held)  # type: ignore[operator]
            assert self.state.balance("another") == self.opening


Ledger.TestCase.settings = settings(deadline=None, max_examples=40, stateful_step_count=25)
TestLedger = Ledger.TestCase


def test_a_failure_inside_gives_the_credits_back(
    house: InProcess, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.request("PUT", "/_mock/ledger", json={"credits": 8}, headers=bearer(key))

    async def fail(*_: Any) -> None:
        raise OSError("no")

    with monkeypatch.context() as patch:
        patch.setitem(cast(Any, MEDIA), "image", replace(MEDIA["image"], render=fail))
        patch.setattr(house, "judged", lambda response: None)  # a bug is what is wanted here
        response = house.form(ULTRA, {"prompt": PROMPT}, headers=bearer(key))
        assert (response.status_code, response.json()["title"]) == (500, "Proofsheet: mock bug")
    assert house.form(ULTRA, {"prompt": PROMPT, **SMALL}, headers=bearer(key)).status_code == 200


def test_a_whole_number_written_with_a_point_counts_and_costs(mock: InProcess, key: str) -> None:
    body = {"text_prompts": [{"text": "a cat"}], "samples": 2.0}
    response = mock.post(V1, json=body, headers=bearer(key))
    assert len(response.json()["artifacts"]) == 2
    balance = mock.get("/v1/user/balance", headers=bearer(key)).json()["credits"]
    assert balance == pytest.approx(1000 - 1.8)
