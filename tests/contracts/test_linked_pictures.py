"""Pictures that an answer links or holds, as its request says: relays that break that are found."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from mutants.relay import Damage, Forward, Got, Sent
from test_nested_relays import failed, reading, saying

from proofsheet.spec.load import Library
from proofsheet.spec.shutdowns import as_of

TODAY = date(2026, 11, 30)


def prints(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Damage:
    """A relay that changes every picture of an answer."""

    def said(value: Any) -> Any:
        known = value.get("prints", [])
        return {**value, "prints": [change(each) for each in known]} if known else value

    return saying(said)


def links(change: Callable[[str], str]) -> Damage:
    """A relay that changes the links of an answer."""
    return prints(lambda each: {**each, "url": change(each["url"])} if "url" in each else each)


def files(change: Callable[[Got], Got]) -> Damage:
    """A relay that changes what links lead to."""

    def damage(sent: Sent, forward: Forward) -> Got:
        got = forward(sent)
        return change(got) if sent.path.startswith("/_files/") else got

    return damage


def _half(got: Got) -> Got:
    return got.holding(got.body[: len(got.body) // 2])


def _still_there(value: Any) -> Any:
    return {**value, "paper": "matt"} if value.get("paper") == "silver" else value


def _opaque(value: Any) -> Any:
    return {**value, "paper": "matt"} if value.get("paper") == "glossy" else value


def _in_both_forms(each: dict[str, Any]) -> dict[str, Any]:
    return {"url": "https://a.example/1", "data": "aGVsbG8=", **each}


BROKEN: dict[str, tuple[Damage, str]] = {
    "links lead nowhere": (links(lambda url: f"{url}x"), "form.default"),
    "links are paths": (links(lambda url: "/picture.png"), "form.default"),
    "files are cut off": (files(_half), "form.default"),
    "pictures are not answered": (prints(lambda each: {"size": each.get("size")}), "members.shown"),
    "both forms are answered": (prints(_in_both_forms), "members.others"),
    "what was shut down is drawn": (reading(_still_there), "paper.shutdown.silver"),
    "no picture is transparent": (reading(_opaque), "picture.background"),
}
HARMLESS: dict[str, Damage] = {
    "nothing": lambda sent, forward: forward(sent),
    "spaces in JSON": lambda sent, forward: _spaced(forward(sent)),
    "files without a type": files(lambda got: got.having("content-type", "application/octet-stream")),
}


def _spaced(got: Got) -> Got:
    return got if got.json is None else got.holding(json.dumps(got.json, indent=1).encode())


@pytest.mark.parametrize("name", BROKEN)
def test_a_relay_that_breaks_it_is_found(miniatures: Library, name: str) -> None:
    damage, topic = BROKEN[name]
    document = as_of(miniatures.load("miniature-prints"), TODAY)
    assert f"makePrints.{topic}" in failed(document, damage, "makePrints")


@pytest.mark.parametrize("name", HARMLESS)
def test_a_relay_that_breaks_nothing_is_not(miniatures: Library, name: str) -> None:
    document = as_of(miniatures.load("miniature-prints"), TODAY)
    assert failed(document, HARMLESS[name], "makePrints") == set()
