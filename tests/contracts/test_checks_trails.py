"""What only several exchanges can show: each check with a history that passes and ones that do not."""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import Any

import pytest
from mutants.hearing import expectations

from proofsheet.contracts.checks.cross_exchange import (
    AnotherPicture,
    LimitReached,
    PicturesDiffer,
    SamePicture,
    SeedEchoed,
    SeedsFresh,
    WhileLimited,
)
from proofsheet.contracts.checks.image_facts import LOOK
from proofsheet.contracts.checks.money import BalanceMoves, CostsItsPrice, RefusalsAreFree
from proofsheet.contracts.checks.task_money import EndsAreFree
from proofsheet.contracts.checks.vectors import SameVectors
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.contracts.history import Trace, Unjudged
from proofsheet.spec.document import Document

Kind = type[Expectation]
DARK, LIGHT = bytes(LOOK * LOOK), bytes([90]) * (LOOK * LOOK)
EAST, NORTH = struct.pack("<2f", 1, 0), struct.pack("<2f", 0, 1)  # vectors, packed
SEEDS = {"random": 0, "maximum": 100}
FRESH = {"random": 0}
LIMIT = {"outcome": "rate_limit_exceeded", "window": 10}
OUT = {"since": "more", "outcome": "rate_limit_exceeded", "answer": "unauthorized"}


def drew(look: bytes = DARK, **more: Any) -> Trace:
    return _trace("picture", looks=(look,), **more)


def _trace(case: str, status: int = 200, **more: Any) -> Trace:
    return Trace(more.pop("case", case), "generateCore", status, frozenset({"r"}), **more)


def has(credits: str) -> Trace:
    return _trace("balance", balance=Decimal(credits))


def paid(credits: str) -> Trace:
    return _trace("picture", charged=Decimal(credits))


REFUSED = _trace("refusal", 400)
OVER = _trace("more", 429)
History = tuple[Trace, ...]

# check, parameters, a history that passes, and ones that do not, each with what is said of it
TABLE: tuple[tuple[Kind, dict[str, Any], History, tuple[tuple[History, str], ...]], ...] = (
    (
        CostsItsPrice,
        {},
        (has("9"), paid("3"), has("6")),
        (((has("9"), paid("3"), has("1")), "expected the balance to fall by 3 credits, it fell by 8"),),
    ),
    (
        BalanceMoves,
        {},
        (has("9"), paid("3"), has("6")),
        (((has("9"), paid("3"), has("9")), "3 credits were to be paid, and the balance fell by 0"),),
    ),
    (
        RefusalsAreFree,
        {},
        (has("9"), REFUSED, has("9")),
        (((has("9"), REFUSED, has("6")), "the balance fell by 3 credits over 1 refusals"),),
    ),
    (
        EndsAreFree,
        {},
        (has("9"), _trace("cancelled", is_free_end=True), has("9")),
        (((has("9"), _trace("cancelled", is_free_end=True), has("6")), "the balance fell by more than"),),
    ),
    (
        PicturesDiffer,
        {},
        (drew(DARK, prompt="a"), drew(LIGHT, prompt="b")),
        (((drew(DARK, prompt="a"), drew(DARK, prompt="b")), "show the same picture"),),
    ),
    (SamePicture, {}, (drew(DARK), drew(DARK)), (((drew(DARK), drew(LIGHT)), "90.0 shades of grey apart"),)),
    (AnotherPicture, {}, (drew(DARK), drew(LIGHT)), (((drew(DARK), drew(DARK)), "came the same twice"),)),
    (
        SeedEchoed,
        SEEDS,
        (drew(seed=7, asked_seed=7),),
        (
            ((drew(seed=8, asked_seed=7),), "expected the seed 7 to be reported, came 8"),
            ((drew(asked_seed=7),), "the seed is not reported"),
            ((drew(seed=0, asked_seed=0),), "expected a fresh seed from 1 to 100, came 0"),
        ),
    ),
    (
        SeedsFresh,
        FRESH,
        (drew(seed=5), drew(seed=6)),
        (((drew(seed=5), drew(seed=5)), "expected fresh seeds"),),
    ),
    (
        LimitReached,
        LIMIT,
        (_trace("burst", began=1.0), _trace("more", 429, at=2.0)),
        (((_trace("burst", began=1.0), _trace("more", at=2.0)), "expected 429 rate_limit_exceeded"),),
    ),
    (
        WhileLimited,
        OUT,
        (OVER, _trace("stranger", 401)),
        (((OVER, _trace("stranger", 429)), "expected 401 unauthorized once a key was shut out, came 429"),),
    ),
    (
        SameVectors,
        {"case": "numbers"},
        (_trace("numbers", looks=(EAST,)), _trace("packed", looks=(EAST,))),
        (
            (
                (_trace("numbers", looks=(EAST,)), _trace("packed", looks=(NORTH,))),
                "expected vector 0 to be the one that came as numbers, came another",
            ),
        ),
    ),
)
ROWS = [(check, params, bad, text) for check, params, _, others in TABLE for bad, text in others]


def _said(check: Kind, history: History, params: dict[str, Any], document: Document) -> list[str]:
    exchange = Exchange("GET", "http://t.test/x", (), b"", history[-1].status, (), b"")
    answer = Answer(exchange, document.operations["generateCore"], history)
    return list(check("r", **params).findings(answer))


@pytest.mark.parametrize(("check", "params", "good"), [row[:3] for row in TABLE])
def test_what_is_right_passes(document: Document, check: Kind, params: dict[str, Any], good: History) -> None:
    assert _said(check, good, params, document) == []


@pytest.mark.parametrize(("check", "params", "bad", "text"), ROWS)
def test_what_is_wrong_is_told(
    document: Document, check: Kind, params: dict[str, Any], bad: History, text: str
) -> None:
    found = _said(check, bad, params, document)
    assert len(found) == 1
    assert text in found[0]


ELSEWHERE = ("kept_answers", "limit_headers")  # test_kept_judged has both of each


def test_every_check_has_a_row_with_both() -> None:
    wanted = {
        each
        for each in expectations()
        if each.compares and not each.__module__.rpartition(".")[2].startswith(ELSEWHERE)
    }
    assert {check for check, *_ in TABLE} == wanted
    assert {check for check, *_ in ROWS} == wanted


def test_meanwhile_says_nothing_of_a_limit_that_never_bit(document: Document) -> None:
    for history in ((_trace("more"), REFUSED), (REFUSED,)):
        with pytest.raises(Unjudged, match="no key was shut out"):
            _said(WhileLimited, history, OUT, document)
