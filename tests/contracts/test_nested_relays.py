"""The judge of JSON bodies behind relays: one that changes a rule is found, one that only rewrites is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from mutants.judging import KEY, site
from mutants.relay import Damage, Forward, Got, Relay, Sent

from proofsheet.contracts.client.http_client import HttpClient
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.plan.plan import plan
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.runner import Run
from proofsheet.spec.document import Document

Reading = Callable[[Any], Any]  # of a JSON object that is sent
Saying = Callable[[Any], Any]  # of a JSON value that is answered


def failed(document: Document, damage: Damage, *only: str) -> set[str]:
    """What fails a target behind the relay, by topic, in the core profile."""
    made = plan(Source(document), "core", tuple(f"{document.family}.{each}" for each in only))
    relay = Relay(site(document, 1, rate_limit=False), damage)
    client = HttpClient(document, Target("http://mock.test", KEY), relay)
    run = Run(made, client, Oracle(document), Budget(Decimal(1000)), pause=lambda seconds: None)
    with relay:
        list(run.steps())
    return {name.partition(".")[2] for name, each in run.verdicts.items() if each.is_breach}


def reading(read: Reading) -> Damage:
    """A relay that passes on what it makes of the JSON that was sent."""

    def damage(sent: Sent, forward: Forward) -> Got:
        try:
            value = json.loads(sent.body)
        except (ValueError, RecursionError):
            return forward(sent)
        return forward(_holding(sent, json.dumps(read(value)).encode()) if isinstance(value, dict) else sent)

    return damage


def saying(say: Saying) -> Damage:
    """A relay that passes back what it makes of the JSON that was answered."""

    def damage(sent: Sent, forward: Forward) -> Got:
        got = forward(sent)
        return got if got.json is None else got.saying(say(got.json))

    return damage


def _holding(sent: Sent, body: bytes) -> Sent:
    return Sent(sent.method, sent.path, sent.headers, body).having("content-length", str(len(body)))


def broken_json_is_read(sent: Sent, forward: Forward) -> Got:
    """What is no JSON counts for a prompt."""
    is_json = sent.header("content-type").startswith("application/json")
    try:
        json.loads(sent.body or b"{}")
    except (ValueError, RecursionError):
        return forward(_holding(sent, b'{"prompt": "a cat"}') if is_json else sent)
    return forward(sent)


def _fewer(value: Any) -> Any:
    """Lists are cut off."""
    return {name: each[:2] if isinstance(each, list) else each for name, each in value.items()}


def _clamped(value: Any) -> Any:
    """A number within an object is put within its bounds."""
    style = value.get("style")
    if isinstance(style, dict) and isinstance(style.get("weight"), int | float):
        style["weight"] = min(max(style["weight"], 0), 1)
    return value


def _known_only(value: Any) -> Any:
    """An unknown value of a list counts for none."""
    return {name: each for name, each in value.items() if name != "tone" or each in ("warm", "cold", None)}


def _no_null(value: Any) -> Any:
    """Null becomes a text, which is refused."""
    return {name: "null" if each is None and name == "seed" else each for name, each in value.items()}


def unknown_is_refused(sent: Sent, forward: Forward) -> Got:
    """A field that no document has is complained of."""
    got = forward(sent)
    if b"proofsheet_unknown" not in sent.body:
        return got
    complaint = {"loc": ["body", "proofsheet_unknown"], "msg": "not permitted", "type": "extra_forbidden"}
    return got.saying({"detail": [*got.json["detail"], complaint]})


def _granted(value: Any) -> Any:
    """A number that says no says yes."""
    return {**value, "code": 1} if value.get("code") == 4 else value


def _another_number(value: Any) -> Any:
    """What is wrong is answered by a number that no document has."""
    return {**value, "code": 400} if value.get("code") == 4 else value


def _no_place(value: Any) -> Any:
    """A refusal does not say where."""
    detail = value.get("detail")
    return {"detail": [{**each, "loc": ["body"]} for each in detail]} if isinstance(detail, list) else value


@pytest.mark.parametrize(
    ("damage", "broken"),
    [
        (broken_json_is_read, "drawPicture.robust.no-json"),
        (broken_json_is_read, "drawCoded.robust.truncated"),
        (reading(_fewer), "drawPicture.images.maxItems"),
        (reading(_clamped), "drawPicture.style.weight.maximum"),
        (reading(_known_only), "drawPicture.tone.enum"),
        (reading(_no_null), "drawPicture.seed.null"),
        (unknown_is_refused, "drawPicture.robust.unknown-field"),
        (saying(_granted), "drawCoded.prompt.maxLength"),
        (saying(_another_number), "drawCoded.prompt.maxLength"),
        (saying(_no_place), "drawPicture.width.maximum"),
    ],
)
def test_a_relay_that_changes_a_rule_is_found(nested: Document, damage: Damage, broken: str) -> None:
    assert broken in failed(nested, damage, broken)


def _with_more(value: Any) -> Any:
    """As pydantic has it since its second version: what came, and why."""
    detail = value.get("detail")
    if isinstance(detail, list):
        return {"detail": [{**each, "input": None, "ctx": {}, "url": "https://x.example"} for each in detail]}
    return value


def _turned(value: Any) -> Any:
    return dict(reversed(value.items()))


def spaced(sent: Sent, forward: Forward) -> Got:
    """JSON written anew, with spaces and escapes."""
    got = forward(sent)
    if got.json is None:
        return got
    return got.holding(
        json.dumps(got.json, indent=2, ensure_ascii=True).encode(), "application/json; charset=utf-8"
    )


HARMLESS = {
    "more in each complaint": saying(_with_more),
    "members in another order": saying(_turned),
    "members sent on in another order": reading(_turned),
    "written anew": spaced,
    "one more member": saying(lambda value: {**value, "request_id": "abc"}),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_relay_that_changes_the_form_only_is_not(nested: Document, name: str) -> None:
    assert failed(nested, HARMLESS[name], "drawPicture", "drawCoded", "drawEither.json") == set()
