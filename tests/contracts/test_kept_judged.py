"""Kept answers, classifications and headers about limits are judged: each way to break them is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from judging import KEY, Judged
from task_relays import Forward, saying

from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import Plan, plan
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

Relay = Callable[[httpx.Request, Forward], httpx.Response]
KEPT = ("openai.createResponse.kept",)
OTHERS = ("openai.createModeration.classified", "openai.listModels.limit.told")


@pytest.fixture(scope="module")
def responses() -> tuple[Document, Plan]:
    document = Library().load("openai-responses")
    return document, plan(Source(document), "core", KEPT)


@pytest.fixture(scope="module")
def family() -> tuple[Document, Plan]:
    document = Library().load("openai")
    return document, plan(Source(document), "core", OTHERS, spares=False)


def found(asked: tuple[Document, Plan], relay: Relay) -> set[str]:
    """The topics of the requirements that fail behind a relay."""
    judged = Judged(*asked, target=Target("http://double.test/v1", KEY), relay=relay).all()
    return {name.split(".", 2)[2] for name in judged.told()}


def with_json(method: str, change: Callable[[Any], Any]) -> Relay:
    """Every success of a method says something else in its JSON."""

    def relay(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        if request.method != method or response.status_code != 200:
            return response
        return saying(response, change(response.json()))

    return relay


def instead(method: str, status: int, body: Any) -> Relay:
    def relay(request: httpx.Request, forward: Forward) -> httpx.Response:
        if request.method != method:
            return forward(request)
        return httpx.Response(status, json=body)

    return relay


def undeleted(request: httpx.Request, forward: Forward) -> httpx.Response:
    if request.method != "DELETE":
        return forward(request)
    id = request.url.path.rpartition("/")[2]
    return httpx.Response(200, json={"id": id, "object": "response", "deleted": True})


def forgetful(request: httpx.Request, forward: Forward) -> httpx.Response:
    """Goes on from nothing, whatever is named."""
    import json

    if request.method == "POST":
        sent = {name: each for name, each in json.loads(request.read()).items() if name[:8] != "previous"}
        headers = {name: each for name, each in request.headers.items() if name != "content-length"}
        request = httpx.Request("POST", request.url, headers=headers, json=sent)
    return forward(request)


def other_text(body: Any) -> Any:
    if "output" in body:
        body["output"][0]["content"][0]["text"] = "Something else"
    return body


def listing(change: Callable[[Any], Any]) -> Relay:
    """Every list holds something else."""
    return with_json("GET", lambda body: {**body, "data": change(body["data"])} if "data" in body else body)


def honest(request: httpx.Request, forward: Forward) -> httpx.Response:
    return forward(request)


@pytest.mark.parametrize(
    ("relay", "wrong"),
    [
        (honest, set()),
        (with_json("GET", lambda body: {**body, "billing": {"payer": "somebody"}}), set()),
        (with_json("DELETE", lambda body: {"deleted": True, "object": "response", "id": body["id"]}), set()),
        (with_json("GET", other_text), {"kept.shown"}),
        (with_json("GET", lambda body: {**body, "id": "resp_other"}),
         {"kept.shown", "kept.listed", "kept.deleted"}),
        (with_json("GET", lambda body: {**body, "usage": None}), {"kept.shown"}),
        (undeleted, {"kept.deleted"}),
        (instead("DELETE", 405, {"error": {"message": "no", "type": "x", "param": None, "code": None}}),
         {"kept.deleted"}),
        (forgetful, {"kept.earlier"}),
        (listing(lambda data: [{**data[0], "id": "msg_of_its_own", "created_by": "user"}]), set()),
        (listing(lambda data: []), {"kept.listed"}),
        (listing(lambda data: [{**data[0], "content": [{"type": "input_text", "text": "No"}]}]),
         {"kept.listed"}),
    ],
    ids=["clean", "more", "order", "text", "id", "usage", "still-there", "not-deleted", "forgetful",
         "other-id", "no-items", "other-items"],
)  # fmt: skip
def test_what_is_kept(responses: tuple[Document, Plan], relay: Relay, wrong: set[str]) -> None:
    assert found(responses, relay) == wrong


def results(**members: Any) -> Relay:
    """Every result of a classification has these members; a function makes one of the old."""

    def change(body: Any) -> Any:
        for each in body.get("results", ()):
            for name, value in members.items():
                each[name] = value(each[name])
        return body

    return with_json("POST", change)


def more(value: Any) -> Callable[[Any], Any]:
    return lambda old: {**old, "gambling": value}


@pytest.mark.parametrize(
    ("relay", "is_right"),
    [
        (honest, True),
        (results(categories=more(value=False), category_scores=more(0.001)), True),
        (results(flagged=lambda old: not old), False),
        (results(flagged=lambda old: True, categories=lambda old: dict.fromkeys(old, False)), False),
        (results(categories=more(value=False)), False),
        (results(category_scores=lambda old: {**old, "violence": 1.5}), False),
        (
            results(category_scores=lambda old: {name: each for name, each in old.items() if name != "hate"}),
            False,
        ),
        (with_json("POST", lambda body: {**body, "results": []}), False),
    ],
)
def test_what_is_classified(family: tuple[Document, Plan], relay: Relay, is_right: bool) -> None:
    assert found(family, relay) == (set() if is_right else {"classified"})


def headers(**changed: Any) -> Relay:
    """Answers whose headers about limits are others: a text, nothing (None), or made of the number asked."""
    asked = [0]

    def relay(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        asked[0] += 1
        for name, value in changed.items():
            name = f"x-ratelimit-{name.replace('_', '-')}"
            del response.headers[name]
            made = value(asked[0]) if callable(value) else value
            if made is not None:
                response.headers[name] = made
        return response

    return relay


@pytest.mark.parametrize(
    ("relay", "is_right"),
    [
        (headers(reset_requests="6m0.5s", reset_tokens="0s"), True),
        (headers(remaining_requests="0"), True),
        (headers(remaining_requests=None), False),
        (headers(remaining_requests="many"), False),
        (headers(remaining_requests="1000000"), False),
        (headers(reset_tokens="60"), False),
        (headers(remaining_requests=lambda number: str(100 * number)), False),
    ],
    ids=["longer", "none-left", "lost", "word", "above", "seconds", "grows"],
)
def test_what_headers_say_of_limits(family: tuple[Document, Plan], relay: Relay, is_right: bool) -> None:
    assert found(family, relay) == (set() if is_right else {"limit.told"})
