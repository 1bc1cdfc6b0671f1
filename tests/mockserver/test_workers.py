"""Several worker processes share one memory exactly."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from sample_requests import BALANCE, CORE, PROMPT, bearer, form, part
from waiting import PATIENCE, wait_until
from wire import UNUSED_TLS, Process, begin, one_answer


@pytest.fixture(scope="module")
def crew(document: Any) -> Iterator[Process]:
    with Process("--workers", "2", documents=(document,)) as made:
        yield made


def _at_once(
    crew: Process, key: str, number: int, method: str, path: str, **options: Any
) -> list[httpx.Response]:
    """As many requests, each on a connection of its own, so that every worker gets some."""

    def one(_: int) -> httpx.Response:
        with httpx.Client(
            base_url=f"http://{crew.host}:{crew.port}", timeout=500, verify=UNUSED_TLS
        ) as client:
            return client.request(method, path, headers={"authorization": key}, **options)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, range(number)))
    for each in found:
        crew.judged(each)
    return found


SMALL = {"prompt": (None, PROMPT), "aspect_ratio": (None, "9:21"), "output_format": (None, "jpeg")}


def test_credits_are_spent_once(crew: Process, key: str) -> None:
    crew.request("PUT", "/_mock/ledger", json={"credits": 30}, headers=bearer(key))
    answers = Counter(each.status_code for each in _at_once(crew, key, 24, "POST", CORE, files=SMALL))
    assert answers == {200: 10, 402: 14}
    assert {each.json()["credits"] for each in _at_once(crew, key, 6, "GET", BALANCE)} == {0}


def test_the_rate_limit_is_one(crew: Process, key: str) -> None:
    crew.request("POST", "/_mock/clock", json={"frozen": True})
    answers = Counter(each.status_code for each in _at_once(crew, key, 170, "GET", BALANCE))
    crew.request("POST", "/_mock/clock", json={"frozen": False})
    assert answers == {200: 150, 429: 20}


def test_the_journal_has_every_call_once(crew: Process, key: str) -> None:
    _at_once(crew, key, 40, "GET", BALANCE)
    shown = crew.get("/_mock/journal", headers=bearer(key)).json()["entries"]
    assert (len(shown), len({each["seq"] for each in shown})) == (40, 40)
    report = crew.request("POST", "/_mock/verify", json={"count": 40}, headers=bearer(key)).json()
    assert report["ok"] is True


def test_what_is_scheduled_happens_once(crew: Process, key: str) -> None:
    crew.request("POST", "/_mock/schedule", json={"code": 500, "times": 7}, headers=bearer(key))
    answers = Counter(each.status_code for each in _at_once(crew, key, 30, "GET", BALANCE))
    assert answers == {500: 7, 200: 23}


def test_reset_reaches_all(crew: Process, key: str) -> None:
    crew.request("PUT", "/_mock/ledger", json={"credits": 1}, headers=bearer(key))
    crew.request("POST", "/_mock/reset", headers=bearer(key))
    assert {each.json()["credits"] for each in _at_once(crew, key, 8, "GET", BALANCE)} == {1000}


def test_pictures_are_the_same_from_every_worker(crew: Process, key: str) -> None:
    fields = {**SMALL, "seed": (None, "5")}
    assert len({each.content for each in _at_once(crew, key, 6, "POST", CORE, files=fields)}) == 1


def test_the_crew_ends_in_order_with_calls_under_way(document: Any) -> None:
    body = form(part("prompt", PROMPT), part("aspect_ratio", "9:21"), part("output_format", "jpeg"))
    with Process("--workers", "2", "--pace", "0.3", documents=(document,)) as crew, ExitStack() as stack:
        socks = [stack.enter_context(crew.connect()) for _ in range(8)]
        for sock in socks:
            begin(sock, CORE, body)
        crew.process.send_signal(signal.SIGTERM)
        wait_until(crew.refuses)  # every worker has taken the signal
        for sock in socks:
            sock.sendall(body)
        assert [one_answer(sock)[0] for sock in socks] == [200] * 8
        assert crew.process.wait(PATIENCE) == 0
        assert crew.errors == []


def test_a_worker_that_dies_ends_the_crew(document: Any) -> None:
    with Process("--workers", "2", documents=(document,)) as crew:
        pid = crew.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        assert len(children) == 2
        os.kill(int(children[0]), signal.SIGKILL)
        assert crew.process.wait(PATIENCE) == 3
