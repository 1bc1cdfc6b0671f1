"""Answers as text with holes: what is put in, what is left out, and what is written once for many events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from support import InProcess

from proofsheet.mockserver import streams
from proofsheet.mockserver.answer_templates import template
from proofsheet.mockserver.refusal import Complaint
from proofsheet.mockserver.sources import Artifact, Context
from proofsheet.mockserver.streams import Made
from proofsheet.mockserver.written_values import Place
from proofsheet.spec.binds import parse_binds
from proofsheet.spec.expressions import Binds
from proofsheet.spec.load import Library

TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
SAID: list[dict[str, Any]] = [{"role": "user", "content": 'Say "\u2028 \U0001f600" \\ and more'}]
CHAT = {"model": "gpt-4o-mini", "messages": SAID, "max_tokens": 30}
RESPONSE = {"model": "gpt-4o-mini", "input": "Say something", "max_output_tokens": 30}


@dataclass(frozen=True)
class Example:
    """A value and what is bound into it."""

    value: Any
    binds: Binds


def filled(value: Any, binds: dict[str, Any], artifacts: Sequence[Artifact] = (), **known: Any) -> Any:
    call: Any = None
    context = Context(call, 418, known.pop("complaints", ()), lambda: None, **known)
    text = template({}, Example(value, parse_binds(value, binds))).text(context, artifacts)
    return json.loads(text.decode("utf-8", "surrogatepass"))


COMPLAINTS = (Complaint('"no"\n', "a", ("body", "a")), Complaint("half \ud800", "b", ("body", "b")))


def test_a_value_is_put_in_and_the_rest_stays() -> None:
    value = {"status": 0, "~/": {"deep": [1, {"x": "y"}]}, "none": None}
    found = filled(
        value, {"/status": "$statusCode", "/~0~1/deep/1/x": "as {$statusCode}", "/none/at": "$url"}
    )
    assert found == {"status": 418, "~/": {"deep": [1, {"x": "as 418"}]}, "none": None}
    assert filled("x", {"": "$statusCode"}) == 418


def test_without_a_value_the_example_has_its_own() -> None:
    assert filled({"says": "usual"}, {"/says": "$refusal.detail"}) == {"says": "usual"}
    value = {"detail": [{"msg": "usual"}, {"msg": "more"}]}
    assert filled(value, {"/detail/*/msg": "$refusal.detail"}) == value


@pytest.mark.parametrize("name", ["first", "middle", "last"])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_condition_leaves_out_what_stands_at_its_place(name: str, is_there: bool) -> None:
    value = {"first": 1, "middle": {"code": 2}, "last": [3]}
    bind = {"if": "$refusal.detail", "otherwise": "absent"}
    found = filled(value, {f"/{name}": bind, "/middle/code": "$statusCode"}, complaints=COMPLAINTS[:is_there])
    assert found == {
        each: {"code": 418} if each == "middle" else kept
        for each, kept in value.items()
        if is_there or each != name
    }
    nothing = filled(value, {f"/{name}": {**bind, "otherwise": "null"}}, complaints=COMPLAINTS[:is_there])
    assert nothing == value | ({} if is_there else {name: None})


def test_a_list_has_an_item_for_each_like_the_examples_first() -> None:
    value = {"detail": [{"msg": "usual", "loc": [], "kept": True}], "n": 1}
    binds = {"/detail/*/msg": "$refusal.detail", "/detail/*/loc": "$refusal.location"}
    assert filled(value, binds, complaints=COMPLAINTS) == {
        "detail": [{"msg": each.message, "loc": list(each.location), "kept": True} for each in COMPLAINTS],
        "n": 1,
    }


def test_a_file_is_put_in_as_base64() -> None:
    files = [Artifact(None, [b"\x00", b"\xff" * 3]), Artifact(None, [b"a"])]
    assert filled({"data": [{"b64": ""}]}, {"/data/*/b64": "$artifact.base64"}, files) == {
        "data": [{"b64": "AP///w=="}, {"b64": "YQ=="}]
    }


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Each event of a piece is compared with one for which all was filled in; how many there were."""
    count = [0]
    in_pieces = streams._in_pieces

    def both(
        own: Sequence[Made], context: Context, place: Place, texts: Sequence[str], before: int, _: bool
    ) -> Iterator[list[Made]]:
        for number, step in enumerate(in_pieces(own, context, place, texts, before, False)):
            at = replace(
                context, place=replace(place, piece=texts[number], before=before + number), event=number
            )
            for each, plain in zip(step, own, strict=True):
                assert (each.texts[0] if each.texts else each.template.text(at)) == plain.template.text(at)
                count[0] += 1
            yield step

    monkeypatch.setattr(streams, "_in_pieces", both)
    return count


@pytest.fixture(scope="module")
def mock(library: Library) -> Iterator[InProcess]:
    served = InProcess((library.load("openai"), library.load("openai-responses")), check_replies=False)
    yield served
    served.close()


@pytest.mark.parametrize(
    ("path", "body", "least"),
    [
        ("/v1/chat/completions", CHAT, 25),
        ("/v1/chat/completions", {**CHAT, "logprobs": True, "top_logprobs": 2}, 25),
        ("/v1/chat/completions", {**CHAT, "n": 3, "stream_options": {"include_usage": True}}, 75),
        ("/v1/chat/completions", {**CHAT, "tools": TOOLS, "tool_choice": "required"}, 1),
        ("/v1/responses", RESPONSE, 25),
        ("/v1/responses", {**RESPONSE, "tools": [{"type": "function", "name": "look", "parameters": {}}],
                           "tool_choice": "required"}, 1),
    ],
)  # fmt: skip
def test_what_is_written_once_is_the_same_in_every_event(
    mock: InProcess, compared: list[int], path: str, body: dict[str, Any], least: int
) -> None:
    assert mock.post(path, json={**body, "stream": True}).status_code == 200
    assert compared[0] >= least
