"""Checks that hold exchanges beside each other: pictures, seeds, the limit."""

from __future__ import annotations

from typing import Any

import pytest

from proofsheet.contracts.checks.cross_exchange import (
    ONE,
    AnotherPicture,
    LimitReached,
    PicturesDiffer,
    SamePicture,
    SeedEchoed,
    SeedsFresh,
)
from proofsheet.contracts.checks.image_facts import LOOK, difference
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.contracts.history import Trace, Unjudged
from proofsheet.spec.document import Document

DARK, LIGHT = bytes(LOOK * LOOK), bytes([90]) * (LOOK * LOOK)
LIMIT = LimitReached("r", "rate_limit_exceeded", 10)


def trace(look: bytes | None = None, status: int = 200, **options: Any) -> Trace:
    looks = () if look is None else (look,)
    return Trace(options.pop("case", "c"), "generateCore", status, frozenset({"r"}), looks=looks, **options)


def said(
    check: Expectation, document: Document, *history: Trace, operation: str = "generateCore"
) -> list[str]:
    exchange = Exchange("POST", "http://t.test/core", (), b"", history[-1].status, (), b"")
    return list(check.findings(Answer(exchange, document.operations[operation], history)))


def test_another_prompt_gives_another_picture(document: Document) -> None:
    first, second = trace(DARK, prompt="a"), trace(LIGHT, prompt="b")
    assert said(PicturesDiffer("r"), document, first, second) == []
    assert said(
        PicturesDiffer("r"), document, trace(DARK, prompt="a", case="x"), trace(DARK, prompt="b", case="y")
    ) == ["y and x had different prompts and show the same picture"]
    assert said(PicturesDiffer("r"), document, first, trace(DARK, prompt="a")) == []


@pytest.mark.parametrize(("points", "is_one"), [(0, True), (2, False)])
def test_pictures_that_come_from_one_picture_may_be_near_each_other(
    document: Document, points: int, is_one: bool
) -> None:
    near = bytes([20]) * points + DARK[points:]
    first, second = trace(DARK, prompt="a"), trace(near, prompt="b")
    assert 0 <= difference(near, DARK) < ONE
    assert bool(said(PicturesDiffer("r"), document, first, second, operation="inpaint")) is is_one
    assert said(PicturesDiffer("r"), document, first, second) != []


def test_the_same_seed_gives_the_same_picture_and_another_another(document: Document) -> None:
    assert said(SamePicture("r"), document, trace(DARK), trace(DARK)) == []
    assert "90.0 shades" in said(SamePicture("r"), document, trace(DARK), trace(LIGHT))[0]
    assert said(AnotherPicture("r"), document, trace(DARK), trace(LIGHT)) == []
    assert said(AnotherPicture("r"), document, trace(DARK), trace(DARK)) == [
        "expected two pictures, came the same twice"
    ]


@pytest.mark.parametrize("check", [PicturesDiffer, SamePicture, AnotherPicture])
def test_one_picture_alone_tells_nothing(document: Document, check: type[Expectation]) -> None:
    with pytest.raises(Unjudged):
        said(check("r"), document, trace(DARK))
    with pytest.raises(Unjudged):
        said(check("r"), document, trace(DARK), trace(None, status=400))


@pytest.mark.parametrize(
    ("asked", "came", "message"),
    [
        (7, 7, None),
        (7, 8, "expected the seed 7 to be reported, came 8"),
        (7, None, "the seed is not reported"),
        (0, 55, None),
        (None, 55, None),
        (0, 0, "expected a fresh seed from 1 to 100, came 0"),
        (None, 101, "expected a fresh seed from 1 to 100, came 101"),
    ],
)
def test_seeds_are_reported(document: Document, asked: Any, came: Any, message: str | None) -> None:
    found = said(SeedEchoed("r", 0, 100), document, trace(DARK, seed=came, asked_seed=asked))
    assert found == ([] if message is None else [message])


def test_fresh_seeds_differ(document: Document) -> None:
    assert said(SeedsFresh("r", 0), document, trace(DARK, seed=5), trace(DARK, seed=6)) == []
    assert said(SeedsFresh("r", 0), document, trace(DARK, seed=5), trace(DARK, seed=5)) != []
    with pytest.raises(Unjudged):
        said(SeedsFresh("r", 0), document, trace(DARK, seed=5), trace(DARK, seed=5, asked_seed=5))


def test_one_request_more_is_refused_unless_the_burst_was_too_slow(document: Document) -> None:
    burst = trace(began=100.0)
    assert said(LIMIT, document, burst, trace(status=429, at=105.0)) == []
    assert said(LIMIT, document, burst, trace(status=200, at=105.0)) != []
    with pytest.raises(Unjudged, match="longer than the window"):
        said(LIMIT, document, burst, trace(status=200, at=111.0))
    with pytest.raises(Unjudged, match="before its time"):
        said(
            LimitReached("r", "rate_limit_exceeded", 10),
            document,
            trace(status=429, began=100.0),
            trace(status=429),
        )
