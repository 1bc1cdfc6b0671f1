"""Outcomes forced by the Prefer header and by the schedule of the control surface."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from sample_requests import bearer
from support import InProcess

TASK = "/tasks/37ab3cf5bb0f5d4cb3ac9e9c0f7d2e45"


def submit(mock: InProcess, key: str | None = "sk-a", **headers: Any) -> httpx.Response:
    """A task that is drawn unless something is in the way."""
    return mock.post("/tasks", json={"prompt": "a cat"}, headers=_with(key, headers))


def look(mock: InProcess, key: str | None = "sk-a", **headers: Any) -> httpx.Response:
    """A look at a task, which is free."""
    return mock.get(TASK, headers=_with(key, headers))


def _with(key: str | None, headers: dict[str, Any]) -> dict[str, Any]:
    return {"authorization": None, "x-task-key": key, **headers}


@pytest.mark.parametrize("name", ["wrong_key", "too_many"])
def test_a_body_is_not_needed(small: InProcess, name: str) -> None:
    response = small.post("/tasks", headers=_with(None, {"prefer": f"example={name}"}))
    assert response.json()["error"] == name


@pytest.mark.parametrize(
    "prefer", ['example="too_many"', "code=429, wait=5", "wait=5; code=429", " code = 429 "]
)
def test_ways_to_write_it(small: InProcess, prefer: str) -> None:
    assert submit(small, prefer=prefer).status_code == 429


@pytest.mark.parametrize(
    "prefer", ["respond-async, wait=10", "return=minimal", "", "handling=lenient", "code="]
)
def test_what_others_prefer_is_passed_over(small: InProcess, prefer: str) -> None:
    assert look(small, prefer=prefer).status_code == 200


@pytest.mark.parametrize(
    "prefer",
    [
        "example=nothing",
        "code=418",
        "code=abc",
        "code=²",
        "code=" + "9" * 5000,
        "code=429",
        "example=done, code=400",
    ],
)
def test_an_outcome_that_there_is_not_is_a_problem(small: InProcess, prefer: str) -> None:
    response = look(small, prefer=prefer.encode())
    assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")
    assert response.json()["title"] == "Proofsheet: cannot force this"


def test_the_problem_lists_what_there_is(small: InProcess) -> None:
    detail = look(small, prefer="example=nothing").json()["detail"]
    assert detail.startswith("getTask has no outcome nothing; it declares: done (200), invalid_task (400)")


def test_forced_answers_cost_nothing(small: InProcess, key: str) -> None:
    for name in ("done", "too_many"):
        submit(small, key, prefer=f"example={name}")
    assert look(small, key).json()["credits"] == 1000


def _schedule(mock: InProcess, key: str | None = None, **what: Any) -> Any:
    response = mock.post("/_mock/schedule", json=what, headers=bearer(key))
    assert response.status_code == 201, response.text
    return response.json()


def test_a_schedule_is_for_one_key_one_operation_some_times(small: InProcess, key: str) -> None:
    _schedule(small, key, operation="getTask", code=400, times=2)
    assert submit(small, key).status_code == 200
    assert look(small).status_code == 200
    assert [look(small, key).status_code for _ in range(3)] == [400, 400, 200]


def test_a_schedule_for_anyone_and_anything(small: InProcess) -> None:
    _schedule(small, code=400)
    assert [look(small).status_code for _ in range(2)] == [400, 200]


def test_a_schedule_waits_for_an_operation_that_has_the_outcome(small: InProcess, key: str) -> None:
    _schedule(small, key, outcome="too_many")
    _schedule(small, key, code=401)
    assert [look(small, key).status_code for _ in range(2)] == [401, 200]
    assert submit(small, key).status_code == 429
    assert small.get("/_mock/schedule").json() == {"scheduled": []}


def test_a_schedule_is_worked_off_in_its_order(small: InProcess, key: str) -> None:
    _schedule(small, key, outcome="wrong_key")
    _schedule(small, key, outcome="invalid_task")
    assert [look(small, key).status_code for _ in range(3)] == [401, 400, 200]


def test_prefer_wins_over_the_schedule_and_leaves_it_alone(small: InProcess, key: str) -> None:
    _schedule(small, key, operation="getTask", code=400, times=1)
    assert look(small, key, prefer="code=401").status_code == 401
    assert look(small, key).status_code == 400


def test_the_schedule_is_shown_and_dropped(small: InProcess, key: str) -> None:
    shown = _schedule(small, key, operation="getTask", code=400, fault="latency=0.1", times=3)
    assert {**shown, "key": None} == {
        "times": 3,
        "operation": "getTask",
        "code": 400,
        "fault": "latency=0.1",
        "key": None,
    }
    assert key not in str(shown)
    assert small.get("/_mock/schedule").json()["scheduled"] == [shown]
    look(small, key, **{"proofsheet-fault": "latency=0"})
    assert small.get("/_mock/schedule").json()["scheduled"][0]["times"] == 2
    small.post("/_mock/reset", headers=bearer(key))
    assert small.get("/_mock/schedule").json()["scheduled"] == []


def test_the_schedule_is_bounded(small: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofsheet.mockserver.state.memory.MOST_SCHEDULED", 2)
    for _ in range(2):
        _schedule(small, code=400)
    response = small.post("/_mock/schedule", json={"code": 400})
    assert (response.status_code, "too much is scheduled" in response.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"times": 3},
        {"code": 400, "times": 0},
        {"code": 400, "times": -1},
        {"code": 400, "times": 1_000_001},
        {"code": 400, "times": 1.5},
        {"code": 400, "times": True},
        {"code": "400"},
        {"code": 99},
        {"code": 777},
        {"outcome": "nothing"},
        {"outcome": 5},
        {"operation": "nothing", "code": 400},
        {"operation": ["getTask"], "code": 400},
        {"operation": "getTask", "code": 429},
        {"fault": "explode"},
        {"fault": 5},
        {"code": 400, "extra": 1},
        {"key": 5, "code": 400},
        {"key": "a b", "code": 400},
        {"key": "\ud800", "code": 400},
    ],
)
def test_schedules_that_cannot_be(small: InProcess, body: Any) -> None:
    response = small.post("/_mock/schedule", content=json.dumps(body).encode())
    assert (response.status_code, response.json()["title"]) == (400, "Proofsheet: bad control request")
    assert small.get("/_mock/schedule").json() == {"scheduled": []}
