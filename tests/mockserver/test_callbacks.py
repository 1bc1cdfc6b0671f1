"""Callbacks: sent on their states with the body of a view, again where documented, to this machine only."""

from __future__ import annotations

import asyncio
import gc
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from receiver import NOT_FOUND, Receiver
from support import InProcess
from waiting import PATIENCE

from proofsheet.mockserver import callback_client
from proofsheet.mockserver.callback_client import Reach, parse_reach
from proofsheet.mockserver.callback_queue import CallbackQueue
from proofsheet.mockserver.state import journal
from proofsheet.mockserver.tasks.pace import parse_pace
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

KEY = {"x-key": "sk-callbacks"}
CONTROL = {"authorization": None}


class Hooked:
    """A double whose clock stands still, and a receiver on the same loop."""

    def __init__(self, mock: InProcess, receiver: Receiver) -> None:
        self.mock, self.receiver = mock, receiver
        self.url = mock.run(receiver.start())
        mock.double.state.move_clock(frozen=True)

    def submit(self, path: str = "/draw", **options: Any) -> str:
        body = {"prompt": "a cat", "hook": self.url, **options.pop("json", {})}
        response = self.mock.post(path, json=body, headers={**KEY, **options.pop("headers", {})})
        assert response.status_code == 200, response.text
        return str(response.json()["id"])

    def look(self, id: str) -> dict[str, Any]:
        return dict(self.mock.get(f"/tasks/{id}", headers=KEY).json())

    def advance(self, seconds: float) -> None:
        answer = self.mock.post("/_mock/clock", json={"advance": seconds}, headers=CONTROL)
        assert answer.status_code == 200

    def attempts(self, count: int, first: bool = False) -> list[dict[str, Any]]:
        """The journal's entries of so many attempts; of the first of each callback, if wanted."""

        def known() -> list[dict[str, Any]]:
            found = [each for each in self.mock.double.state.journal() if "callback" in each]
            return [each for each in found if not first or each["callback"]["attempt"] == 1]

        async def noted() -> list[dict[str, Any]]:
            async with asyncio.timeout(PATIENCE):
                while len(found := known()) < count:
                    await asyncio.sleep(0.01)
            return found

        found: list[dict[str, Any]] = self.mock.run(noted())
        return found


@pytest.fixture
def hooked(serve: Callable[..., InProcess], small_tasks: Document) -> Iterator[Callable[..., Hooked]]:
    made: list[Hooked] = []

    def make(*answers: bytes | None, **settings: Any) -> Hooked:
        made.append(Hooked(serve(small_tasks, **settings), Receiver(*answers)))
        return made[-1]

    yield make
    for each in made:
        each.mock.run(each.receiver.stop())


def test_the_end_is_sent_as_a_view_shows_it(hooked: Callable[..., Hooked]) -> None:
    app = hooked()
    id = app.submit(json={"secret": "hush-hush"})
    app.advance(1)
    (found,) = app.mock.run(app.receiver.until(1))
    assert found.line == "POST /hook HTTP/1.1"
    assert found.body == app.look(id)
    assert found.body["state"] == "DONE"
    headers = {name: found.headers[name] for name in ("x-hook-secret", "x-event", "content-type")}
    assert headers == {"x-hook-secret": "hush-hush", "x-event": "ended", "content-type": "application/json"}


def test_a_part_of_the_view_is_sent_where_the_document_says_so(
    serve: Callable[..., InProcess], library: Library
) -> None:
    app = Hooked(serve(library.load("kling")), Receiver())
    path, headers = "/kling/v1/videos/text2video", {"authorization": "Bearer sk-part"}
    asked = {"prompt": "a cat", "callback_url": app.url}
    id = app.mock.post(path, json=asked, headers=headers).json()["data"]["task_id"]
    app.advance(1)
    came = [each.body for each in app.mock.run(app.receiver.until(2))]
    assert [each["task_status"] for each in came] == ["processing", "succeed"]
    assert came[-1] == app.mock.get(f"{path}/{id}", headers=headers).json()["data"]
    app.mock.run(app.receiver.stop())


def test_each_attempt_is_in_the_journal_and_can_be_verified(hooked: Callable[..., Hooked]) -> None:
    app = hooked()
    id = app.submit(json={"secret": "hush-hush"})
    app.advance(1)
    (entry,) = app.attempts(1)
    assert (entry["operation"], entry["method"], entry["path"]) == ("ended", "POST", app.url)
    assert (entry["status"], entry["response"]) == (200, "ok")
    assert entry["callback"] == {"task": id, "state": "done", "attempt": 1}
    assert "hush-hush" not in str(entry)

    def verified(body: dict[str, Any]) -> dict[str, Any]:
        key = {"authorization": "Bearer sk-callbacks"}
        return dict(app.mock.post("/_mock/verify", json=body, headers=key).json())

    assert verified({"operation": "ended", "fields": {"state": "DONE", "id": id}, "count": 1})["ok"]
    assert verified({"count": 1})["ok"]  # a callback is no call


def test_no_secret_of_a_submission_is_in_the_journal(hooked: Callable[..., Hooked]) -> None:
    app = hooked(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhush-hush")
    secret, place = "hush-hush", app.url.replace("http://", "http://me:pa55-word@")
    hook = f"{place}?token=t0ken-0f-mine&room=7&sig=s1g"
    app.submit(json={"secret": secret, "hook": hook, "prompt": f"a cat {secret} {hook}"})
    refused = {"secret": secret, "hook": hook, "prompt": "", "webhook_secret": "x", "more": {"api_key": "k"}}
    app.mock.post("/draw", json=refused, headers={**KEY, "x-auth-token": "another-token"})
    app.advance(1)
    (sent,) = app.mock.run(app.receiver.until(1))
    assert (sent.line.split()[1], sent.headers["x-hook-secret"]) == (hook[hook.index("/hook") :], secret)
    app.attempts(1)
    shown = str(app.mock.get("/_mock/journal", headers=CONTROL).json())
    shown += str(app.mock.get("/_mock/tasks", headers=CONTROL).json())
    for each in (
        secret,
        "pa55-word",
        "t0ken-0f-mine",
        "s1g",
        "another-token",
        "'webhook_secret': 'x'",
        "'k'",
    ):
        assert each not in shown
    assert "room=7" in shown  # what is no secret stays
    assert journal.label(secret) in shown  # and the same secret has the same label
    wanted = {"operation": "draw", "fields": {"secret": secret}, "count": 2}
    assert app.mock.post("/_mock/verify", json=wanted, headers=CONTROL).json()["ok"]


def test_callbacks_go_out_with_the_documents_that_they_wait_with(
    hooked: Callable[..., Hooked], small_tasks: Document, miniature: Document
) -> None:
    app = hooked()
    id = app.submit()
    app.mock.site.reload([miniature])
    app.advance(1)
    (found,) = app.mock.run(app.receiver.until(1))
    assert (found.body["id"], found.body["state"]) == (id, "DONE")


def test_without_an_address_nothing_is_sent(hooked: Callable[..., Hooked]) -> None:
    app = hooked()
    for hook in (None, "", " "):
        app.submit(json={"hook": hook} if hook is not None else {"hook": None})
    app.advance(1)
    app.submit()
    app.advance(1)
    assert len(app.attempts(1)) == 1


def test_only_the_states_that_are_named(hooked: Callable[..., Hooked]) -> None:
    app = hooked()
    cancelled, failed = app.submit(), app.submit(headers={"prefer": "example=failed"})
    app.mock.post(f"/tasks/{cancelled}/cancel", headers=KEY)
    app.advance(1)
    (found,) = app.mock.run(app.receiver.until(1))
    assert (found.body["id"], found.body["state"]) == (failed, "FAILED")
    app.submit()
    app.advance(1)
    assert [each.body["state"] for each in app.mock.run(app.receiver.until(2))] == ["FAILED", "DONE"]


def test_what_is_not_taken_is_sent_again_as_documented(hooked: Callable[..., Hooked]) -> None:
    redirect = b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"
    app = hooked(NOT_FOUND, redirect, NOT_FOUND)
    app.submit()
    app.advance(1)
    assert [each["status"] for each in app.attempts(1)] == [404]
    app.advance(4.9)
    app.look(app.submit(json={"hook": None}))  # the loop has run
    assert len(app.receiver.received) == 1
    app.advance(0.2)
    assert [each["status"] for each in app.attempts(2)] == [404, 302]
    app.advance(6)
    assert [each["callback"]["attempt"] for each in app.attempts(3)] == [1, 2, 3]
    assert {each.line for each in app.receiver.received} == {"POST /hook HTTP/1.1"}  # no redirect is followed
    assert app.receiver.received[0].body == app.receiver.received[2].body
    app.advance(60)
    assert app.mock.double.callbacks.next_at() is None


def test_by_looks_the_look_that_finds_the_end_sends_it(hooked: Callable[..., Hooked]) -> None:
    app = hooked(task_pace=parse_pace("looks"))
    id = app.submit()
    seen = [app.look(id)["state"] for _ in range(4)]
    assert seen == ["QUEUED", "RUNNING", "DONE", "DONE"]
    assert [each["callback"]["state"] for each in app.attempts(1)] == ["done"]
    assert app.receiver.received[0].body["state"] == "DONE"


def test_at_once_the_end_comes_after_the_answer(hooked: Callable[..., Hooked]) -> None:
    app = hooked(task_pace=parse_pace("instant"))
    id = app.submit()
    (found,) = app.mock.run(app.receiver.until(1))
    assert (found.body["id"], found.body["state"]) == (id, "DONE")


def test_a_task_that_was_forgotten_calls_nobody(hooked: Callable[..., Hooked]) -> None:
    app = hooked()
    app.submit()
    app.mock.post("/_mock/reset", json={}, headers=CONTROL)
    app.mock.double.state.move_clock(1)
    app.submit()
    app.mock.double.state.move_clock(1)
    assert len(app.attempts(1)) == 1
    assert len(app.receiver.received) == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "ftp://127.0.0.1/", "http://", "nonsense", "http://ü/", "http://[::1/"]
)
def test_an_address_that_is_dead_or_none_is_an_entry_of_the_journal(
    hooked: Callable[..., Hooked], url: str
) -> None:
    app = hooked()
    app.submit(json={"hook": url})
    app.advance(1)
    (entry,) = app.attempts(1)
    assert entry["status"] == 0
    assert entry["response"]


def test_a_receiver_that_never_answers_is_given_up(
    hooked: Callable[..., Hooked], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback_client, "SECONDS", 0.05)
    app = hooked(None)
    app.submit()
    app.advance(1)
    (entry,) = app.attempts(1)
    assert (entry["status"], entry["response"]) == (0, "no answer within 0.05 seconds")


def test_many_that_never_answer_hold_up_only_so_many(
    hooked: Callable[..., Hooked], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback_client, "SECONDS", 0.05)
    app = hooked(None)
    ids = set()
    for _ in range(20):
        ids.add(app.submit())
        app.advance(1)
    found = app.attempts(20, first=True)
    assert {each["status"] for each in found} == {0}
    assert {each["callback"]["task"] for each in found} == ids


@pytest.mark.parametrize(
    ("reach", "host", "address", "admitted"),
    [
        ("loopback", "localhost", "127.0.0.1", True),
        ("loopback", "localhost", "::1", True),
        ("loopback", "::ffff:127.0.0.1", "::ffff:127.0.0.1", True),
        ("loopback", "app", "172.18.0.3", False),
        ("loopback", "example.org", "93.184.215.14", False),
        ("anywhere", "example.org", "93.184.215.14", True),
        ("anywhere", "rebound.example", "10.0.0.7", False),
        ("anywhere", "10.0.0.7", "10.0.0.7", True),
        ("anywhere", "169.254.169.254", "169.254.169.254", False),
        ("anywhere", "0.0.0.0", "0.0.0.0", False),
        ("app,10.0.0.7", "app", "172.18.0.3", True),
        ("app,10.0.0.7", "10.0.0.7", "10.0.0.7", True),
        ("app,10.0.0.7", "other", "172.18.0.3", False),
    ],
)
def test_where_callbacks_may_go(reach: str, host: str, address: str, admitted: bool) -> None:
    assert parse_reach(reach).admits(host, address) == admitted


@pytest.mark.parametrize("text", ["", "http://app", "a b", "app,,"])
def test_a_reach_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="expected loopback, anywhere, or hosts"):
        parse_reach(text)


def test_the_address_is_judged_when_the_connection_is_made(
    serve: Callable[..., InProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def send() -> Any:
        async def resolved(*_: Any) -> Any:
            return [(0, 0, 0, "", ("10.0.0.7", 80))]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolved)
        return await callback_client.send(Reach(anywhere=True), "POST", "http://app.example/", {}, b"{}")

    answer = asyncio.run(send())
    assert answer.status == 0
    assert "app.example is 10.0.0.7, which is not on this machine" in answer.text


@pytest.mark.parametrize(("forcing", "sent"), [("callback=lost", 0), ("callback=twice", 2)])
@pytest.mark.parametrize("when", ["at the submission", "later"])
def test_a_callback_is_lost_or_sent_twice(
    hooked: Callable[..., Hooked], forcing: str, sent: int, when: str
) -> None:
    app = hooked()
    id = app.submit(headers={"proofsheet-task": forcing} if when == "at the submission" else {})
    if when == "later":
        app.mock.post(f"/_mock/tasks/{id}", json={"force": forcing}, headers=CONTROL)
    app.advance(1)
    other = app.submit()
    app.advance(1)
    ids = [each["callback"]["task"] for each in app.attempts(sent + 1)]
    assert sorted(ids) == sorted([id] * sent + [other])


def test_a_task_that_is_moved_from_outside_calls_once(hooked: Callable[..., Hooked]) -> None:
    app = hooked()
    finished, hurried = app.submit(), app.submit()
    app.mock.post(f"/_mock/tasks/{finished}", json={"finish": True}, headers=CONTROL)
    app.mock.post(f"/_mock/tasks/{hurried}", json={"advance": 0.6}, headers=CONTROL)
    app.mock.post(f"/_mock/tasks/{hurried}", json={"advance": 0.6}, headers=CONTROL)
    app.mock.post(f"/_mock/tasks/{hurried}", json={"advance": 0.6}, headers=CONTROL)
    app.advance(2)
    last = app.submit()
    app.advance(2)
    assert {each["callback"]["task"] for each in app.attempts(3)} == {finished, hurried, last}
    assert len(app.attempts(3)) == 3


def test_what_is_under_way_ends_in_order_wherever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that is given up before its first step must not be warned of on the user's terminal."""
    heard: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda found: heard.append(str(found.exc_value)))
    monkeypatch.setattr(warnings, "showwarning", lambda text, *rest: heard.append(str(text)))

    async def leave(steps: int) -> None:
        queue = CallbackQueue()
        sending = callback_client.send(parse_reach("loopback"), "POST", "http://127.0.0.1:9/", {}, b"")
        queue.sending.add(asyncio.create_task(sending))  # type: ignore[arg-type]
        for _ in range(steps):
            await asyncio.sleep(0)
        await queue.close()

    gc.collect()
    gc.freeze()  # what was there before is not looked through forty times
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        for steps in range(40):
            asyncio.run(leave(steps))
            gc.collect()
    gc.unfreeze()
    assert heard == []
