"""Money, seen in the balance: a picture costs what it costs, a refusal nothing.

Each is called when a balance has been added to the run's history (the last one), and yields messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from proofsheet.contracts.history import History, Trace, Unjudged
from proofsheet.spec.document import Operation

CENT = Decimal("0.005")  # balances are floats


def costs(
    history: History, requirement: str, operation: Operation, params: Mapping[str, Any]
) -> Iterator[str]:
    """What left the balance since it was last in step is what the pictures since then cost."""
    moved, owed = _settled(history)
    paid = _paid(moved, owed)
    if paid is not None and paid < len(owed):
        raise Unjudged("the balance does not show it yet")
    if paid is None:
        yield f"expected the balance to fall by {sum(owed)} credits, it fell by {moved}"


def moves(
    history: History, requirement: str, operation: Operation, params: Mapping[str, Any]
) -> Iterator[str]:
    """The balance shows what was paid."""
    moved, owed = _settled(history)
    paid = _paid(moved, owed)
    if paid is not None and paid < len(owed):
        yield f"{sum(owed)} credits were to be paid, and the balance fell by {moved}"


def keeps(
    history: History, requirement: str, operation: Operation, params: Mapping[str, Any]
) -> Iterator[str]:
    """Between the last two balances nothing was taken but for what was granted."""
    _balance(history[-1])
    before = max((n for n, each in enumerate(history[:-1]) if each.balance is not None), default=None)
    if before is None:
        raise Unjudged("the balance before is not known")
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
    if not owed:
        raise Unjudged("there was no success to pay for")
    return base - latest, owed


def _paid(moved: Decimal, owed: list[Decimal]) -> int | None:
    """How many of the first of `owed` make up `moved`, for a balance may lag behind; None if none do."""
    counts = range(len(owed), -1, -1)
    return next((count for count in counts if abs(moved - sum(owed[:count])) <= CENT), None)


def _balance(trace: Trace) -> Decimal:
    if trace.balance is None:
        raise Unjudged("the balance cannot be read")
    return trace.balance
