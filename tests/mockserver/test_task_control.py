"""/_mock/tasks: tasks as they stand, finished, failed, moved and hurried from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from support import InProcess
from test_tasks import KEY, Tasks

from proofsheet.spec.document import Document

MINE = {"authorization": "Bearer sk-tasks"}
ALL = {"authorization": None}


@pytest.fixture
def tasks(serve: Callable[..., InProcess], small_tasks: Document) -> Tasks:
    return Tasks(serve(small_tasks))


def listed(tasks: Tasks, headers: dict[str, Any] = MINE, query: str = "") -> list[dict[str, Any]]:
    return list(tasks.mock.get(f"/_mock/tasks{query}", headers=headers).json()["tasks"])


def move(tasks: Tasks, id: str, **body: Any) -> httpx.Response:
    return tasks.mock.post(f"/_mock/tasks/{id}", json=body, headers=ALL)


def test_tasks_are_shown_with_the_states_that_they_came_through(tasks: Tasks) -> None:
    first = tasks.id("a boat")
    tasks.advance(0.6)
    (shown,) = listed(tasks)
    assert [each["state"] for each in shown["states"]] == ["queued", "running"]
    assert (shown["prompt"], shown["credits"], shown["cost"]) == ("a boat", "held", 4)
    tasks.advance(1)
    child = tasks.id("again", f"/tasks/{first}/redraw")
    newest, oldest = listed(tasks)
    assert (newest["id"], newest["parent"]) == (child, first)
    assert (oldest["state"], oldest["final"], oldest["credits"]) == ("done", True, "paid")
    assert oldest["links"] == [tasks.look(first)["picture"]]
    assert oldest["states"][1]["at"] - oldest["created"] == pytest.approx(0.5)
    assert tasks.mock.get(f"/_mock/tasks/{first}", headers=ALL).json() == oldest
    assert listed(tasks, {"authorization": "Bearer sk-another"}) == []
    assert [each["id"] for each in listed(tasks, ALL, "?limit=1")] == [child]


def test_finish_and_fail_settle_at_once(tasks: Tasks) -> None:
    first, second = tasks.id(), tasks.id()
    assert move(tasks, first, finish=True).json()["state"] == "done"
    assert move(tasks, second, fail=True).json()["state"] == "failed"
    assert (tasks.look(first)["state"], tasks.look(second)["state"]) == ("DONE", "FAILED")
    assert (tasks.credits, tasks.mock.double.state.held(("tasks", "sk-tasks"))) == (996, 0)
    third = tasks.id()
    assert move(tasks, third, fail="cancelled").json()["credits"] == "returned"
    again = move(tasks, third, finish=True)
    assert (again.status_code, "has ended already, in cancelled" in again.text) == (400, True)


def test_a_state_is_kept_and_what_was_paid_stays_paid(tasks: Tasks) -> None:
    id = tasks.id()
    move(tasks, id, state="running")
    tasks.advance(1000)
    assert tasks.look(id)["state"] == "RUNNING"
    move(tasks, id, finish=True)
    assert tasks.credits == 996
    assert move(tasks, id, state="queued").json()["state"] == "queued"
    move(tasks, id, finish=True)
    assert (tasks.credits, tasks.mock.double.state.held(("tasks", "sk-tasks"))) == (996, 0)


def test_time_passes_for_one_task_alone(tasks: Tasks) -> None:
    first, second = tasks.id(headers={"proofsheet-task": "pace=600"}), tasks.id()
    assert move(tasks, first, advance=301).json()["state"] == "running"
    assert move(tasks, first, advance=300).json()["state"] == "done"
    assert tasks.look(second)["state"] == "QUEUED"
    looked = tasks.id(headers={"proofsheet-task": "pace=looks"})
    assert move(tasks, looked, advance=2).json()["state"] == "done"
    assert tasks.credits == 992


def test_a_list_looks_at_what_it_shows(tasks: Tasks) -> None:
    """By looks a task that is only ever listed ends too; another key's list moves nothing."""
    id = tasks.id(headers={"proofsheet-task": "pace=looks"})
    seen = [tasks.mock.get("/tasks", headers=KEY).json()[0]["state"] for _ in range(3)]
    assert seen == ["QUEUED", "RUNNING", "DONE"]
    assert tasks.look(id)["state"] == "DONE"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "expected one of finish, fail, state, force, advance, came {}"),
        ({"finish": True, "advance": 1}, "expected one of finish, fail, state, force, advance, came {"),
        ({"finish": False}, "finish: expected true"),
        ({"fail": "running"}, "end in done, failed, cancelled; came 'running'"),
        ({"state": "nowhere"}, "expected one of queued, running"),
        ({"advance": -1}, "advance: expected a number of seconds"),
        ({"stop": True}, "unknown: stop"),
    ],
)
def test_moves_that_cannot_be_made(tasks: Tasks, body: dict[str, Any], expected: str) -> None:
    refused = move(tasks, tasks.id(), **body)
    assert refused.status_code == 400
    assert expected in refused.json()["detail"]


def test_a_task_that_is_none(tasks: Tasks) -> None:
    assert move(tasks, "nothing", finish=True).status_code == 404
    assert tasks.mock.get("/_mock/tasks/nothing", headers=ALL).status_code == 404


def test_a_client_cannot_move_what_was_ended_from_outside(tasks: Tasks) -> None:
    id = tasks.id()
    move(tasks, id, finish=True)
    assert tasks.mock.post(f"/tasks/{id}/cancel", headers=KEY).status_code == 409
    assert tasks.credits == 996


def test_what_can_still_be_said_of_a_task_under_way(tasks: Tasks) -> None:
    id = tasks.id()
    tasks.advance(0.6)
    assert move(tasks, id, force="late=5").json()["forcing"] == "late=5"
    assert move(tasks, id, force="file=403").json()["forcing"] == "late=5, file=403"
    tasks.advance(5)
    assert tasks.look(id)["state"] == "RUNNING"
    tasks.advance(1)
    link = tasks.look(id)["picture"].removeprefix("http://127.0.0.1")
    assert tasks.mock.get(link).status_code == 403
    for text in ("hang", "end=failed", "pace=looks"):
        assert "expected late, back, callback or file" in move(tasks, id, force=text).json()["detail"]
    assert "expected callback=lost|twice" in move(tasks, id, force="callback=never").json()["detail"]
