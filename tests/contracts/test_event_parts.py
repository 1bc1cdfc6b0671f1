"""Streams whose events have numbers, starts and ends are judged: what breaks them is found, and no more."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from judging import KEY, Judged
from task_relays import Forward, holding

from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import plan
from proofsheet.spec.load import Library

Events = list[dict[str, Any]]
ONLY = tuple(f"openai.createResponse.stream.{each}" for each in ("numbers", "order", "whole"))
TARGET = Target("http://double.test/v1", KEY)


def _change(make: Callable[[Events], Events]) -> Callable[[httpx.Request, Forward], httpx.Response]:
    def relay(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        if not response.headers["content-type"].startswith("text/event-stream"):
            return response
        data = [json.loads(each[6:]) for each in response.text.split("\n") if each.startswith("data: ")]
        lines = (f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in make(data))
        return holding(response, "".join(lines).encode())

    return relay


def _without(kind: str) -> Callable[[Events], Events]:
    return lambda events: [each for each in events if each["type"] != kind]


def _other_end(events: Events) -> Events:
    return [{**each, "text": "x"} if each["type"] == "response.output_text.done" else each for each in events]


def _late_start(events: Events) -> Events:
    return [*events[:3], events[4], events[3], *events[5:]]


def _reasoned(events: Events) -> Events:
    """With an item of another kind before: it has no pieces."""
    item = {"type": "reasoning", "id": "rs_1", "summary": []}
    thought = [
        {"type": f"response.output_item.{end}", "output_index": 7, "item": item} for end in ("added", "done")
    ]
    return [
        {**each, "sequence_number": number}
        for number, each in enumerate([*events[:2], *thought, *events[2:]])
    ]


def _summed_up(*kinds: str) -> Callable[[Events], Events]:
    """With a summary of what was thought, of events of these kinds, before the rest."""
    events: dict[str, dict[str, Any]] = {
        "part.added": {"part": {"type": "summary_text", "text": ""}},
        "text.delta": {"delta": "Hm"},
        "text.done": {"text": "Hm"},
        "part.done": {"part": {"type": "summary_text", "text": "Hm"}},
    }
    told = [
        {
            "type": f"response.reasoning_summary_{kind}",
            "item_id": "rs_1",
            "output_index": 7,
            "summary_index": 0,
            **events[kind],
        }
        for kind in kinds
    ]

    def make(came: Events) -> Events:
        all_events = _reasoned(came)
        return [
            {**each, "sequence_number": number}
            for number, each in enumerate([*all_events[:3], *told, *all_events[3:]])
        ]

    return make


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (list, set()),
        (_reasoned, set()),
        (_summed_up("part.added", "text.delta", "text.done", "part.done"), set()),
        (_summed_up("part.added", "text.done", "part.done"), {"whole"}),
        (_summed_up("part.added", "text.done", "text.delta", "part.done"), {"order"}),
        (
            lambda events: [{**each, "sequence_number": each["sequence_number"] + 1} for each in events],
            {"numbers"},
        ),
        (_without("response.content_part.added"), {"numbers", "order"}),
        (_late_start, {"numbers", "order"}),
        (_other_end, {"whole"}),
        (lambda events: [*events[:5], *events[6:]], {"numbers", "whole"}),
    ],
    ids=[
        "nothing",
        "an item of reasoning",
        "its summary",
        "a summary without its piece",
        "a piece of a summary after its end",
        "from one",
        "no start",
        "a late start",
        "another end",
        "a piece lost",
    ],
)
def test_what_breaks_the_parts_of_a_stream_is_found(
    make: Callable[[Events], Events], found: set[str]
) -> None:
    document = Library().load("openai-responses")
    asked = plan(Source(document), "core", ONLY)
    judged = Judged(document, asked, target=TARGET, relay=_change(make), rate_limit=False).all()
    told = judged.told()
    assert {name.rpartition(".")[2] for name in told} == found, told
