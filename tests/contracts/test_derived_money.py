"""The ledger: what pictures and refusals take from the balance, with a balance that may lag behind."""

from __future__ import annotations

from decimal import Decimal

import pytest

from proofsheet.contracts.checks.money import BalanceMoves, CostsItsPrice, RefusalsAreFree
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.contracts.history import Trace, Unjudged
from proofsheet.spec.document import Document


def balance(value: str | None) -> Trace:
    return Trace("balance", "getBalance", 200, frozenset(), balance=None if value is None else Decimal(value))


def picture(cost: str) -> Trace:
    return Trace("picture", "generateCore", 200, frozenset(), charged=Decimal(cost))


REFUSAL = Trace("refusal", "generateCore", 400, frozenset())


def said(check: type[Expectation], document: Document, *history: Trace) -> list[str]:
    exchange = Exchange("GET", "http://t.test/balance", (), b"", 200, (), b"")
    return list(check("r").findings(Answer(exchange, document.operations["getBalance"], history)))


def test_a_picture_takes_what_it_costs(document: Document) -> None:
    for check in (CostsItsPrice, BalanceMoves):
        assert said(check, document, balance("100"), picture("3"), balance("97")) == []


def test_a_wrong_price_is_a_finding(document: Document) -> None:
    history = (balance("100"), picture("3"), balance("92"))
    assert said(CostsItsPrice, document, *history) == [
        "expected the balance to fall by 3 credits, it fell by 8"
    ]
    assert said(BalanceMoves, document, *history) == []


def test_a_balance_that_never_moves_is_another(document: Document) -> None:
    history = (balance("100"), picture("3"), balance("100"))
    assert said(BalanceMoves, document, *history) == ["3 credits were to be paid, and the balance fell by 0"]
    with pytest.raises(Unjudged, match="does not show it yet"):
        said(CostsItsPrice, document, *history)


def test_a_balance_that_lags_behind_is_forgiven_when_it_catches_up(document: Document) -> None:
    history = (balance("100"), picture("3"), balance("100"), picture("8"), balance("89"))
    assert said(CostsItsPrice, document, *history) == []
    assert said(BalanceMoves, document, *history) == []


def test_a_finding_is_not_told_twice(document: Document) -> None:
    history = (balance("100"), picture("3"), balance("92"), picture("8"), balance("84"))
    assert said(CostsItsPrice, document, *history) == []


def test_refusals_take_nothing(document: Document) -> None:
    assert said(RefusalsAreFree, document, balance("100"), REFUSAL, REFUSAL, balance("100")) == []
    charged = (balance("100"), REFUSAL, REFUSAL, balance("97"))
    assert said(RefusalsAreFree, document, *charged) == ["the balance fell by 3 credits over 2 refusals"]
    granted = (balance("100"), picture("3"), balance("97"))
    assert said(RefusalsAreFree, document, *granted) == []


@pytest.mark.parametrize("check", [CostsItsPrice, BalanceMoves, RefusalsAreFree])
def test_without_a_balance_nothing_is_said(document: Document, check: type[Expectation]) -> None:
    with pytest.raises(Unjudged):
        said(check, document, picture("3"), balance(None))
    with pytest.raises(Unjudged):
        said(check, document, picture("3"), balance("1"))
