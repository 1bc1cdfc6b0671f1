"""Tasks in a test suite: seen, ended, failed, held, hurried, by the key of a test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from proofsheet.testing_client import ControlError, Mock, Server

MINIATURE = Path(__file__).parent.parent / "miniature"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server.start(["tasks"], ["--spec", str(MINIATURE), "--task-pace", "600"])
    yield made
    made.stop()


@pytest.fixture
def mock(server: Server, request: pytest.FixtureRequest) -> Mock:
    return Mock(server.url, f"sk-{abs(hash(request.node.name))}")


def ask(mock: Mock, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"x-key": mock.key, "content-type": "application/json"}
    with urlopen(Request(mock.url + path, data, headers)) as response:
        return json.load(response)


def submit(mock: Mock) -> str:
    return str(ask(mock, "/draw", {"prompt": "a cat"})["id"])


def state(mock: Mock, id: str) -> str:
    return str(ask(mock, f"/tasks/{id}")["state"])


def test_tasks_end_when_the_test_says_so(mock: Mock) -> None:
    first, second = submit(mock), submit(mock)
    assert (mock.task()["id"], mock.task(first)["state"]) == (second, "queued")
    assert mock.finish(first)["credits"] == "paid"
    assert mock.fail()["id"] == second
    assert (state(mock, first), state(mock, second)) == ("DONE", "FAILED")
    assert [each["id"] for each in mock.tasks()] == [second, first]


def test_a_time_out_takes_no_time(mock: Mock) -> None:
    mock.force(task="hang=running")
    id, other = submit(mock), submit(mock)
    mock.advance(500_000, task=id)
    assert (state(mock, id), state(mock, other)) == ("RUNNING", "QUEUED")
    mock.advance(601)
    assert (state(mock, id), state(mock, other)) == ("RUNNING", "DONE")


def test_a_task_is_held_and_the_pace_is_the_keys(mock: Mock) -> None:
    mock.set_task_pace("looks")
    id = submit(mock)
    assert [state(mock, id) for _ in range(3)] == ["QUEUED", "RUNNING", "DONE"]
    assert mock.hold("running")["state"] == "running"
    assert state(mock, id) == "RUNNING"


def test_what_cannot_be_is_told(mock: Mock) -> None:
    with pytest.raises(ControlError, match="no task was started with this test's key"):
        mock.finish()
    with pytest.raises(ControlError, match="was dropped or reset"):
        mock.task("nothing")
    with pytest.raises(ControlError, match="expected end=STATE"):
        mock.force(task="nonsense")
