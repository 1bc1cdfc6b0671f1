"""What can be made to go wrong with a task, and each way to say so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from support import InProcess
from test_tasks import KEY, Tasks
from waiting import PATIENCE

from proofsheet.mockserver import file_links
from proofsheet.mockserver.tasks.pace import parse_pace
from proofsheet.mockserver.tasks.task_faults import BadTaskForcing, TaskForcing, parse_task_forcing
from proofsheet.spec.document import Document

CONTROL = {"authorization": None}


@pytest.fixture
def tasks(serve: Callable[..., InProcess], small_tasks: Document) -> Tasks:
    return Tasks(serve(small_tasks))


def forced(tasks: Tasks, text: str, **options: Any) -> str:
    return tasks.id(headers={"proofsheet-task": text}, **options)


def seen(tasks: Tasks, id: str, *times: float) -> list[str]:
    """The states at these times, in seconds since it was submitted."""
    found, passed = [], 0.0
    for at in times:
        tasks.advance(at - passed)
        passed = at
        found.append(tasks.look(id)["state"])
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", TaskForcing()),
        ("end=failed, late=5", TaskForcing(end="failed", late=5)),
        ("hang; back", TaskForcing(hang="", back=True)),
        ("hang=running, end=done", TaskForcing(end="done")),  # the last counts
        ("fails, callback=twice, file=cut", TaskForcing(end="", callback="twice", file="cut")),
        ("pace=looks=8", TaskForcing(pace=parse_pace("looks=8"))),
    ],
)
def test_texts(text: str, expected: TaskForcing) -> None:
    assert parse_task_forcing(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nonsense", "expected end=STATE, fails, hang"),
        ("end", "expected end=STATE"),
        ("late=soon", "expected seconds, such as late=5"),
        ("late=-1", "expected seconds"),
        ("back=2", "without a value"),
        ("callback=never", r"expected callback=lost\|twice"),
        ("file=404", r"expected file=403\|cut\|type"),
        ("pace=slow", "expected quick, instant"),
    ],
)
def test_texts_that_say_nothing_are_refused_with_what_was_expected(text: str, expected: str) -> None:
    with pytest.raises(BadTaskForcing, match=expected):
        parse_task_forcing(text)


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("end=failed", ["QUEUED", "RUNNING", "FAILED"]),
        ("fails", ["QUEUED", "RUNNING", "FAILED"]),
        ("hang", ["QUEUED", "QUEUED", "RUNNING"]),
        ("hang=queued", ["QUEUED", "QUEUED", "QUEUED"]),
        ("late=5", ["QUEUED", "RUNNING", "RUNNING"]),
        ("pace=instant", ["DONE", "DONE", "DONE"]),
    ],
)
def test_what_becomes_of_a_task(tasks: Tasks, text: str, states: list[str]) -> None:
    assert seen(tasks, forced(tasks, text), 0, 0.6, 4) == states


def test_late_is_late_by_so_much(tasks: Tasks) -> None:
    assert seen(tasks, forced(tasks, "late=5"), 5.9, 6.1) == ["RUNNING", "DONE"]


def test_back_is_a_state_back_and_on_again(tasks: Tasks) -> None:
    states = seen(tasks, forced(tasks, "back"), *(each / 12 + 0.01 for each in range(13)))
    changes = [state for i, state in enumerate(states) if states[i - 1 : i] != [state]]
    assert changes == ["QUEUED", "RUNNING", "QUEUED", "RUNNING", "DONE"]
    assert tasks.credits == 996


def test_back_by_looks(tasks: Tasks) -> None:
    id = forced(tasks, "back, pace=looks")
    states = [tasks.look(id)["state"] for _ in range(6)]
    assert states == ["QUEUED", "RUNNING", "QUEUED", "RUNNING", "DONE", "DONE"]
    assert tasks.credits == 996


@pytest.mark.parametrize(
    "how", ["header", "prefer", "prefer quoted", "schedule", "key", "prompt", "prompt with a text"]
)
def test_every_way_to_say_it(tasks: Tasks, how: str) -> None:
    headers, prompt = {}, "a cat"
    if how == "header":
        headers = {"proofsheet-task": "fails"}
    elif how == "prefer":
        headers = {"prefer": "task=fails"}
    elif how == "prefer quoted":
        headers = {"prefer": 'respond-async, task="late=0.5, end=failed"'}
    elif how == "schedule":
        scheduled = tasks.mock.post("/_mock/schedule", json={"task": "fails"}, headers=CONTROL)
        assert (scheduled.status_code, scheduled.json()["task"]) == (201, "fails")
        assert tasks.mock.get("/balance", headers=KEY).status_code == 200  # which starts no task
    elif how == "prompt with a text":
        prompt = "a cat mock:task(end=failed, late=0.5)"
    key = "sk-mock-fails-1" if how == "key" else "sk-tasks"
    if how == "prompt":
        id = tasks.id("mock:hang")
        assert seen(tasks, id, 100) == ["RUNNING"]
        return
    response = tasks.submit(prompt, headers={**headers, "x-key": key})
    tasks.advance(2)
    found = tasks.look(response.json()["id"], **{"x-key": key})
    assert found["state"] == "FAILED"
    next_one = tasks.id(headers={"x-key": "sk-tasks"})
    tasks.advance(2)
    assert tasks.look(next_one)["state"] == "DONE"


def test_a_key_and_a_prompt_of_the_table(tasks: Tasks) -> None:
    hangs = tasks.submit(headers={"x-key": "sk-mock-hang-1"}).json()["id"]
    late = tasks.id("a cat mock:late")
    tasks.advance(5.9)
    assert tasks.look(late)["state"] == "RUNNING"
    tasks.advance(0.2)
    assert tasks.look(late)["state"] == "DONE"
    assert tasks.look(hangs, **{"x-key": "sk-mock-hang-1"})["state"] == "RUNNING"


@pytest.mark.parametrize(
    ("headers", "prompt", "expected"),
    [
        ({"proofsheet-task": "nonsense"}, "a cat", "expected end=STATE, fails"),
        (
            {"proofsheet-task": "end=running"},
            "a cat",
            "come to 'running'; expected done, failed, cancelled",
        ),
        ({"proofsheet-task": "hang=done"}, "a cat", "expected queued, running"),
        ({"prefer": "task=nonsense"}, "a cat", "expected end=STATE, fails"),
        ({}, "mock:task(end=nowhere)", "expected done, failed, cancelled"),
    ],
)
def test_what_cannot_be_is_refused_and_costs_nothing(
    tasks: Tasks, headers: dict[str, str], prompt: str, expected: str
) -> None:
    response = tasks.submit(prompt, headers=headers)
    assert response.status_code == 400
    assert expected in response.json()["detail"]
    assert tasks.mock.double.state.held(("tasks", "sk-tasks")) == 0
    assert tasks.mock.double.state.tasks(None) == []


def test_operations_that_start_no_task(tasks: Tasks) -> None:
    response = tasks.mock.get("/balance", headers={**KEY, "proofsheet-task": "hang"})
    assert response.status_code == 400
    assert "balance starts no task" in response.json()["detail"]
    refused = tasks.mock.post(
        "/_mock/schedule", json={"task": "hang", "operation": "balance"}, headers=CONTROL
    )
    assert (refused.status_code, "starts no task" in refused.text) == (400, True)


def test_what_waits_for_a_client_goes_on_as_was_said(tasks: Tasks) -> None:
    id = forced(tasks, "end=failed", path="/draw/careful")
    assert seen(tasks, id, 5) == ["WAITING"]
    tasks.mock.post(f"/tasks/{id}/confirm", json={}, headers=KEY)
    tasks.advance(2)
    assert tasks.look(id)["state"] == "FAILED"
    assert tasks.credits == 1000


OUTSIDE: dict[str, dict[str, Any]] = {"fails": {"fail": True}, "hang": {"state": "running"}}


def attempts(tasks: Tasks, id: str) -> int:
    """How many of its callbacks go out when the task ends."""
    tasks.advance(1)
    queue, now = tasks.mock.double.callbacks, tasks.mock.double.state.now()

    async def sent() -> None:
        queue.wake()
        async with asyncio.timeout(PATIENCE):
            while queue.sending or (queue.next_at() or now + 1) <= now:
                await asyncio.sleep(0.01)

    tasks.mock.run(sent())
    noted = tasks.mock.double.state.journal()
    return sum(each["callback"]["task"] == id for each in noted if "callback" in each)


def spoilt(tasks: Tasks, id: str) -> str | None:
    tasks.advance(1)
    link = tasks.mock.get(f"/_mock/tasks/{id}", headers=CONTROL).json()["links"][0]
    file = file_links.find(tasks.mock.double, link.partition("/_files/")[2])
    return file.forced if file else None


# What each word does to a task that starts now, and whether it can be said of one that is under way.
DOES: dict[str, tuple[Callable[[Tasks, str], Any], Any]] = {
    "fails": (lambda tasks, id: seen(tasks, id, 1.1), ["FAILED"]),
    "hang": (lambda tasks, id: seen(tasks, id, 100), ["RUNNING"]),
    "late=5": (lambda tasks, id: seen(tasks, id, 5.9, 6.1), ["RUNNING", "DONE"]),
    "back": (
        lambda tasks, id: seen(tasks, id, 0.6, 0.7, 0.9, 1.01),
        ["RUNNING", "QUEUED", "RUNNING", "DONE"],
    ),
    "callback=lost": (attempts, 0),
    "file=403": (lambda tasks, id: spoilt(tasks, id), "403"),
    "file=cut": (lambda tasks, id: spoilt(tasks, id), "cut"),
    "file=type": (lambda tasks, id: spoilt(tasks, id), "type"),
}


@pytest.mark.parametrize("door", ["prompt", "key", "prefer", "header", "schedule", "outside"])
def test_every_word_through_every_door(tasks: Tasks, door: str) -> None:
    for word, (effect, expected) in DOES.items():
        key = f"sk-mock-task-{word}-1" if door == "key" else KEY["x-key"]
        if door == "schedule":
            tasks.mock.post("/_mock/schedule", json={"task": word}, headers=CONTROL)
        said = {"prefer": {"prefer": f'task="{word}"'}, "header": {"proofsheet-task": word}}.get(door, {})
        prompt = f"a cat mock:task({word})" if door == "prompt" else "a cat"
        id = tasks.id(prompt, headers={**said, "x-key": key}, hook="http://127.0.0.1:1/hook")
        if door == "outside":
            move = OUTSIDE.get(word, {"force": word})
            assert tasks.mock.post(f"/_mock/tasks/{id}", json=move, headers=CONTROL).status_code == 200
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(KEY, "x-key", key)
            found = effect(tasks, id)
        assert (word, found) == (word, expected)
        tasks.mock.post("/_mock/reset", json={}, headers=CONTROL)
        tasks.mock.double.state.move_clock(frozen=True)


def file_of(tasks: Tasks, text: str) -> httpx.Response:
    id = forced(tasks, text)
    tasks.advance(1)
    return tasks.mock.get(tasks.look(id)["picture"].removeprefix("http://127.0.0.1"))


def test_a_file_that_is_refused_or_of_another_type(tasks: Tasks) -> None:
    assert file_of(tasks, "file=403").status_code == 403
    other = file_of(tasks, "file=type")
    assert other.headers["content-type"] == "text/html; charset=utf-8"
    assert other.content.startswith(b"<!doctype html>")
    assert file_of(tasks, "").headers["content-type"] == "image/png"


def test_the_pace_of_a_key(tasks: Tasks) -> None:
    key = {"authorization": "Bearer sk-tasks"}

    def set_pace(text: str | None, headers: dict[str, Any]) -> httpx.Response:
        return tasks.mock.request("PUT", "/_mock/tasks/pace", json={"pace": text}, headers=headers)

    assert set_pace("looks", key).json()["pace"] == "looks"
    id = tasks.id()
    assert [tasks.look(id)["state"] for _ in range(3)] == ["QUEUED", "RUNNING", "DONE"]
    other = {"x-key": "sk-other"}
    theirs = tasks.submit(headers=other).json()["id"]
    assert [tasks.look(theirs, **other)["state"] for _ in range(3)] == ["QUEUED"] * 3
    assert set_pace("instant", CONTROL).status_code == 200  # for everybody else
    assert tasks.look(tasks.submit(headers=other).json()["id"], **other)["state"] == "DONE"
    set_pace(None, key)
    set_pace(None, CONTROL)
    assert seen(tasks, tasks.id(), 0, 1) == ["QUEUED", "DONE"]
    refused = set_pace("slow", key)
    assert (refused.status_code, "expected quick" in refused.text) == (400, True)
