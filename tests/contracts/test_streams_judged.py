"""Words, streams and vectors are judged: what keeps the document passes, each way to break it is found."""

from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from judging import Judged
from PIL import Image
from task_relays import Forward, holding, saying

from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import Plan, plan
from proofsheet.spec import events
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

ONLY = (
    "streams.talk.text",
    "streams.talk.stream",
    "streams.outline.stream",
    "streams.vectors.vectors",
    "streams.sketch.stream",
)
Change = Callable[[httpx.Response], httpx.Response]


@pytest.fixture(scope="module")
def streams(miniatures: Library) -> Document:
    return miniatures.load("streams")


@pytest.fixture(scope="module")
def asked(streams: Document) -> Plan:
    return plan(Source(streams), "core", ONLY)


def found(document: Document, asked: Plan, change: Change) -> set[str]:
    """The topics of the requirements that fail where every success is changed so."""

    def relay(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        return change(response) if response.status_code == 200 else response

    judged = Judged(document, asked, relay=relay, rate_limit=False).all()
    return {name.split(".", 2)[2] for name in judged.told()}


def in_stream(change: Callable[[bytes], bytes]) -> Change:
    def run(response: httpx.Response) -> httpx.Response:
        is_stream = response.headers["content-type"].startswith("text/event-stream")
        return holding(response, change(response.content)) if is_stream else response

    return run


def in_json(change: Callable[[Any], Any]) -> Change:
    def run(response: httpx.Response) -> httpx.Response:
        if response.headers["content-type"] != "application/json":
            return response
        return saying(response, change(response.json()) or response.json())

    return run


def each_answer(**members: Any) -> Change:
    """Every answer has these members; a function makes one of the old."""

    def change(body: Any) -> Any:
        for answer in body.get("answers", ()):
            for name, value in members.items():
                answer[name] = value(answer[name]) if callable(value) else value
        return body

    return in_json(change)


def each_vector(make: Callable[[Any], Any]) -> Change:
    def change(body: Any) -> Any:
        for each in body.get("vectors", ()):
            each["places"] = make(each["places"])
        return body

    return in_json(change)


def without_last_event(body: bytes) -> bytes:
    return b"\n\n".join(body.split(b"\n\n")[:-2]) + b"\n\n"


def with_usage_twice(body: bytes) -> bytes:
    events = body.split(b"\n\n")
    usage = [each for each in events if b'"tokens"' in each]
    return b"\n\n".join([*usage, *events]) if usage else body


def in_events(change: Callable[[list[tuple[str, Any]]], list[tuple[str, Any]]]) -> Change:
    """The events of a stream of pictures (name and data) changed; other streams stay."""

    def run(body: bytes) -> bytes:
        found, _ = events.read(body)
        if not any(name == "picture" for name, _ in found):
            return body
        named = [(str(name), json.loads(data)) for name, data in found]
        return b"".join(
            f"event: {name}\ndata: {json.dumps(data)}\n\n".encode() for name, data in change(named)
        )

    return in_stream(run)


def each_stage(**members: Any) -> Change:
    return in_events(
        lambda found: [(name, {**data, **members} if name == "stage" else data) for name, data in found]
    )


def picture(size: int = 128, shade: int = 128) -> str:
    out = io.BytesIO()
    Image.new("RGB", (size, size), (shade, shade, shade)).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def as_error(response: httpx.Response) -> httpx.Response:
    return saying(response, {"wrong": "busy"})


PICTURES = {"stream.pictures"}
BROKEN: dict[str, tuple[Change, set[str]]] = {
    "stages come after the picture": (in_events(lambda found: found[::-1]), PICTURES),
    "the picture comes twice": (in_events(lambda found: [*found, found[-1]]), PICTURES),
    "there is no picture": (in_events(lambda found: found[:-1]), PICTURES),
    "stages count from one": (each_stage(number=1), PICTURES),
    "there are more stages than asked for": (in_events(lambda found: [found[0], *found]), PICTURES),
    "a stage is no base64": (each_stage(picture="?"), PICTURES),
    "a stage is no picture": (each_stage(picture="aGVsbG8="), PICTURES),
    "a stage is of another size": (each_stage(picture=picture(64)), PICTURES),
    "a stage is another picture": (each_stage(picture=picture(shade=0)), PICTURES),
    "the picture is cut off": (
        in_events(lambda found: [(name, {**data, "picture": data["picture"][:400]}) for name, data in found]),
        PICTURES,
    ),
    "the mark is lost": (
        in_stream(lambda body: body.replace(b"data: [DONE]\n\n", b"")),
        {"stream.end"},
    ),
    "the mark comes twice": (
        in_stream(lambda body: body.replace(b"data: [DONE]\n\n", b"data: [DONE]\n\n" * 2)),
        {"stream.end"},
    ),
    "the last event is lost": (in_stream(without_last_event), {"stream.end"}),
    "lines are lost between events": (
        in_stream(lambda body: body.replace(b"\n\n", b"\n").rstrip(b"\n") + b"\n\n"),
        {"stream.form"},
    ),
    "several events stand in one line": (
        in_stream(lambda body: body.replace(b"}\n\ndata: {", b"}{")),
        {"stream.form"},
    ),
    "events have no data in front": (in_stream(lambda body: body.replace(b"data: ", b"")), {"stream.form"}),
    "it ends in the middle": (in_stream(lambda body: body[:-40]), {"stream.form"}),
    "its type is another": (
        lambda response: (
            holding(response, response.content, **{"content-type": "text/plain"})
            if "event-stream" in response.headers["content-type"]
            else response
        ),
        {"stream.form"},
    ),
    "no piece has a text": (
        in_stream(lambda body: body.replace(b'"text":', b'"words":')),
        {"stream.pieces"},
    ),
    "choices do not end": (in_stream(lambda body: body.replace(b'"end":', b'"over":')), {"stream.pieces"}),
    "each event has an id of its own": (
        in_stream(lambda body: body.replace(b'"id":"talk-', b'"id":"talk2-', 1)),
        {"stream.pieces"},
    ),
    "the usage is lost": (in_stream(lambda body: body.replace(b'"tokens"', b'"tokenz"')), {"stream.usage"}),
    "the usage comes twice": (in_stream(with_usage_twice), {"stream.usage"}),
    "the usage does not add up": (
        in_stream(lambda body: body.replace(b'"all":', b'"all":9')),
        {"stream.usage"},
    ),
    "errors come as successes": (
        as_error,
        {"text.answered", "text.most", "text.count", "text.stop", "text.schema", "text.tools"},
    ),
    "there is no text": (each_answer(text=""), {"text.answered"}),
    "what stops is passed over": (each_answer(text="and also these"), {"text.stop", "text.schema"}),
    "an end has another word": (each_answer(end="enough"), {"text.answered", "text.most", "text.tools"}),
    "more tokens than asked for": (
        in_json(lambda body: {**body, "tokens": {"read": 1, "written": 99, "all": 100}}),
        {"text.most"},
    ),
    "counts are words": (
        in_json(
            lambda body: (
                {**body, "tokens": dict.fromkeys(body["tokens"], "12")} if "answers" in body else body
            )
        ),
        {"text.answered", "text.most"},
    ),
    "there is no choice": (
        in_json(lambda body: {**body, "answers": []} if "answers" in body else body),
        {"text.answered", "text.count", "text.schema", "text.tools"},
    ),
    "vectors hold no numbers": (
        each_vector(lambda each: [*each[1:], math.inf] if isinstance(each, list) else each),
        {"vectors.numbers"},
    ),
    "a text shows no picture": (
        each_answer(text=lambda text: text.replace("![", "[") if text else text),
        {"text.picture"},
    ),
    "the picture that a text shows is nowhere": (
        each_answer(text=lambda text: text.replace("/_files/", "/_files/x") if text else text),
        {"text.picture"},
    ),
    "the picture that a text shows is cut off": (
        lambda response: (
            holding(response, response.content[:-40])
            if response.headers["content-type"] == "image/png"
            else response
        ),
        {"text.picture"},
    ),
    "one choice of several": (
        in_json(lambda body: {**body, "answers": body["answers"][:1]} if "answers" in body else body),
        {"text.count"},
    ),
    "JSON in words around it": (each_answer(text=lambda text: f"Here it is: {text}"), {"text.schema"}),
    "arguments are cut": (
        in_json(lambda body: json.loads(json.dumps(body).replace('"takes": "{', '"takes": "{,'))),
        {"text.tools"},
    ),
    "another tool is called": (
        in_json(lambda body: json.loads(json.dumps(body).replace('"name": "look"', '"name": "listen"'))),
        {"text.tools"},
    ),
    "vectors are not of length one": (
        each_vector(lambda each: [2 * one for one in each] if isinstance(each, list) else each),
        {"vectors.numbers", "vectors.dimensions"},
    ),
    "vectors are too short": (
        each_vector(lambda each: [1.0] if isinstance(each, list) else each),
        {"vectors.numbers", "vectors.dimensions"},
    ),
    "packed vectors come as numbers": (
        each_vector(lambda each: [1.0] if isinstance(each, str) else each),
        {"vectors.base64"},
    ),
    "packed vectors are others": (
        each_vector(lambda each: each[::-1] if isinstance(each, list) else each),
        {"vectors.same"},
    ),
    "another voice answers": (
        in_json(lambda body: {**body, "voice": "mute"} if "vectors" in body else body),
        {"vectors.model"},
    ),
    "vectors are numbered from one": (
        in_json(
            lambda body: (
                {**body, "vectors": [{**each, "number": each["number"] + 1} for each in body["vectors"]]}
                if "vectors" in body
                else body
            )
        ),
        {"vectors.numbers", "vectors.base64", "vectors.dimensions"},
    ),
}
HARMLESS: dict[str, Change] = {
    "nothing is changed": lambda response: response,
    "a stage is left out": in_events(lambda found: found[-1:]),
    "lines end otherwise": in_stream(lambda body: body.replace(b"\n", b"\r\n")),
    "comments keep it open": in_stream(lambda body: body.replace(b"\n\n", b"\n\n: still there\n\n")),
    "events keep it open": in_stream(lambda body: body.replace(b"\n\n", b"\n\nevent: ping\ndata: {}\n\n", 2)),
    "a mark after an end that needs none": in_stream(
        lambda body: body if b"[DONE]" in body or b"event:" not in body else body + b"data: [DONE]\n\n"
    ),
    "a comment is the last that comes": in_stream(lambda body: body + b": bye\n"),
    "no space after the colon": in_stream(lambda body: body.replace(b"data: ", b"data:")),
    "events are numbered": in_stream(lambda body: body.replace(b"data: ", b"id: 1\ndata: ")),
    "a byte order mark": in_stream(lambda body: "\ufeff".encode() + body),
    "line ends of Unicode's in a text": in_stream(
        lambda body: body.replace(b'"text":"', '"text":"\u2028'.encode())
    ),
    "events have the default name": in_stream(
        lambda body: body if b"event:" in body else body.replace(b"data: ", b"event: message\ndata: ")
    ),
    "counts are written as decimals": in_json(
        lambda body: (
            {**body, "tokens": {name: float(each) for name, each in body["tokens"].items()}}
            if "tokens" in body
            else body
        )
    ),
    "a vector is written a little otherwise": each_vector(
        lambda each: [one * 1.0001 for one in each] if isinstance(each, list) else each
    ),
    "more is said around a picture": each_answer(
        text=lambda text: f"> 34%\n\n{text} [download](/x)" if text and "![" in text else text
    ),
    "the version of a voice": in_json(
        lambda body: {**body, "voice": "small-2026"} if "vectors" in body else body
    ),
    "further members": in_json(lambda body: {**body, "more": 1} if isinstance(body, dict) else body),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_it_is_found(streams: Document, asked: Plan, name: str) -> None:
    change, topics = BROKEN[name]
    assert topics <= found(streams, asked, change)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_breaks_nothing_passes(streams: Document, asked: Plan, name: str) -> None:
    assert found(streams, asked, HARMLESS[name]) == set()
