"""Every implementation of State answers the same history alike: that of one process is the model."""

from __future__ import annotations

import socket
import threading

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from redis_server import RedisServer
from states import START, Histories, model, opening

from proofsheet.mockserver.state import remote
from proofsheet.mockserver.state.protocol import State
from proofsheet.mockserver.state.redis.state import RedisState

SETTINGS = settings(
    max_examples=50,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


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


def test_the_memory_of_a_parent_process() -> None:
    class ByWorkers(Histories):
        def subjects(self) -> list[State]:
            self.keeper = Keeper()
            return self.keeper.states()

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                self.keeper.close()

    run_state_machine_as_test(ByWorkers, settings=SETTINGS)


def test_a_redis_server(redis_server: RedisServer) -> None:
    class BySeveral(Histories):
        def subjects(self) -> list[State]:
            redis_server.client.flushdb()
            self.states = [RedisState(redis_server.url, opening, 12, 7, START) for _ in range(2)]
            redis_server.client.hset("proofsheet:{all}:clock", "frozen", repr(START))
            return list(self.states)

        def teardown(self) -> None:
            super().teardown()
            for each in self.states:
                each.close()

    run_state_machine_as_test(BySeveral, settings=SETTINGS)
