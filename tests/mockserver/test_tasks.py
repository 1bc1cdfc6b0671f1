"""Tasks: submitted, seen in every state, listed, followed up, confirmed, cancelled; paid for exactly once."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from support import InProcess

from proofsheet.mockserver.replies import task_body
from proofsheet.mockserver.task_sources import view
from proofsheet.mockserver.tasks.pace import parse_pace
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

KEY = {"x-key": "sk-tasks"}
ID = "9f0c2d5e-1111-4222-8333-444455556666"


class Tasks:
    """A double of the tests' own document of tasks, whose clock stands still."""

    def __init__(self, mock: InProcess) -> None:
        self.mock = mock
        mock.double.state.move_clock(frozen=True)

    def submit(self, prompt: str = "a cat", path: str = "/draw", **options: Any) -> httpx.Response:
        headers = {**KEY, **options.pop("headers", {})}
        return self.mock.post(path, json={"prompt": prompt, **options}, headers=headers)

    def id(self, *args: Any, **options: Any) -> str:
        response = self.submit(*args, **options)
        assert response.status_code == 200, response.text
        return str(response.json()["id"])

    def look(self, id: str, **headers: str) -> dict[str, Any]:
        response = self.mock.get(f"/tasks/{id}", headers={**KEY, **headers})
        return dict(response.json())

    def advance(self, seconds: float) -> None:
        self.mock.double.state.move_clock(seconds)

    @property
    def credits(self) -> float:
        return float(self.mock.get("/balance", headers=KEY).json()["credits"])


@pytest.fixture
def tasks(serve: Callable[..., InProcess], small_tasks: Document) -> Tasks:
    return Tasks(serve(small_tasks))


def paced(serve: Callable[..., InProcess], document: Document, pace: str) -> Tasks:
    return Tasks(serve(document, task_pace=parse_pace(pace)))


def test_a_task_goes_through_every_state_and_ends_in_its_picture(tasks: Tasks) -> None:
    submitted = tasks.submit("a red boat", seed=7).json()
    assert submitted["look"] == f"http://127.0.0.1/tasks/{submitted['id']}"
    seen = []
    for _ in range(5):
        seen.append(tasks.look(submitted["id"]))
        tasks.advance(0.3)
    assert [each["state"] for each in seen] == ["QUEUED", "QUEUED", "RUNNING", "RUNNING", "DONE"]
    assert [each["progress"] for each in seen] == ["0%", "0%", "18%", "72%", "100%"]
    assert {each["prompt"] for each in seen} == {"a red boat"}
    last = seen[-1]
    assert (last["seed"], last["kind"]) == (7, "DRAW")
    took = datetime.fromisoformat(last["ended"]).timestamp() - last["created"] / 1000
    assert took == pytest.approx(1.0, abs=0.01)
    assert tasks.look(submitted["id"]) == last


def test_the_picture_is_a_file_that_ends_in_time(tasks: Tasks) -> None:
    id = tasks.id()
    tasks.advance(1)
    link = tasks.look(id)["picture"].removeprefix("http://127.0.0.1")
    found = tasks.mock.get(link)
    assert Image.open(io.BytesIO(found.content)).size == (64, 48)
    assert found.headers["content-type"] == "image/png"
    assert tasks.look(id)["picture"].endswith(link)  # the same in every view
    assert tasks.mock.get(link.replace("-", "-0", 1)).status_code == 404
    tasks.advance(601)
    assert tasks.mock.get(link).status_code == 404


@pytest.mark.parametrize(
    ("pace", "states"),
    [
        ("instant", ["DONE", "DONE"]),
        ("looks", ["QUEUED", "RUNNING", "DONE", "DONE"]),
        ("looks=4", ["QUEUED", "QUEUED", "RUNNING", "RUNNING", "DONE"]),
    ],
)
def test_tasks_go_by_looks_where_they_are_to(
    serve: Callable[..., InProcess], small_tasks: Document, pace: str, states: list[str]
) -> None:
    tasks = paced(serve, small_tasks, pace)
    id = tasks.id()
    assert [tasks.look(id)["state"] for _ in states] == states
    assert tasks.credits == 996


def test_the_documented_pace(serve: Callable[..., InProcess], small_tasks: Document) -> None:
    tasks = paced(serve, small_tasks, "real*2")
    id = tasks.id()
    tasks.advance(7.9)  # the shortest: 2 x (1 + 3) seconds
    assert tasks.look(id)["state"] == "RUNNING"
    tasks.advance(4.2)  # the longest: 2 x (2 + 4)
    assert tasks.look(id)["state"] == "DONE"


@pytest.mark.parametrize("text", ["slow", "looks=", "real*", "-1", "", "nan", "1e9"])
def test_a_pace_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="expected quick, instant"):
        parse_pace(text)


def test_what_it_costs_is_held_and_paid_at_the_end(tasks: Tasks) -> None:
    id = tasks.id()
    state, holder = tasks.mock.double.state, ("tasks", "sk-tasks")
    assert (tasks.credits, state.held(holder)) == (1000, 4)
    tasks.advance(1)
    assert (tasks.credits, state.held(holder)) == (996, 0)
    assert tasks.look(id)["state"] == "DONE"
    assert (tasks.credits, state.held(holder)) == (996, 0)


@pytest.mark.parametrize("how", ["mock:flagged", "prefer", "scheduled"])
def test_a_task_that_fails_is_free(tasks: Tasks, how: str) -> None:
    headers = {"prefer": "example=failed"} if how == "prefer" else {}
    if how == "scheduled":
        body = {"outcome": "failed", "operation": "draw"}
        assert (
            tasks.mock.post("/_mock/schedule", json=body, headers={"authorization": None}).status_code == 201
        )
    id = tasks.id("mock:flagged" if how == "mock:flagged" else "a cat", headers=headers)
    assert tasks.look(id)["state"] == "QUEUED"
    tasks.advance(2)
    assert tasks.look(id)["state"] == "FAILED"
    assert tasks.credits == 1000


def test_a_task_can_be_made_to_stay_in_a_state(tasks: Tasks) -> None:
    id = tasks.id(headers={"prefer": "example=running"})
    tasks.advance(100_000)
    assert tasks.look(id)["state"] == "RUNNING"
    assert tasks.mock.double.state.held(("tasks", "sk-tasks")) == 4


def test_a_state_that_no_task_can_have_is_refused(tasks: Tasks) -> None:
    response = tasks.submit(headers={"prefer": "example=drawn"})
    assert response.status_code == 400
    assert "states queued, running, done, failed, cancelled" in response.json()["detail"]


def test_only_so_many_at_once(tasks: Tasks) -> None:
    first = [tasks.id() for _ in range(3)]
    refused = tasks.submit()
    assert (refused.status_code, refused.json()) == (400, {"error": "at most 3 tasks"})
    assert tasks.mock.post(f"/tasks/{first[0]}/cancel", headers=KEY).status_code == 200
    tasks.id()
    tasks.advance(1)
    tasks.id()


def test_no_more_when_others_come_in_between(tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.mock.double.state, "has_room", lambda *_: True)  # as the gate saw it
    for _ in range(3):
        tasks.id()
    assert tasks.submit().json() == {"error": "at most 3 tasks"}
    assert tasks.mock.double.state.held(("tasks", "sk-tasks")) == 12


def test_a_view_may_hold_the_file_itself(serve: Callable[..., InProcess], tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "miniature/apis/tasks.yaml").read_text()
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis/tasks.yaml").write_text(text.replace("$artifact.url", "$artifact.base64"))
    tasks = Tasks(serve(Library(tmp_path).load("tasks")))
    id = tasks.id()
    tasks.advance(1)
    shown = tasks.look(id)
    assert Image.open(io.BytesIO(base64.b64decode(shown["picture"]))).size == (64, 48)
    assert tasks.mock.get("/tasks", headers=KEY).json() == [shown]
    served = tasks.mock.double.documents.operation(("tasks", "look")).operation
    task = tasks.mock.double.state.task("tasks", id)
    assert task is not None
    assert tasks.mock.run(task_body(tasks.mock.double, served, view(tasks.mock.double, task))) == shown


def test_credits_that_are_held_cannot_be_spent_again(tasks: Tasks) -> None:
    tasks.mock.double.state.set_balance(("tasks", "sk-tasks"), Decimal(7))
    tasks.id()
    assert tasks.submit().json() == {"error": "4 credits are needed"}
    tasks.id(path="/draw/careful")  # 2


def test_what_is_cancelled_is_over_and_free(tasks: Tasks) -> None:
    id = tasks.id()
    tasks.advance(0.6)
    assert tasks.mock.post(f"/tasks/{id}/cancel", headers=KEY).json()["id"] == id
    assert tasks.look(id)["state"] == "CANCELLED"
    again = tasks.mock.post(f"/tasks/{id}/cancel", headers=KEY)
    assert (again.status_code, again.json()) == (409, {"error": "not in this state"})
    tasks.advance(5)
    assert tasks.look(id)["state"] == "CANCELLED"
    assert (tasks.credits, tasks.mock.double.state.held(("tasks", "sk-tasks"))) == (1000, 0)


def test_what_has_ended_cannot_be_cancelled(tasks: Tasks) -> None:
    id = tasks.id()
    tasks.advance(1)
    assert tasks.mock.post(f"/tasks/{id}/cancel", headers=KEY).status_code == 409
    assert (tasks.look(id)["state"], tasks.credits) == ("DONE", 996)


def test_a_task_that_waits_goes_on_when_it_is_confirmed(tasks: Tasks) -> None:
    id = tasks.id("a cat", path="/draw/careful")
    tasks.advance(100)
    assert tasks.look(id)["state"] == "WAITING"
    confirmed = tasks.mock.post(f"/tasks/{id}/confirm", json={"prompt": "a dog"}, headers=KEY)
    assert confirmed.status_code == 200
    assert tasks.look(id)["state"] == "QUEUED"
    assert tasks.mock.post(f"/tasks/{id}/confirm", json={}, headers=KEY).status_code == 409
    tasks.advance(1)
    assert (tasks.look(id)["state"], tasks.look(id)["prompt"]) == ("DONE", "a dog")
    assert tasks.credits == 998


def test_a_follow_up_needs_a_parent_that_is_done(tasks: Tasks) -> None:
    parent = tasks.id()
    path = f"/tasks/{parent}/redraw"
    assert tasks.submit("again", path).status_code == 409
    tasks.advance(1)
    child = tasks.id("again", path)
    assert (tasks.look(child)["parent"], tasks.look(child)["kind"]) == (parent, "REDRAW")
    assert tasks.submit("again", f"/tasks/{ID}/redraw").json() == {"error": "no such task"}


def test_tasks_of_another_key_are_none(tasks: Tasks) -> None:
    id = tasks.id()
    other = {"x-key": "sk-another"}
    assert tasks.look(id, **other) == {"error": "no such task"}
    assert tasks.mock.get("/tasks", headers=other).json() == []
    assert tasks.mock.post(f"/tasks/{id}/cancel", headers=other).status_code == 404


def test_lists_show_each_task_as_its_view_does(tasks: Tasks) -> None:
    first, second = tasks.id("one"), tasks.id("two")
    tasks.advance(1)
    shown = tasks.mock.get("/tasks", headers=KEY).json()
    assert shown == [tasks.look(second), tasks.look(first)]
    body = {"ids": [first, ID, second]}
    some = tasks.mock.post("/some-tasks", json=body, headers=KEY).json()
    assert some == [tasks.look(first), tasks.look(second)]


def test_links_begin_as_the_client_sees_the_double(
    serve: Callable[..., InProcess], small_tasks: Document
) -> None:
    tasks = Tasks(serve(small_tasks))
    cases = {
        "https://app.example": {"forwarded": "for=10.0.0.1;proto=https;host=app.example"},
        "https://app.example/mj": {
            "x-forwarded-proto": "https",
            "x-forwarded-host": "app.example",
            "x-forwarded-prefix": "/mj/",
        },
        "https://app.example/a/b-c": {"x-forwarded-host": "app.example", "x-forwarded-prefix": "/a/b-c"}
        | {"x-forwarded-proto": "https"},
        "http://app.example": {"x-forwarded-host": "app.example", "x-forwarded-prefix": '/"><b>'},
        "http://other:81": {"host": "other:81"},
        "http://127.0.0.1": {"host": 'other"><b>', "x-forwarded-host": "a b"},
    }
    for expected, headers in cases.items():
        assert tasks.submit(headers=headers).json()["look"].startswith(f"{expected}/tasks/")
        tasks.advance(1)
    public = Tasks(serve(small_tasks, public_url="https://mock.example/x/"))
    assert (
        public.submit(headers={"forwarded": "host=evil"})
        .json()["look"]
        .startswith("https://mock.example/x/tasks/")
    )
    under = public.submit(path="/tasks/draw").json()["look"]
    assert under.startswith("https://mock.example/x/tasks/tasks/")


def test_a_file_is_where_its_link_leads_under_any_base_path(tasks: Tasks) -> None:
    id = tasks.id(path="/tasks/draw")
    tasks.advance(1)
    link = tasks.look(id)["picture"].removeprefix("http://127.0.0.1")
    assert tasks.mock.get(link).status_code == 200


def test_only_looks_of_its_own_key_count(serve: Callable[..., InProcess], small_tasks: Document) -> None:
    tasks = paced(serve, small_tasks, "looks")
    id, other = tasks.id(), {"x-key": "sk-another"}
    for _ in range(3):
        assert tasks.look(id, **other) == {"error": "no such task"}
        assert tasks.mock.post("/some-tasks", json={"ids": [id]}, headers=other).json() == []
        tasks.mock.get(f"/_mock/tasks/{id}", headers={"authorization": None})
    body = {"ids": [id, id, id]}  # one request is one look
    seen = [tasks.mock.post("/some-tasks", json=body, headers=KEY).json() for _ in range(3)]
    assert [[each["state"] for each in found] for found in seen] == [["QUEUED"], ["RUNNING"], ["DONE"]]


def _without(document: Document, what: str) -> Document:
    """The document after an edit by hand: without an operation, with another lifecycle or another state."""
    known = dict(document.operations)
    if what == "operation":
        return replace(document, operations={name: each for name, each in known.items() if name != "draw"})
    lifecycle = known["draw"].lifecycles["drawing"]
    running = {("walking" if name == "running" else name): each for name, each in lifecycle.states.items()}
    other = replace(lifecycle, name="other") if what == "lifecycle" else replace(lifecycle, states=running)
    role = replace(known["draw"].task, lifecycle=other, lifecycles={other.name: other})  # type: ignore[type-var]
    return replace(document, operations={**known, "draw": replace(known["draw"], task=role)})


@pytest.mark.parametrize("what", ["operation", "lifecycle", "state"])
def test_tasks_that_reloaded_documents_do_not_know_are_unknown_until_they_do(
    tasks: Tasks, small_tasks: Document, what: str
) -> None:
    id, control = tasks.id(), {"authorization": None}
    ended = tasks.id()
    tasks.advance(1)
    link = tasks.look(ended)["picture"].removeprefix("http://127.0.0.1")
    tasks.mock.site.reload([_without(small_tasks, what)])
    assert tasks.look(id) == {"error": "no such task"}
    assert tasks.mock.post(f"/tasks/{id}/cancel", headers=KEY).status_code == 404
    assert tasks.submit("again", f"/tasks/{id}/redraw").status_code == 404
    assert tasks.mock.get("/tasks", headers=KEY).json() == []
    assert tasks.mock.post("/some-tasks", json={"ids": [id]}, headers=KEY).json() == []
    assert tasks.mock.get(link).status_code == 404
    assert tasks.mock.get("/_mock/tasks", headers=control).json() == {"tasks": []}
    assert tasks.mock.get(f"/_mock/tasks/{id}", headers=control).status_code == 404
    assert tasks.mock.post(f"/_mock/tasks/{id}", json={"fail": True}, headers=control).status_code == 404
    assert tasks.credits == 1000 - 8  # what they cost is settled all the same
    tasks.mock.site.reload([small_tasks])
    assert (tasks.look(id)["state"], tasks.mock.get(link).status_code) == ("DONE", 200)


def test_reset_forgets_tasks(tasks: Tasks) -> None:
    id = tasks.id()
    assert tasks.mock.post("/_mock/reset", json={}, headers={"authorization": None}).status_code == 200
    assert tasks.look(id) == {"error": "no such task"}


def test_what_is_forced_on_a_look_still_shows_the_task(tasks: Tasks) -> None:
    id = tasks.id("a red boat")
    shown = tasks.look(id, prefer="example=failed")
    assert (shown["id"], shown["state"], shown["prompt"]) == (id, "FAILED", "a red boat")
    assert tasks.look(id)["state"] == "QUEUED"


def test_a_body_over_the_limit_is_refused_where_the_document_says_nothing_of_it(
    serve: Callable[..., InProcess], small_tasks: Document
) -> None:
    tasks = Tasks(serve(small_tasks, max_body_bytes=1000))
    refused = tasks.submit("x" * 1000)
    assert (refused.status_code, refused.json()["detail"][:27]) == (413, "expected at most 1000 bytes")
    assert (tasks.credits, tasks.submit("x" * 100).status_code) == (1000, 200)
