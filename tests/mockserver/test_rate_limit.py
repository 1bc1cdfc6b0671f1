"""150 requests in 10 seconds, then out for 60: exactly, per key, on the double's clock."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_requests import BALANCE, CORE, bearer
from support import InProcess

from proofsheet.mockserver.limits import counted_by, duration
from proofsheet.mockserver.state import accounts, recent
from proofsheet.mockserver.state.memory import Clock, MemoryState
from proofsheet.spec.expressions import parse
from proofsheet.spec.policy import RateLimit, TokenLimit
from proofsheet.spec.resources import ResourceRole, Resources

LIMIT = RateLimit(150, 10, 60)


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.state = MemoryState(lambda key: None, clock=Clock(lambda: self.time))

    def hit(self, key: str = "k") -> bool:
        return self.state.hit(("stability", key), LIMIT)


def test_the_document_says_so(document: Any) -> None:
    assert {each.policy.rate_limit for each in document.operations.values()} == {LIMIT}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0ms"),
        (0.0121, "13ms"),
        (0.9996, "1s"),
        (7.66, "7.66s"),
        (16.1, "16.1s"),
        (59.9996, "1m0s"),
        (119.9996, "2m0s"),
        (360, "6m0s"),
    ],
)
def test_a_duration_has_no_60_seconds_and_no_1000_milliseconds(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_150_pass_and_the_next_is_out_for_a_minute_to_the_moment() -> None:
    hand = Hand()
    assert all(hand.hit() for _ in range(150))
    assert not hand.hit()
    hand.time += 59.999
    assert not hand.hit()
    hand.time += 0.001
    assert [hand.hit() for _ in range(151)] == [True] * 150 + [False]


def test_the_window_slides() -> None:
    hand = Hand()
    for _ in range(75):
        assert hand.hit()
    hand.time += 5
    for _ in range(75):
        assert hand.hit()
    hand.time += 5  # the first half is exactly ten seconds old: it no longer counts
    assert all(hand.hit() for _ in range(75))
    assert not hand.hit()


def test_just_inside_the_window_still_counts() -> None:
    hand = Hand()
    assert all(hand.hit() for _ in range(150))
    hand.time += 9.999
    assert not hand.hit()


def test_refusals_do_not_prolong_the_penalty() -> None:
    hand = Hand()
    for _ in range(151):
        hand.hit()
    for _ in range(59):
        hand.time += 1
        assert not hand.hit()
    hand.time += 1
    assert hand.hit()


def test_refusals_count_where_the_document_says_so() -> None:
    hand = Hand()
    limit = RateLimit(3, 10, 60, refused="count")
    assert [hand.state.hit(("f", "k"), limit) for _ in range(4)] == [True] * 3 + [False]
    hand.time += 59
    assert not hand.state.hit(("f", "k"), limit)  # and the penalty begins anew
    hand.time += 59.9
    assert not hand.state.hit(("f", "k"), limit)
    hand.time += 60
    assert hand.state.hit(("f", "k"), limit)


@pytest.mark.parametrize(("refused", "again"), [("pass", True), ("count", False)])
def test_without_a_penalty_the_window_alone_decides(refused: str, again: bool) -> None:
    hand = Hand()
    limit = RateLimit(2, 10, 0, refused=refused)
    assert [hand.state.hit(("f", "k"), limit) for _ in range(4)] == [True, True, False, False]
    hand.time += 5
    assert [hand.state.hit(("f", "k"), limit) for _ in range(2)] == [False, False]
    hand.time += 5  # the two that passed no longer count
    assert hand.state.hit(("f", "k"), limit) is again


def test_what_is_counted_under_another_name_has_a_window_of_its_own() -> None:
    hand = Hand()
    limit = RateLimit(1, 10, 60)
    assert hand.state.hit(("f", "k"), limit, "one")
    assert not hand.state.hit(("f", "k"), limit, "one")
    assert hand.state.hit(("f", "k"), limit, "two")
    hand.state.reset("k")
    assert hand.state.hit(("f", "k"), limit, "one")


class Counted:
    """A call as far as limits look at it: its operation needs the one of two models that a request names."""

    def __init__(self, model: object) -> None:
        role = ResourceRole(Resources("models", {"small": {}, "large": {}}), parse("$request.body#/model"))
        self.operation = SimpleNamespace(id="chat", resource=role)
        self._model = model

    def evaluate(self, expression: object) -> object:
        assert expression == self.operation.resource.id
        return self._model


@pytest.mark.parametrize(
    ("per", "model", "name"),
    [
        ("credential", "small", ""),
        ("operation", "small", "chat"),
        ("resource", "small", "small"),
        ("resource", "large", "large"),
        ("resource", "none-of-that-name", ""),  # else each made-up name would have a window of its own
        ("resource", ["small"], ""),
        ("resource", None, ""),
    ],
)
def test_a_limit_counts_by_operation_or_by_the_resource_that_a_call_names(
    per: str, model: object, name: str
) -> None:
    call: Any = Counted(model)
    for limit in (RateLimit(1, 10, 60, per=per), TokenLimit(1, 10, per)):
        assert counted_by(call, limit) == name


def test_limits_that_differ_do_not_share_a_window() -> None:
    hand = Hand()
    slow, fast = RateLimit(1, 60, 60), RateLimit(3, 1, 60)
    assert hand.state.hit(("f", "k"), slow)
    hand.time += 2
    assert hand.state.hit(("f", "k"), fast)
    assert not hand.state.hit(("f", "k"), slow)  # its window is its own
    assert hand.state.hit(("f", "k"), fast)


@pytest.mark.parametrize("what", ["balance", "seed", "limit"])
def test_of_too_many_keys_the_one_used_longest_ago_is_forgotten(
    monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(recent, "MOST_REMEMBERED", 3)
    monkeypatch.setattr(accounts, "MOST_ACCOUNTS", 3)
    state = MemoryState(lambda holder: Decimal(10), seed=7)

    def use(name: str) -> object:
        if what == "seed":
            return state.fresh_seed(("f", name), 10**9)
        if what == "limit":
            return state.hit(("f", name), RateLimit(1, 10**6, 10**6))
        state.settle(("f", name), Decimal(1), charge=True)
        return state.balance(("f", name))

    first = {name: use(name) for name in ("old", "b", "c")}
    assert use("old") != first["old"]
    use("d")  # forgets b, which was used longest ago
    assert use("b") == first["b"]
    assert use("old") != first["old"]


def test_keys_are_apart() -> None:
    hand = Hand()
    for _ in range(151):
        hand.hit("one")
    assert (hand.hit("one"), hand.hit("two")) == (False, True)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0, 5), max_size=60), st.integers(1, 8))
def test_never_more_than_the_limit_in_any_window(gaps: list[float], most: int) -> None:
    hand, passed = Hand(), []
    limit = RateLimit(most, 10, 60)
    for gap in gaps:
        hand.time += gap
        if hand.state.hit(("f", "k"), limit):
            passed.append(hand.time)
    for start in passed:
        assert sum(start <= each < start + 10 for each in passed) <= most


def _ask(mock: InProcess, key: str, number: int) -> list[int]:
    return [mock.get(BALANCE, headers=bearer(key)).status_code for _ in range(number)]


@pytest.fixture
def frozen(mock: InProcess) -> InProcess:
    assert mock.post("/_mock/clock", json={"frozen": True}).json()["frozen"] is True
    return mock


def test_over_http_and_by_the_clock_of_the_control_surface(frozen: InProcess, key: str) -> None:
    assert _ask(frozen, key, 150) == [200] * 150
    refused = frozen.form(CORE, {"prompt": "a cat"}, headers=bearer(key))
    assert (refused.status_code, refused.json()["name"], refused.json()["id"]) == (
        429,
        "rate_limit_exceeded",
        "rate_limit_exceeded",
    )
    v1 = frozen.get(BALANCE, headers=bearer(key))
    assert (v1.status_code, v1.json()["name"]) == (429, "rate_limit_exceeded")
    assert _ask(frozen, key + "x", 1) == [200]
    frozen.post("/_mock/clock", json={"advance": 59.9})
    assert _ask(frozen, key, 1) == [429]
    frozen.post("/_mock/clock", json={"advance": 0.1})
    assert _ask(frozen, key, 1) == [200]


def test_calls_that_are_refused_before_do_not_count(frozen: InProcess, key: str) -> None:
    for _ in range(151):
        assert frozen.form(CORE, {}, headers=bearer(key)).status_code == 400
    assert _ask(frozen, key, 1) == [200]


def test_the_control_surface_does_not_count(frozen: InProcess, key: str) -> None:
    for _ in range(151):
        frozen.get("/_mock/ledger", headers=bearer(key))
    assert _ask(frozen, key, 150) == [200] * 150


def test_it_can_be_switched_off(house: InProcess, key: str) -> None:
    assert set(_ask(house, key, 160)) == {200}


def test_reset_ends_a_penalty(frozen: InProcess, key: str) -> None:
    assert _ask(frozen, key, 151)[-1] == 429
    frozen.post("/_mock/reset", headers=bearer(key))
    assert _ask(frozen, key, 1) == [200]


def test_a_clock_that_runs_and_stands() -> None:
    real = [100.0]
    clock = Clock(lambda: real[0])
    clock.advance(5)
    assert clock.now() == 105
    clock.freeze(True)
    real[0] += 50
    assert (clock.now(), clock.frozen) == (105, True)
    clock.advance(1)
    clock.freeze(False)
    assert clock.now() == 106
    real[0] += 2
    assert (clock.now(), clock.frozen) == (108, False)
