"""Several servers with one memory in a Redis server are one double, whichever of them is asked."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis_server import RedisServer
from waiting import PATIENCE, wait_until
from wire import Process

MINIATURE = Path(__file__).parent.parent / "miniature"
OPTIONS = ("tasks", "miniature", "--spec", str(MINIATURE), "--metrics")
PROMPT = {"json": {"prompt": "a cat"}}
CAREFUL = 2  # credits that /draw/careful holds


def replica(server: RedisServer) -> Process:
    return Process(*OPTIONS, "--state", server.url, documents=())


@pytest.fixture(scope="module")
def two(redis_server: RedisServer) -> Iterator[list[Process]]:
    with ExitStack() as stack:
        yield [stack.enter_context(replica(redis_server)) for _ in range(2)]


def ask(process: Process, key: str, method: str, path: str, **options: Any) -> httpx.Response:
    return process.request(
        method, path, headers={"authorization": None, "x-key": key, "x-task-key": key}, **options
    )


def control(process: Process, key: str, method: str, path: str, **options: Any) -> Any:
    answer = process.request(method, path, headers={"authorization": f"Bearer {key}"}, **options)
    assert answer.is_success, (answer.text, process.errors)
    return answer.json()


def at_once(two: list[Process], number: int, key: str, path: str) -> Counter[int]:
    """The statuses of so many calls that come to each in turn, several at the same time."""
    with ThreadPoolExecutor(6) as pool:
        answers = pool.map(lambda each: ask(each, key, "POST", path, **PROMPT), islice(cycle(two), number))
        return Counter(each.status_code for each in answers)


def test_a_limit_is_counted_across_both(two: list[Process], key: str) -> None:
    control(two[0], key, "POST", "/_mock/clock", json={"frozen": True})
    assert at_once(two, 12, key, "/miniature/tasks") == {200: 5, 429: 7}
    control(two[1], key, "POST", "/_mock/clock", json={"advance": 31})
    assert at_once(two, 1, key, "/miniature/tasks") == {200: 1}
    control(two[1], key, "POST", "/_mock/clock", json={"frozen": False})


def test_a_balance_is_exact_across_both(two: list[Process], key: str) -> None:
    control(two[0], key, "PUT", "/_mock/ledger", json={"credits": 10})
    assert at_once(two, 12, key, "/draw/careful") == {200: 5, 400: 7}
    for each in two:
        assert control(each, key, "GET", "/_mock/ledger?family=tasks") == {"credits": 10, "held": 10}
        assert ask(each, key, "GET", "/balance").json() == {"credits": 10}


def test_a_task_of_one_is_seen_and_moved_on_the_other(two: list[Process], key: str) -> None:
    id = ask(two[0], key, "POST", "/draw/careful", **PROMPT).json()["id"]
    assert ask(two[1], key, "GET", f"/tasks/{id}").json()["state"] == "WAITING"
    assert ask(two[1], "sk-of-another", "GET", f"/tasks/{id}").status_code == 404
    assert ask(two[1], key, "POST", f"/tasks/{id}/cancel").status_code == 200
    assert [each["state"] for each in control(two[0], key, "GET", "/_mock/tasks")["tasks"]] == ["cancelled"]


def test_the_journal_shows_both_on_both(two: list[Process], key: str) -> None:
    at_once(two, 4, key, "/draw/careful")
    first, second = [control(each, key, "GET", "/_mock/journal")["entries"] for each in two]
    assert len(first) == 4
    assert first == second
    later = control(two[1], key, "GET", f"/_mock/journal?after={first[1]['seq']}")["entries"]
    assert later == first[2:]


def test_metrics_are_of_each_but_tasks_and_journal_of_both(two: list[Process], key: str) -> None:
    def gauges(process: Process) -> list[str]:
        page = process.request("GET", "/metrics", headers={"authorization": None}).text
        return [
            each for each in page.splitlines() if each.startswith(("proofsheet_tasks", "proofsheet_jour"))
        ]

    control(two[0], key, "POST", "/_mock/clock", json={"frozen": True})
    ask(two[0], key, "POST", "/draw/careful", **PROMPT)
    first, second = [gauges(each) for each in two]
    control(two[0], key, "POST", "/_mock/clock", json={"frozen": False})
    assert first == second
    assert any('state="waiting"' in each.lower() for each in first), first


def test_what_is_forced_on_one_happens_on_the_other(two: list[Process], key: str) -> None:
    control(two[0], key, "POST", "/_mock/schedule", json={"outcome": "wrong_key", "times": 1})
    statuses = [ask(two[1], key, "GET", "/balance").status_code for _ in range(2)]
    assert statuses == [401, 200]
    control(two[1], key, "PUT", "/_mock/ledger", json={"credits": 1})
    control(two[0], key, "POST", "/_mock/reset")
    assert ask(two[1], key, "GET", "/balance").json() == {"credits": 1000}


def test_a_link_to_a_file_of_one_is_good_on_the_other(two: list[Process], key: str) -> None:
    id = ask(two[0], key, "POST", "/draw", **PROMPT).json()["id"]
    control(two[0], key, "POST", "/_mock/clock", json={"advance": 60})
    picture = ask(two[1], key, "GET", f"/tasks/{id}").json()["picture"]
    path = "/" + picture.partition("://")[2].partition("/")[2]
    assert {ask(each, key, "GET", path).status_code for each in two} == {200}


def test_one_that_is_killed_loses_nothing_that_was_answered(
    two: list[Process], redis_server: RedisServer, key: str
) -> None:
    answered: list[str] = []

    def submit(victim: Process) -> None:
        with httpx.Client(base_url=f"http://{victim.host}:{victim.port}", timeout=PATIENCE) as client:
            while True:
                try:
                    answer = client.post("/draw/careful", **PROMPT, headers={"x-key": key})
                except httpx.HTTPError:
                    return
                answered.append(answer.json()["id"])

    with replica(redis_server) as victim:
        clients = [threading.Thread(target=submit, args=(victim,)) for _ in range(3)]
        for each in clients:
            each.start()
        wait_until(lambda: len(answered) > 20)
        victim.process.kill()
        for each in clients:
            each.join(PATIENCE)
    seen = control(two[0], key, "GET", "/_mock/tasks?limit=1000")["tasks"]
    assert set(answered) <= {each["id"] for each in seen}
    on_their_way = len(clients)
    assert len(seen) - len(answered) <= on_their_way
    ledger = control(two[1], key, "GET", "/_mock/ledger?family=tasks")
    assert (
        ledger["credits"] == 1000
    )  # nothing has ended: what tasks hold is held, and a while what calls held
    assert CAREFUL * len(seen) <= ledger["held"] <= CAREFUL * (len(answered) + on_their_way)
