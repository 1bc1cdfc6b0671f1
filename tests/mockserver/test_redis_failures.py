"""A Redis server that hangs, dies, is full or forgets: refusals that say so, no wrong money, and recovery."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from redis_server import RedisServer
from states import LIMITS, START, entry, opening, task
from waiting import wait_until
from wire import Process

from proofsheet.mockserver.cli import serve
from proofsheet.mockserver.state.redis import packing, waiting
from proofsheet.mockserver.state.redis.money import packed, unpacked
from proofsheet.mockserver.state.redis.state import RedisState

MINIATURE = Path(__file__).parent.parent / "miniature"
PROMPT = {"json": {"prompt": "a cat"}}
HOLDER = ("house", "sk-one")
COST = Decimal("3.1")


@pytest.fixture(scope="module")
def frail() -> Iterator[RedisServer]:
    """A server for tests that stop it; it finds again what it had."""
    made = RedisServer("--appendonly", "yes")
    yield made
    made.close()


@pytest.fixture(scope="module")
def served(frail: RedisServer) -> Iterator[Process]:
    options = ("tasks", "--spec", str(MINIATURE), "--state", f"{frail.url}?timeout=0.3")
    with Process(*options, documents=()) as made:
        yield made


@pytest.fixture
def state(redis_server: RedisServer) -> Iterator[RedisState]:
    redis_server.client.flushdb()
    made = RedisState(redis_server.url, opening, 12, 7, START)
    yield made
    made.close()


def draw(served: Process, key: str) -> Any:
    return served.client.post("/draw/careful", headers={"x-key": key}, **PROMPT)


def is_ready(served: Process) -> bool:
    return served.client.get("/readyz").status_code == 200


def ledger(served: Process, key: str) -> Any:
    return served.client.get("/_mock/ledger?family=tasks", headers={"authorization": f"Bearer {key}"}).json()


def is_refused(served: Process, key: str) -> None:
    answer = draw(served, key)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["title"] == "Proofsheet: state unavailable"
    assert "unix://" in answer.json()["detail"]
    assert served.client.get("/healthz").json() == {"ok": True}
    assert {served.client.get(path).status_code for path in ("/readyz", "/_mock/health")} == {503}


def test_one_that_hangs_does_nothing_afterwards_for_whom_was_refused(
    served: Process, frail: RedisServer, key: str
) -> None:
    assert draw(served, key).status_code == 200
    frail.hang()
    try:
        is_refused(served, key)
        is_refused(served, key)
    finally:
        frail.go_on()
    wait_until(lambda: is_ready(served))
    assert ledger(served, key) == {"credits": 1000, "held": 2}


def test_one_that_dies_and_comes_again_has_what_it_had(served: Process, frail: RedisServer, key: str) -> None:
    assert draw(served, key).status_code == 200
    frail.kill()
    is_refused(served, key)
    frail.start()
    wait_until(lambda: is_ready(served))
    assert ledger(served, key) == {"credits": 1000, "held": 2}


def test_one_that_is_full_takes_nothing_more(served: Process, frail: RedisServer, key: str) -> None:
    assert draw(served, key).status_code == 200
    frail.client.config_set("maxmemory", 1)
    is_refused(served, key)
    assert "no room" in draw(served, key).json()["detail"]
    frail.client.config_set("maxmemory", 0)
    wait_until(lambda: is_ready(served))
    assert ledger(served, key) == {"credits": 1000, "held": 2}


def test_one_that_has_forgotten_everything_starts_anew(served: Process, frail: RedisServer, key: str) -> None:
    assert draw(served, key).status_code == 200
    frail.client.flushall()
    assert ledger(served, key) == {"credits": 1000, "held": 0}
    assert draw(served, key).status_code == 200
    assert served.errors == []


def test_what_nobody_was_told_of_is_undone(state: RedisState) -> None:
    before = state.balance(HOLDER)
    assert state.reserve(HOLDER, COST, "one")
    state.void(HOLDER, "one")
    assert state.held(HOLDER) == 0
    assert state.reserve(HOLDER, COST, "two")
    state.settle(HOLDER, COST, True, None, "two")
    state.settle(HOLDER, COST, True, None, "two")  # told again
    assert state.balance(HOLDER) == before - COST
    state.void(HOLDER, "two")
    state.settle(HOLDER, COST, True, None, "two")  # comes late
    assert (state.balance(HOLDER), state.held(HOLDER)) == (before, 0)


@pytest.mark.parametrize("ends", [0.0, 50.0])
def test_a_task_that_nobody_was_told_of_is_undone(state: RedisState, ends: float) -> None:
    before = state.balance(HOLDER)
    assert state.reserve(HOLDER, COST, "three")
    made = task("one", HOLDER, COST, state.now(), ((0.0, "queued"), (ends, "done")), charged=True)
    assert state.add_task(made, None, "three") == "kept"
    assert state.balance(HOLDER) == (before if ends else before - COST)
    state.void(HOLDER, "three")
    assert (state.balance(HOLDER), state.held(HOLDER)) == (before, 0)
    assert state.task("house", "one") is None


def test_what_is_owed_is_done_before_anything_else_is_held(state: RedisState) -> None:
    assert state.reserve(HOLDER, Decimal(40), "four")
    state.owe("void", HOLDER, "four")
    assert state.reserve(HOLDER, Decimal(40), "five")


def test_what_was_held_by_a_process_that_died_is_let_go(state: RedisState, redis_server: RedisServer) -> None:
    assert state.reserve(HOLDER, COST, "six")
    holds = next(redis_server.client.scan_iter("*:holds:*"))
    until, cost = redis_server.client.hget(holds, "six").split()
    redis_server.client.hset(holds, "six", b"%f %s" % (float(until) - 900, cost))
    assert state.held(HOLDER) == 0


def test_every_key_ends_and_none_holds_a_credential(state: RedisState, redis_server: RedisServer) -> None:
    assert state.reserve(HOLDER, COST, "seven")
    state.add_task(task("one", HOLDER, COST, state.now(), ((0.0, "queued"), (5.0, "done"))), None, "seven")
    state.hit(HOLDER, LIMITS[0])
    state.remember(("kept", HOLDER[1], "a"), b"value", 9.0)
    state.fresh_seed(HOLDER, 9)
    state.record(entry(HOLDER, "key-1", "text"))
    state.move_clock(1.0)
    keys = list(redis_server.client.scan_iter())
    assert len(keys) > 10
    assert [each for each in keys if redis_server.client.ttl(each) < 0 or b"sk-" in each] == []


def test_money_is_exact() -> None:
    for text in ("0", "0.1", "1E+3", "-2.000000000000001", "123456789.000000000000009", "1000000000"):
        assert unpacked(packed(Decimal(text))) == Decimal(text)
    assert unpacked(packed(None)) is None


def test_bytes_that_name_anything_but_values_are_refused() -> None:
    from pickle import UnpicklingError

    ours = ("mockserver.workers\nrun", "mockserver.workers\nno_more", "mockserver.no_more\nRun")
    named = (f"cproofsheet.{each}\n.".encode() for each in ours)
    for data in (b"cos\nsystem\n(S'true'\ntR.", *named):
        with pytest.raises(UnpicklingError, match="no value of ours"):
            packing.unpacked(data)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://host", "expected `memory`, redis://host:port/db"),
        ("redis://:hunter2@127.0.0.1:1/0", "cannot reach redis://127.0.0.1:1"),
        ("unix:///nowhere?timeout=soon", "expected timeout=SECONDS, from 0 to 60, came 'soon'"),
        ("unix:///nowhere?colour=red", "unix:///nowhere: got an unexpected keyword argument 'colour'"),
    ],
)
def test_what_is_no_state_is_said(url: str, said: str) -> None:
    answer = CliRunner().invoke(serve, ["tasks", "--spec", str(MINIATURE), "--port", "0", "--state", url])
    assert answer.exit_code in (1, 2)
    assert said in " ".join(answer.output.split())
    assert "hunter2" not in answer.output


def test_who_waits_for_an_answer_lets_others_go_on(redis_server: RedisServer, state: RedisState) -> None:
    """A task of the event loop asks a server that hangs; another wakes the server up."""

    async def ask() -> float:
        return state.now()

    async def both() -> float:
        asyncio.get_running_loop().set_task_factory(waiting.task_factory)
        redis_server.hang()
        asking = asyncio.create_task(ask())
        await asyncio.sleep(0)  # it has asked, and waits
        redis_server.go_on()
        return await asking

    assert asyncio.run(both()) >= START
