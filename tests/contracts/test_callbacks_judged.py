"""Callbacks as `check` judges them: what breaks a documented fact is found, what breaks none is not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from judging import Judged
from task_relays import Forward, is_submission, is_view

from proofsheet.contracts.checks.callbacks import CallbackRepeated
from proofsheet.contracts.client.callback_receiver import (
    LARGEST,
    CallbackAddress,
    CannotListen,
    Receiver,
    callback_address,
    receiving,
)
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.history import Unjudged
from proofsheet.contracts.plan.plan import ALLOWED, plan
from proofsheet.contracts.trail import Trail
from proofsheet.mockserver.tasks.pace import parse_pace
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

HEARS = frozenset({*ALLOWED, "callback-listen"})
ASKED = ("tasks.draw.task.callback",)
STATES = ("DONE", "FAILED")
MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Sent:
    """A callback as it goes out."""

    body: Any
    headers: dict[str, str]
    method: str = "POST"


Change = Callable[[Sent], list[Sent]]


@dataclass
class Caller:
    """A relay that takes the target's place in sending callbacks, at each look, each as `change` makes it."""

    receiver: Receiver
    change: Change
    states: tuple[str, ...] = STATES
    repeats: bool = True
    hooks: dict[str, tuple[str, str]] = field(default_factory=dict)  # id of a task: address and secret
    waiting: list[tuple[str, Sent, int]] = field(default_factory=list)
    called: set[tuple[str, str]] = field(default_factory=set)

    def __call__(self, request: httpx.Request, forward: Forward) -> httpx.Response:
        if is_submission(request):
            return self._submitted(request, forward)
        response = forward(request)
        if is_view(request) and response.status_code == 200:
            self._seen(response.json())
            self._send()
        return response

    def _submitted(self, request: httpx.Request, forward: Forward) -> httpx.Response:
        body = json.loads(request.content)
        hook, secret = body.pop("hook", None), body.get("secret")
        response = forward(httpx.Request("POST", request.url, headers=_kept(request), json=body))
        if hook and response.status_code == 200:
            self.hooks[response.json()["id"]] = hook, secret
        return response

    def _seen(self, task: dict[str, Any]) -> None:
        once = (task["id"], task["state"])
        if task["state"] not in self.states or task["id"] not in self.hooks or once in self.called:
            return
        self.called.add(once)
        url, secret = self.hooks[task["id"]]
        headers = {"content-type": "application/json", "x-hook-secret": secret, "x-event": "ended"}
        self.waiting += [(url, each, 1) for each in self.change(Sent(task, headers))]

    def _send(self) -> None:
        due, self.waiting = self.waiting, []
        for url, sent, attempt in due:
            inbox = self.receiver.at(httpx.URL(url).path)
            assert inbox is not None
            status = inbox.take(sent.method, sent.headers, _bytes(sent.body))
            if status >= 300 and self.repeats and attempt < MOST_ATTEMPTS:
                self.waiting.append((url, sent, attempt + 1))


def _kept(request: httpx.Request) -> dict[str, str]:
    return {name: each for name, each in request.headers.items() if name != "content-length"}


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def saying(**members: Any) -> Change:
    return lambda sent: [replace(sent, body={**sent.body, **members})]


def headed(**headers: str | None) -> Change:
    changed = {name.replace("_", "-"): each for name, each in headers.items()}
    return lambda sent: [
        replace(sent, headers={name: each for name, each in {**sent.headers, **changed}.items() if each})
    ]


def bodied(change: Callable[[dict[str, Any]], Any]) -> Change:
    return lambda sent: [replace(sent, body=change(sent.body))]


def as_it_is(sent: Sent) -> list[Sent]:
    return [sent]


# what is done to each callback, and topics that must be found broken
BROKEN: dict[str, tuple[Change, frozenset[str]]] = {
    "lost": (lambda sent: [], frozenset({"comes"})),
    "twice": (lambda sent: [sent, sent, sent], frozenset({"once"})),
    "of another task": (saying(id="gw-1"), frozenset({"body"})),
    "its state translated": (saying(state="finished"), frozenset({"comes", "body"})),
    "its prompt rewritten": (saying(prompt="masterpiece"), frozenset({"body"})),
    "its end in another hour": (saying(ended="2001-01-01T00:00:00Z"), frozenset({"body"})),
    "without its result": (saying(picture=None), frozenset({"body"})),
    "within an envelope": (bodied(lambda task: {"code": 0, "data": task}), frozenset({"comes", "body"})),
    "a form": (bodied(lambda task: f"id={task['id']}&state=DONE".encode()), frozenset({"comes", "body"})),
    "put": (lambda sent: [replace(sent, method="PUT")], frozenset({"form"})),
    "as text": (headed(content_type="text/plain"), frozenset({"form"})),
    "without its secret": (headed(x_hook_secret=None), frozenset({"form"})),
    "with another secret": (headed(x_hook_secret="gateway"), frozenset({"form"})),
    "without its event": (headed(x_event=None), frozenset({"form"})),
}
HARMLESS: dict[str, Change] = {
    "as it is": as_it_is,
    "with further members": saying(gateway={"node": 3}),
    "in another order": bodied(lambda task: dict(reversed(task.items()))),
    "missing values left out": bodied(lambda task: {name: each for name, each in task.items() if each}),
    "its link signed anew": bodied(
        lambda task: {**task, "picture": task["picture"] and task["picture"] + "?s=2"}
    ),
    "with further headers": headed(via="1.1 gateway", content_type="application/json; charset=utf-8"),
}


@pytest.fixture(scope="module")
def judge(small_tasks: Document) -> Callable[..., Judged]:
    """Judges a target whose callbacks are as `change` makes them; `how` are fields of Caller."""
    made = plan(Source(small_tasks), "core", ASKED, HEARS)

    def judged(change: Change, **how: Any) -> Judged:
        receiver = Receiver("http://hooks.test/base")
        relay, pace = Caller(receiver, change, **how), parse_pace("real")
        return Judged(small_tasks, made, relay=relay, receiver=receiver, task_pace=pace).all()

    return judged


def broken(run: Judged) -> set[str]:
    return {name.rpartition(".")[2] for name, each in run.run.verdicts.items() if each.is_breach}


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_a_fact_is_found(judge: Callable[..., Judged], name: str) -> None:
    change, topics = BROKEN[name]
    assert topics <= broken(judge(change))


@pytest.mark.parametrize("name", HARMLESS)
def test_what_breaks_none_passes(judge: Callable[..., Judged], name: str) -> None:
    assert judge(HARMLESS[name]).told() == {}


def test_one_that_was_refused_has_to_come_again(judge: Callable[..., Judged]) -> None:
    assert broken(judge(as_it_is, repeats=False)) == {"repeated"}


def test_none_comes_for_other_states(judge: Callable[..., Judged]) -> None:
    run = judge(as_it_is, states=("RUNNING", *STATES))
    assert "states" in broken(run)


def _trail(run: Judged) -> Trail:
    return next(each.trail for each in run.asked if each.trail is not None)


def test_where_none_is_repeated_none_may_come_again(
    judge: Callable[..., Judged], small_tasks: Document
) -> None:
    callback = replace(small_tasks.operations["draw"].callbacks[0], attempts=1)
    check = CallbackRepeated("r", callback)
    repeated = _trail(judge(as_it_is))
    assert [each.answered for each in repeated.deliveries] == [500, 200]
    assert "came again" in next(check.of_trail(repeated))
    assert list(check.of_trail(replace(repeated, deliveries=repeated.deliveries[:1]))) == []
    with pytest.raises(Unjudged):
        list(check.of_trail(replace(repeated, hook="")))


def test_without_a_receiver_they_are_listed_and_cost_nothing(small_tasks: Document) -> None:
    made = plan(Source(small_tasks), "core", ASKED)
    assert made.cases == ()
    assert {*made.lacking.values()} == {"needs --callback-listen"}
    assert len(made.lacking) == len(made.requirements) == 6


def test_it_is_one_of_the_tasks_that_are_bought_anyhow(small_tasks: Document) -> None:
    source = Source(small_tasks)
    assert plan(source, "core", (), HEARS).price == plan(source, "core").price


def test_one_follow_up_of_an_operation_is_called_back(library: Library) -> None:
    source = Source(library.load("midjourney"))
    asked = ("midjourney.submitAction.task.callback", "midjourney.submitAction.offer")
    for permissions, count in ((HEARS, 1), (ALLOWED, 0)):
        follows = [each.follow for each in plan(source, "core", asked, permissions).cases if each.follow]
        assert sum(each.hears for each in follows) == count
        assert len(follows) > 5


# The receiver itself


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving(CallbackAddress("127.0.0.1", 0)) as made:
        assert made is not None
        yield made


def test_an_inbox_keeps_what_comes_and_refuses_as_often_as_it_is_to(receiver: Receiver) -> None:
    inbox = receiver.inbox(refusals=1)
    for status in (500, 200, 200):
        assert httpx.post(inbox.url, json={"a": 1}, headers={"X-Secret": "s"}).status_code == status
    assert [each.answered for each in inbox.deliveries] == [500, 200, 200]
    assert (inbox.deliveries[0].headers["x-secret"], inbox.deliveries[0].body) == ("s", b'{"a":1}')


def test_a_body_may_come_in_pieces(receiver: Receiver) -> None:
    inbox = receiver.inbox()
    assert httpx.post(inbox.url, content=iter([b"{", b"}"])).status_code == 200
    assert inbox.deliveries[0].body == b"{}"


def test_what_nobody_was_told_of_does_not_exist(receiver: Receiver) -> None:
    inbox = receiver.inbox()
    assert httpx.post(inbox.url + "x", json={}).status_code == 404
    assert httpx.get(inbox.url.rpartition("/")[0]).status_code == 404
    assert httpx.post(inbox.url, content=bytes(LARGEST + 1)).status_code == 413
    assert inbox.deliveries == []


def test_an_address_that_is_taken_is_said(receiver: Receiver) -> None:
    port = httpx.URL(receiver.inbox().url).port
    taken = receiving(CallbackAddress("127.0.0.1", port or 0))
    with pytest.raises(CannotListen, match=rf"127\.0\.0\.1:{port}: cannot listen there"), taken:
        pass


@pytest.mark.parametrize(
    ("listen", "url", "target", "said"),
    [
        ("8080", None, None, "expected HOST:PORT"),
        ("127.0.0.1:99999", None, None, "expected HOST:PORT"),
        ("0.0.0.0:8080", None, "http://127.0.0.1:4010", "Give --callback-url"),
        ("127.0.0.1:0", None, "https://api.example/sd", "the target is elsewhere"),
        ("127.0.0.1:0", "hooks.example", None, "--callback-url must be an http or https address"),
    ],
)
def test_an_address_that_cannot_be_is_said(
    listen: str, url: str | None, target: str | None, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        callback_address(listen, url, target)


@pytest.mark.parametrize(
    ("listen", "url", "target", "found"),
    [
        ("127.0.0.1:0", None, "http://localhost:4010", CallbackAddress("127.0.0.1", 0)),
        ("[::1]:80", None, None, CallbackAddress("::1", 80)),
        (
            "0.0.0.0:80",
            "https://hooks.example/x/",
            "https://api.example",
            CallbackAddress("0.0.0.0", 80, "https://hooks.example/x"),
        ),
    ],
)
def test_an_address_that_can_be(
    listen: str, url: str | None, target: str | None, found: CallbackAddress
) -> None:
    assert callback_address(listen, url, target) == found
