"""Money, seen in the balance: a picture costs what it costs, a refusal nothing.

Each is held against a balance, the last answer of the run's history.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar

from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.contracts.history import History, Trace, Unjudged

CENT = Decimal("0.005")  # balances are floats


class CostsItsPrice(Expectation):
    """What left the balance since it was last in step is what the pictures since then cost."""

    compares = True

    def findings(self, answer: Answer) -> Iterator[str]:
        moved, owed = _settled(answer.history)
        paid = _paid(moved, owed)
        if paid is not None and paid < len(owed):
            raise Unjudged("the balance does not show it yet")
        if paid is None:
            yield f"expected the balance to fall by {sum(owed)} credits, it fell by {moved}"


class BalanceMoves(Expectation):
    """The balance shows what was paid."""

    compares = True

    def findings(self, answer: Answer) -> Iterator[str]:
        moved, owed = _settled(answer.history)
        paid = _paid(moved, owed)
        if paid is not None and paid < len(owed):
            yield f"{sum(owed)} credits were to be paid, and the balance fell by {moved}"


class RefusalsAreFree(Expectation):
    """Between the last two balances nothing was taken but for what was granted."""

    compares = True
    after: ClassVar[str | None] = ""

    def findings(self, answer: Answer) -> Iterator[str]:
        history = answer.history
        _balance(history[-1])
        before = max((n for n, each in enumerate(history[:-1]) if each.balance is not None), default=None)
        if before is None:
            raise Unjudged("the balance before is not known")
        _is_settled(history)
        moved = _balance(history[before]) - _balance(history[-1])
        granted = sum((each.charged for each in history[before:]), Decimal(0))
        if moved - granted > CENT:
            yield f"the balance fell by {moved - granted} credits over {len(history) - before - 2} refusals"


def _settled(history: History) -> tuple[Decimal, list[Decimal]]:
    """How far the balance fell since it was last in step, and the costs since then, in order."""
    latest = _balance(history[-1])
    base: Decimal | None = None
    owed: list[Decimal] = []
    for each in history[:-1]:
        owed += [each.charged] if each.charged else []
        if each.balance is not None:
            paid = _paid(base - each.balance, owed) if base is not None else None
            owed = [] if paid is None else owed[paid:]
            base = each.balance
    if base is None:
        raise Unjudged("the balance before is not known")
    _is_settled(history)
    if not owed:
        raise Unjudged("there was no success to pay for")
    return base - latest, owed


def _is_settled(history: History) -> None:
    if any(each.is_open for each in history):
        raise Unjudged("a task has not ended, and what it will cost is not known")


def _paid(moved: Decimal, owed: list[Decimal]) -> int | None:
    """How many of the first of `owed` make up `moved`, for a balance may lag behind; None if none do."""
    counts = range(len(owed), -1, -1)
    return next((count for count in counts if abs(moved - sum(owed[:count])) <= CENT), None)


def _balance(trace: Trace) -> Decimal:
    if trace.balance is None:
        raise Unjudged("the balance cannot be read")
    return trace.balance
