"""Outcomes wished for: by the Prefer header and by the schedule of the control surface."""

from __future__ import annotations

from typing import Any

import pytest
from asking import BALANCE, CORE, SD3, V1, ask, bearer, opened
from support import InProcess

from proofsheet.spec.document import Operation
from proofsheet.spec.load import Library

DOCUMENT = Library().load("stability")
OPERATIONS = DOCUMENT.operations
EVERY = [
    pytest.param(
        operation, outcome.name, outcome.status, media_type, id=f"{operation.id}-{outcome.name}-{media_type}"
    )
    for operation in OPERATIONS.values()
    for outcome in operation.outcomes.values()
    for media_type in outcome.representations
]


def _wants(operation: Operation, media_type: str) -> dict[str, Any]:
    # The representation follows from what is asked for, as it does without force.
    by_format = operation.body is not None and "output_format" in operation.body.schema["properties"]
    fields = (
        {"output_format": media_type.removeprefix("image/")} if by_format and "image" in media_type else {}
    )
    return {"fields": fields, "headers": {"accept": media_type}}


@pytest.mark.parametrize(("operation", "name", "status", "media_type"), EVERY)
def test_every_outcome_by_name(
    house: InProcess, operation: Operation, name: str, status: int, media_type: str
) -> None:
    wants = _wants(operation, media_type)
    headers = {**wants["headers"], "prefer": f"example={name}"}
    response = ask(house, operation, wants["fields"], headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"].partition(";")[0] == media_type
    if status >= 400:
        assert response.json()["name"] == name
    if media_type.startswith("image/"):
        assert opened(response.content).format == media_type.removeprefix("image/").upper()


BY_CODE = [
    pytest.param(operation, status, id=f"{operation.id}-{status}")
    for operation in OPERATIONS.values()
    for status in dict.fromkeys(each.status for each in operation.outcomes.values())
]


@pytest.mark.parametrize(("operation", "status"), BY_CODE)
def test_every_status(house: InProcess, operation: Operation, status: int) -> None:
    response = ask(house, operation, headers={"prefer": f"code={status}"})
    first = next(each for each in operation.outcomes.values() if each.status == status)
    assert response.status_code == status
    assert status < 400 or response.json()["name"] == first.name


@pytest.mark.parametrize("name", ["server_error", "rate_limit_exceeded"])
def test_a_body_is_not_needed(house: InProcess, name: str) -> None:
    response = house.post(V1, headers={"prefer": f"example={name}", "authorization": None})
    assert response.json()["name"] == name


@pytest.mark.parametrize(
    "prefer", ['example="payment_required"', "code=402, wait=5", "wait=5; code=402", " code = 402 "]
)
def test_ways_to_write_it(house: InProcess, prefer: str) -> None:
    assert house.form(CORE, {"prompt": "a"}, headers={"prefer": prefer}).status_code == 402


@pytest.mark.parametrize("prefer", ["respond-async, wait=10", "return=minimal", "", "handling=lenient"])
def test_what_others_prefer_is_passed_over(house: InProcess, prefer: str) -> None:
    assert house.get(BALANCE, headers={"prefer": prefer}).status_code == 200


@pytest.mark.parametrize(
    "prefer",
    [
        "example=nothing",
        "code=418",
        "code=abc",
        "code=",
        "code=²",
        "code=" + "9" * 5000,
        "code=402",
        "example=success, code=500",
    ],
)
def test_a_wish_that_cannot_be_met_is_told(house: InProcess, prefer: str) -> None:
    response = house.get(BALANCE, headers={"prefer": prefer.encode()})
    if prefer == "code=":
        assert response.status_code == 200
        return
    assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")
    assert response.json()["title"] == "Proofsheet: cannot force this"


def test_the_problem_lists_what_there_is(house: InProcess) -> None:
    detail = house.get(BALANCE, headers={"prefer": "example=nothing"}).json()["detail"]
    assert detail.startswith(
        "getBalance has no outcome nothing; it declares: success (200), unauthorized (401)"
    )


def test_forced_answers_cost_nothing(mock: InProcess, key: str) -> None:
    for wish in ("success", "content_filtered", "payment_required"):
        mock.form(SD3, {"prompt": "a cat"}, headers=bearer(key, prefer=f"example={wish}"))
    assert mock.get(BALANCE, headers=bearer(key)).json() == {"credits": 1000}


def _schedule(mock: InProcess, key: str | None = None, **what: Any) -> Any:
    response = mock.post("/_mock/schedule", json=what, headers=bearer(key))
    assert response.status_code == 201, response.text
    return response.json()


def test_a_schedule_is_for_one_key_one_operation_some_times(mock: InProcess, key: str) -> None:
    _schedule(mock, key, operation="getBalance", code=500, times=2)
    assert mock.get("/v1/user/account", headers=bearer(key)).status_code == 200
    assert mock.get(BALANCE).status_code == 200
    assert [mock.get(BALANCE, headers=bearer(key)).status_code for _ in range(3)] == [500, 500, 200]


def test_a_schedule_for_anyone_and_anything(mock: InProcess) -> None:
    _schedule(mock, code=500)
    assert mock.get("/v1/engines/list").status_code == 500
    assert mock.get("/v1/engines/list").status_code == 200


def test_a_schedule_waits_for_an_operation_that_has_the_outcome(mock: InProcess, key: str) -> None:
    _schedule(mock, key, outcome="payment_required")
    _schedule(mock, key, code=404)
    assert mock.get(BALANCE, headers=bearer(key)).status_code == 200
    assert mock.post(V1, json={}, headers=bearer(key)).status_code == 404
    assert mock.form(CORE, {"prompt": "a"}, headers=bearer(key)).status_code == 402
    assert mock.get("/_mock/schedule").json() == {"scheduled": []}


def test_a_schedule_is_worked_off_in_its_order(mock: InProcess, key: str) -> None:
    _schedule(mock, key, outcome="rate_limit_exceeded")
    _schedule(mock, key, outcome="server_error")
    assert [mock.get(BALANCE, headers=bearer(key)).status_code for _ in range(3)] == [429, 500, 200]


def test_prefer_wins_over_the_schedule(mock: InProcess, key: str) -> None:
    _schedule(mock, key, code=500)
    assert mock.get(BALANCE, headers=bearer(key, prefer="code=429")).status_code == 429


def test_the_schedule_is_shown_and_dropped(mock: InProcess, key: str) -> None:
    shown = _schedule(mock, key, operation="getBalance", code=500, fault="latency=0.1", times=3)
    assert {**shown, "key": None} == {
        "times": 3,
        "operation": "getBalance",
        "code": 500,
        "fault": "latency=0.1",
        "key": None,
    }
    assert key not in str(shown)
    assert mock.get("/_mock/schedule").json()["scheduled"] == [shown]
    mock.get(BALANCE, headers=bearer(key, **{"proofsheet-fault": "latency=0"}))
    assert mock.get("/_mock/schedule").json()["scheduled"][0]["times"] == 2
    mock.post("/_mock/reset", headers=bearer(key))
    assert mock.get("/_mock/schedule").json()["scheduled"] == []


def test_the_schedule_is_bounded(mock: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofsheet.mockserver.state.memory.MOST_SCHEDULED", 2)
    for _ in range(2):
        _schedule(mock, code=500)
    response = mock.post("/_mock/schedule", json={"code": 500})
    assert (response.status_code, "too much is scheduled" in response.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"times": 3},
        {"code": 500, "times": 0},
        {"code": 500, "times": -1},
        {"code": 500, "times": 1.5},
        {"code": 500, "times": True},
        {"code": "500"},
        {"code": 99},
        {"code": 777},
        {"outcome": "nothing"},
        {"outcome": 5},
        {"operation": "nothing", "code": 500},
        {"operation": ["getBalance"], "code": 500},
        {"operation": "getBalance", "code": 402},
        {"fault": "explode"},
        {"fault": 5},
        {"code": 500, "extra": 1},
        {"key": 5, "code": 500},
        {"key": "a b", "code": 500},
        {"key": "\ud800", "code": 500},
    ],
)
def test_schedules_that_cannot_be(mock: InProcess, body: Any) -> None:
    import json

    response = mock.post("/_mock/schedule", content=json.dumps(body).encode())
    assert (response.status_code, response.json()["title"]) == (400, "Proofsheet: bad control request")
    assert mock.get("/_mock/schedule").json() == {"scheduled": []}


def test_a_call_that_prefers_an_outcome_leaves_the_schedule_alone(mock: InProcess, key: str) -> None:
    _schedule(mock, key, operation="getBalance", code=500, times=1)
    prefers = mock.get(BALANCE, headers=bearer(key, prefer="code=401"))
    assert (prefers.status_code, mock.get(BALANCE, headers=bearer(key)).status_code) == (401, 500)


@pytest.mark.parametrize("data", [b"junk", b"GIF89a", b"\x89PNG\r\n\x1a\n"])
def test_a_forced_success_with_a_broken_upload_is_a_picture(mock: InProcess, data: bytes) -> None:
    files = {"image": ("a.png", data, "image/png")}
    response = mock.form(
        "/v2beta/stable-image/generate/ultra",
        {"prompt": "a cat", "strength": "0.5"},
        files=files,
        headers={"prefer": "code=200"},
    )
    assert (response.status_code, response.headers["content-type"]) == (200, "image/png")
