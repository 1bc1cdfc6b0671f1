"""How often a call asks a Redis server: once before it is answered, and once at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis_server import RedisServer
from wire import Process

MINIATURE = Path(__file__).parent.parent / "miniature"
OPTIONS = ("tasks", "nested", "--spec", str(MINIATURE))
PROMPT = {"prompt": "a cat"}
Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def served(redis_server: RedisServer) -> Iterator[Process]:
    with Process(*OPTIONS, "--state", redis_server.url, documents=()) as made:
        yield made


@pytest.fixture
def ask(served: Process, key: str) -> Ask:
    def asked(method: str, path: str, **options: Any) -> httpx.Response:
        return served.client.request(method, path, headers={"x-key": key}, **options)

    return asked


def scripts(server: RedisServer) -> int:
    found = server.client.info("commandstats")
    return sum(each["calls"] for name, each in found.items() if "eval" in name)


def counted(server: RedisServer, ask: Callable[[], httpx.Response]) -> tuple[int, int]:
    before = scripts(server)
    return ask().status_code, scripts(server) - before


def test_each_call(redis_server: RedisServer, ask: Ask) -> None:
    id = ask("POST", "/draw", json=PROMPT).json()["id"]  # the script is known from now on
    calls = {
        "a view": ("GET", "/balance", None),
        "a picture": ("POST", "/nested/pictures", PROMPT),
        "a refusal": ("POST", "/draw/careful", {"prompt": 1}),
        "a submission": ("POST", "/draw/careful", PROMPT),
        "a look": ("GET", f"/tasks/{id}", None),
    }
    found = {
        name: counted(redis_server, lambda each=each: ask(*each[:2], json=each[2]))
        for name, each in calls.items()
    }
    assert found == {
        "a view": (200, 2),
        "a picture": (200, 2),
        "a refusal": (400, 2),
        "a submission": (200, 3),  # its task is kept before its entry is written
        "a look": (200, 2),
    }


def test_one_that_has_no_credits_is_refused_and_holds_nothing(served: Process, ask: Ask, key: str) -> None:
    """What was assumed is not so: the call goes through its gates again, and hears what it was answered."""
    own = {"headers": {"authorization": f"Bearer {key}"}}
    served.client.put("/_mock/ledger", json={"credits": 1}, **own)
    assert ask("POST", "/draw/careful", json=PROMPT).status_code == 400
    served.client.put("/_mock/ledger", json={"credits": 2}, **own)
    scheduled = served.client.post("/_mock/schedule", json={"fault": "latency=0", "times": 1}, **own)
    assert scheduled.is_success, scheduled.text
    assert [ask("POST", "/draw/careful", json=PROMPT).status_code for _ in range(2)] == [200, 400]
    assert served.client.get("/_mock/ledger?family=tasks", **own).json() == {"credits": 2, "held": 2}
    assert served.errors == []
