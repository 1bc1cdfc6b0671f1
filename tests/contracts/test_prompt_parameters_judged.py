"""Parameters in a prompt as `check` judges them: what loses them is found, what writes them otherwise not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import httpx
import pytest
from judging import Judged
from task_relays import Forward, Relay

from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import Plan, plan
from proofsheet.spec.document import Document

ASKED = ("prompts.imagine.parameters", "prompts.draw.parameters")


def rewriting(change: Callable[[str], str]) -> Relay:
    """A relay that changes the prompt on its way."""

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        if request.method != "POST" or "prompt" not in (body := json.loads(request.content)):
            return forward(request)
        kept = {name: each for name, each in request.headers.items() if name != "content-length"}
        body["prompt"] = change(body["prompt"])
        return forward(httpx.Request("POST", request.url, headers=kept, json=body))

    return run


def without(pattern: str) -> Relay:
    return rewriting(lambda prompt: re.sub(pattern, "", prompt))


BROKEN = {
    "all cut off": (without(r" /.*"), {"imagine.parameters.ratio", "imagine.parameters.unknown",
                                       "draw.parameters.ratio", "draw.parameters.unknown"}),
    "the ratio is lost": (without(r" /r \S+"), {"imagine.parameters.ratio", "draw.parameters.ratio"}),
    "unknown ones are left out": (without(r" /proofsheet"), {"imagine.parameters.unknown",
                                                             "draw.parameters.unknown"}),
    "another ratio": (rewriting(lambda prompt: prompt.replace("3:2", "2:3")), {"imagine.parameters.ratio"}),
}  # fmt: skip
HARMLESS = {
    "as it is": rewriting(lambda prompt: prompt),
    "by its other name": rewriting(lambda prompt: prompt.replace("/r ", "/ratio ")),
    "with more behind": rewriting(lambda prompt: prompt + " /seed 7"),
    "translated": rewriting(lambda prompt: "灯塔 " + prompt),
}


@pytest.fixture(scope="module")
def made(flagged: Document) -> Plan:
    return plan(Source(flagged), "core", ASKED)


@pytest.mark.parametrize("name", BROKEN)
def test_what_loses_them_is_found(flagged: Document, made: Plan, name: str) -> None:
    relay, topics = BROKEN[name]
    judged = Judged(flagged, made, relay=relay).all()
    found = {each.removeprefix("prompts.") for each, one in judged.run.verdicts.items() if one.is_breach}
    assert topics <= found


@pytest.mark.parametrize("name", HARMLESS)
def test_what_writes_them_otherwise_is_not(flagged: Document, made: Plan, name: str) -> None:
    assert Judged(flagged, made, relay=HARMLESS[name]).all().told() == {}


def test_a_ratio_is_asked_for_with_a_picture_that_is_bought_anyhow(flagged: Document) -> None:
    cases = plan(Source(flagged), "core").cases
    sent = [each for each in cases if re.search("/r (2:1|3:2)", str(each.request.json))]
    assert {each.operation for each in sent} == {"draw", "imagine"}
    assert all(len(each.expects) > 3 for each in sent)
