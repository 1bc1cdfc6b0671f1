"""Every implementation of State answers the same history alike: that of one process is the model."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from redis_server import RedisServer
from states import MACHINES, START, Courses, Credits, Happenings, History, Limits, Values, model, opening

from proofsheet.mockserver.state import remote
from proofsheet.mockserver.state.protocol import State
from proofsheet.mockserver.state.redis.link import Script
from proofsheet.mockserver.state.redis.state import RedisState

SETTINGS = settings(
    max_examples=20,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
# More steps than it takes: the first that shows the fault ends it, and nothing is made smaller.
FINDING = settings(SETTINGS, max_examples=100, phases=[Phase.generate], report_multiple_bugs=False)


class Keeper:
    """A memory that another thread keeps, as the parent of several workers does; two lines to it."""

    def __init__(self) -> None:
        pairs = [socket.socketpair() for _ in range(2)]
        self._ours = [mine for mine, _ in pairs]
        self.lines = [theirs for _, theirs in pairs]
        self._thread = threading.Thread(target=remote.keep, args=(model(), self._ours, lambda: True))
        self._thread.start()

    def states(self) -> list[State]:
        return [remote.RemoteState(each) for each in self.lines]  # type: ignore[misc]

    def close(self) -> None:
        for each in self.lines:
            each.close()
        self._thread.join()
        for each in self._ours:
            each.close()


@pytest.mark.parametrize("history", MACHINES)
def test_the_memory_of_a_parent_process(history: type[History]) -> None:
    class ByWorkers(history):  # type: ignore[misc, valid-type]
        def subjects(self) -> list[State]:
            self.keeper = Keeper()
            return self.keeper.states()

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                self.keeper.close()

    run_state_machine_as_test(ByWorkers, settings=SETTINGS)


def by_several(history: type[History], server: RedisServer) -> type[History]:
    """The machine for two processes with one Redis server, which may be told twice, and may meet."""

    class BySeveral(history):  # type: ignore[misc, valid-type]
        def subjects(self) -> list[State]:
            server.client.flushdb()
            made = [RedisState(server.url, opening, 12, 7, START) for _ in range(2)]
            server.client.hset("proofsheet:{all}:clock", "frozen", repr(START))
            return list(made)

        def settled(self, *payment: Any) -> None:
            super().settled(*payment)
            next(self.handles).settle(*payment)  # told again, as after an answer that was lost

        def exchanged(self, name: Any, old: Any, new: int) -> None:
            """While one looks at what is there, another puts something else in its place."""
            first, second = self.all
            meanwhile = f"meanwhile {next(self.numbers)}"
            with between(first, "recall", lambda: second.remember(name, meanwhile, 9.0)):
                assert not first.exchange(name, old, new, 9.0)
            self.model.remember(name, meanwhile, 9.0)
            super().exchanged(name, self.model.recall(name), new)

        def teardown(self) -> None:
            super().teardown()
            for each in self.all:
                each.close()

    return BySeveral


@contextlib.contextmanager
def between(state: Any, operation: str, function: Callable[[], None]) -> Iterator[None]:
    """Have something done after the answer to an operation of `state`, before it asks for more."""
    asking = state._asking
    ask = asking.ask

    def followed(*steps: Any, **options: Any) -> Any:
        found = ask(*steps, **options)
        if steps[0].operation == operation:
            function()
        return found

    asking.ask = followed
    try:
        yield
    finally:
        del asking.ask


@pytest.mark.parametrize("history", MACHINES)
def test_a_redis_server(redis_server: RedisServer, history: type[History]) -> None:
    run_state_machine_as_test(by_several(history, redis_server), settings=SETTINGS)


# What was planted into the scripts, and which machine is to find it: (machine, text, text in its place).
PLANTED = {
    "a sum does not carry": (Credits, "sum[2] >= PARTS", "sum[2] > 9 * PARTS"),
    "a difference does not borrow": (Credits, "rest[2] < 0", "rest[2] < -9 * PARTS"),
    "a settlement is paid twice": (Credits, "cost, 'NX', 'EX', once", "cost, 'EX', once"),
    "a hold outlives its settlement": (
        Credits,
        "  redis.call('HDEL', key('holds', family), hold)  -- goes",
        "--",
    ),
    "an exchange compares nothing": (Values, "or '') ~= old", "or '') ~= old and false"),
    "a task is replaced by what is older": (Courses, "if known[1] ~= version then", "if false then"),
    "a task that has ended is not settled": (Courses, "if found[3] == '1' then pay(owner, found[1]) end", ""),
    "no penalty is noted": (Limits, "clear(name)\n    block(name, at + penalty, seconds)", "clear(name)"),
    "a penalty is not prolonged": (
        Limits,
        "LLEN', name))\n    block(name, at + penalty, seconds)",
        "LLEN', name))",
    ),
    "the hits of a window are not cut": (Limits, "    redis.call('LTRIM', name, -limit, -1)\n", ""),
    "a window is not left behind": (Limits, "tonumber(at) > start", "tonumber(at) >= start"),
    "what is forced goes on for ever": (Happenings, "entry.times = times - 1", "entry.times = times"),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(
    redis_server: RedisServer, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, right, wrong = PLANTED[fault]
    load = Script.__init__

    def planted(self: Script, *names: str) -> None:
        load(self, *names)
        text = self.text.decode()
        assert text.count(right) == 1
        self.text = text.replace(right, wrong).encode()
        self.hash = hashlib.sha1(self.text, usedforsecurity=False).hexdigest()

    monkeypatch.setattr(Script, "__init__", planted)
    with pytest.raises(AssertionError, match=r"is not|assert not"):
        run_state_machine_as_test(by_several(machine, redis_server), settings=FINDING)
