"""Three replicas behind nginx and HAProxy as their configurations are shipped: killed, and restarted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from ports import reserved

from bench import fleet
from bench.accounts import Clients, begin, differences, wait_for_more
from bench.fleet import Fleet

MINIATURE = Path(__file__).parent.parent / "miniature"
NAMES = ("tasks", "nested", "miniature", "--spec", str(MINIATURE))
KEYS = tuple(f"sk-balanced-{each}" for each in range(4))
CLIENTS = 8
REQUIRED = os.environ.get("PROOFSHEET_BALANCERS") == "required"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    for each in ("redis-server", "nginx", "haproxy"):
        if fleet.found(each) is None:
            assert not REQUIRED, f"{each} is not installed"
            pytest.skip(f"{each} is not installed: apt-get install {each}")
    folder = tmp_path_factory.mktemp("fleet")
    with ExitStack() as stack:
        ports = [stack.enter_context(reserved()) for _ in range(6)]
        redis = fleet.redis(folder, ports[0])
        state = f"redis://127.0.0.1:{redis.port}/0?timeout=60"  # of a busy machine
        options = (*NAMES, "--workers", "2", "--drain", "1", "--journal", "100000", "--state", state)
        replicas = [fleet.replica(folder, port, *options) for port in ports[1:4]]
        balancers = [
            fleet.nginx(folder, ports[4], ports[1:4], ("keepalive_timeout 3s", "keepalive_timeout 200ms")),
            fleet.haproxy(
                folder, ports[5], ports[1:4], ("inter 500ms", "inter 100ms"), ("check 5s", "check 60s")
            ),
        ]
        stack.enter_context(fleet.started(redis, *replicas, *balancers))
        yield Fleet(redis, replicas, balancers)


def test_killed_ones_lose_nothing_that_was_answered(running: Fleet) -> None:
    begin(running.ports[0], KEYS)
    with Clients(running.ports, KEYS, CLIENTS) as accounts:
        wait_for_more(accounts, 100)
        for each in (running.replicas[1], running.redis):
            each.kill()
            wait_for_more(accounts, 50 if each is running.replicas[1] else 0)
            each.start()
            each.wait()
            wait_for_more(accounts, 50)
    known = {"200", "429", "502", "503", "504", "RemoteDisconnected", "ConnectionResetError"}
    assert set(accounts.kinds) <= known, accounts.kinds
    for each in running.replicas:
        each.wait()
    assert differences(accounts, running.ports[0], KEYS) == []


def test_a_rolling_restart_fails_nobody(running: Fleet) -> None:
    begin(running.ports[0], KEYS)
    with Clients(running.ports, KEYS, CLIENTS) as accounts:
        for each in running.replicas:
            wait_for_more(accounts, 50)
            assert each.end() == 0
            wait_for_more(accounts, 50)
            each.start()
            each.wait()
        wait_for_more(accounts, 50)
    assert set(accounts.kinds) <= {"200", "429"}, accounts.kinds
