"""What `bench.soak` has hostile clients send, once each: every conversation ends in time, none in a 5xx."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from wire import Process

from bench.hostile import Outcome, attack, attacks

ANSWERED = {"bad-escapes": 400, "many-words": 200, "pipelined": 200, "slow-reader": 200}
CLOSED = {"half-closed", "goes-away"}  # by the client: there is nobody to answer
UPGRADED = {"websocket-huge", "websocket-unmasked", "websocket-reserved", "websocket-no-json"}
TOO_LARGE = {"huge-header", "many-headers", "huge-path"}
SLOW = {"slow-writer"}  # takes the ten seconds in which a head has to come: test_server_process.py has it


@pytest.fixture(scope="module")
def outcomes() -> Mapping[str, Outcome]:
    talks = {name: talk for name, talk in attacks().items() if name not in SLOW}

    async def all_at_once(port: int) -> list[Outcome]:
        return await asyncio.gather(*(attack(port, talk) for talk in talks.values()))

    with Process("stability", "openai", "--rate-limit", "off", documents=()) as server:
        found = dict(zip(talks, asyncio.run(all_at_once(server.port)), strict=True))
        assert server.request("GET", "/healthz").status_code == 200
        server.stop()
        assert server.errors == []  # nothing of ours is on stderr, no traceback either
    return found


def _expected(name: str) -> int:
    for names, status in ((CLOSED, 0), (UPGRADED, 101), (TOO_LARGE, 431)):
        if name in names:
            return status
    return ANSWERED.get(name, 400)


@pytest.mark.parametrize("name", sorted(set(attacks()) - SLOW))
def test_an_attack_is_refused_in_time(outcomes: Mapping[str, Outcome], name: str) -> None:
    outcome = outcomes[name]
    assert outcome.in_time
    assert outcome.status == _expected(name)
