"""Random histories: the balance falls by what was granted and by nothing else."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from exploring_runs import explored
from mutants.relay import Forward, Got, Sent

from proofsheet.contracts.derive.samples import price, smallest
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.explore.ledger_histories import LONGEST, LedgerHistories
from proofsheet.contracts.explore.ledger_replay import PICTURES, REQUESTS
from proofsheet.spec.document import Document

CONSERVED = ("getBalance.conserved",)


def cheapest(document: Document) -> Decimal:
    """Credits of one picture of these histories."""
    names = {f"{document.family}.{each}" for each in CONSERVED}
    return LedgerHistories(Source(document), names, 1, pays=True).price / PICTURES


def wrong(document: Document, harm: Any, seed: int = 1) -> str:
    """What is said of a balance that is wrong."""
    found = explored(document, CONSERVED, harm, seed=seed)
    assert found.failed() == {"getBalance.conserved"}
    assert len(found.sent) <= REQUESTS + 3
    ((_, message),) = found.finding("conserved").messages
    return message


@pytest.mark.parametrize("seed", range(3))
def test_a_balance_that_adds_up_passes(document: Document, seed: int) -> None:
    found = explored(document, CONSERVED, seed=seed)
    assert found.passed() == {"getBalance.conserved"}
    assert len(found.sent) <= REQUESTS
    assert found.run.budget.spent <= PICTURES * cheapest(document)


@pytest.mark.parametrize("seed", range(3))
def test_random_histories_have_pictures_in_them(document: Document, seed: int) -> None:
    """Besides that of the last history, which is not random."""
    assert explored(document, CONSERVED, seed=seed).run.budget.spent > cheapest(document)


def test_a_charge_for_refusals_is_shown_by_the_shortest_history(document: Document) -> None:
    message = wrong(document, {"do": "balance", "rule": "refusals", "by": 1.0})
    said, _, history = message.partition(", after: ")
    assert re.fullmatch(r"the balance fell by 1\.0 credits over 1 refusals", said)
    assert history.endswith("refused")
    assert "," not in history


def test_a_charge_for_some_refusals_only_is_found(document: Document) -> None:
    """Nothing is taken for the first three; a history has to be long enough, or the second of its kind."""
    seen = 0

    def third(sent: Sent, forward: Forward) -> Got:
        nonlocal seen
        got = forward(sent)
        seen += got.status >= 400
        if sent.path.endswith("/balance") and got.status == 200:
            return got.saying({"credits": got.json["credits"] - seen // 3})
        return got

    assert "credits over" in wrong(document, third)


@pytest.mark.parametrize("seed", range(3))
def test_a_charge_for_refusals_that_follow_a_picture_is_found(document: Document, seed: int) -> None:
    """No history need have a picture before a refusal; the last one has."""
    message = wrong(document, {"do": "balance", "rule": "refusals-after-pictures", "by": 1.0}, seed)
    assert "refused" in message


def test_the_last_history_begins_with_a_picture(document: Document) -> None:
    found = explored(document, CONSERVED, seed=1)
    posts = [each for each in found.sent if each.method == "POST"]
    picture, *refused = posts[1 - LONGEST :]
    paths = {each.path: each for each in document.operations.values()}
    operation = paths[picture.path]
    assert price(operation, smallest(operation)) == cheapest(document)
    assert len({each.path for each in refused}) == len(refused)  # a refusal of each


def test_a_wrong_price_is_found(document: Document) -> None:
    message = wrong(document, {"do": "balance", "rule": "pictures", "by": 2.0})
    plain = cheapest(document)
    wanted = f"expected the balance to fall by {plain} credits, it fell by {float(plain + 2)}, after: "
    assert message.startswith(wanted)
    granted = re.findall(r"(\w+) granted", message)
    assert len(granted) == 1
    operation = document.operations[granted[0]]
    assert price(operation, smallest(operation)) == plain


def test_a_balance_that_never_moves_is_waited_for_and_found(document: Document) -> None:
    message = wrong(document, {"do": "balance", "rule": "still"})
    assert "credits were to be paid, and the balance fell by 0" in message


def test_a_balance_that_lags_behind_is_forgiven(document: Document) -> None:
    late: list[float] = []

    def lagging(sent: Sent, forward: Forward) -> Got:
        got = forward(sent)
        if sent.path.endswith("/balance") and got.status == 200:
            late.append(got.json["credits"])
            return got.saying({"credits": late[-2] if len(late) > 1 else late[-1]})
        return got

    found = explored(document, CONSERVED, lagging, seed=1)
    assert found.passed() == {"getBalance.conserved"}


def test_a_balance_that_cannot_be_read_is_not_judged(document: Document) -> None:
    found = explored(document, CONSERVED, {"do": "balance-text"})
    assert found.failed() == found.passed() == set()
    verdict = found.run.verdicts["stability.getBalance.conserved"]
    assert verdict.reason == "the balance cannot be read"
