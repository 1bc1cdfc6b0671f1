"""Several worker processes share one memory exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from asking import BALANCE, CORE, PROMPT, bearer
from wire import UNUSED_TLS, Process


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
            base_url=f"http://{crew.host}:{crew.port}", timeout=180, verify=UNUSED_TLS
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


def test_the_crew_ends_in_order_after_load(document: Any, key: str) -> None:
    assert any(_ends_under_load(document, key, pace) for pace in (2, 8, 30)), "never eight calls at once"


def _ends_under_load(document: Any, key: str, pace: int) -> bool:
    """Whether eight calls of `pace` seconds were under way at once, which a busy machine may prevent."""
    with (
        Process("--workers", "2", "--pace", str(pace), documents=(document,)) as crew,
        ThreadPoolExecutor(1) as pool,
    ):
        load = pool.submit(_at_once, crew, key, 8, "POST", CORE, files=SMALL)
        held = 0
        while held < 8 * 3 and not load.done():  # each call under way holds what it costs
            held = crew.get("/_mock/ledger", headers=bearer(key)).json()["held"]
        if held < 8 * 3:
            return False
        assert crew.end(seconds=20 + pace) == 0
        assert _ended(load) == [200] * 8
        assert crew.errors == []
        return True


def _ended(load: Any) -> list[int]:
    return [each.status_code for each in load.result()]


def test_a_worker_that_dies_ends_the_crew(document: Any) -> None:
    import os
    import signal
    from pathlib import Path

    with Process("--workers", "2", documents=(document,)) as crew:
        pid = crew.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        assert len(children) == 2
        os.kill(int(children[0]), signal.SIGKILL)
        assert crew.process.wait(20) == 3
