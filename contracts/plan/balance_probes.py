"""Putting the questions for the balance between the cases of a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.money import BalanceMoves, CostsItsPrice, RefusalsAreFree
from proofsheet.contracts.derive.ledger import balance_of
from proofsheet.contracts.derive.samples import case_of
from proofsheet.contracts.derive.source import Derived
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec.document import Document

PATIENCE = 3  # times that a balance which lags behind is asked again


def watched(
    document: Document, refusals: Sequence[list[Case]], paid: Sequence[Case], ledger: Sequence[Derived]
) -> Iterator[Case]:
    """The refusals, block by block, and the pictures, with the balance asked before and after."""
    teller = _Teller(document, ledger)
    for block in refusals:
        expects = teller.wanted(block[0].operation, RefusalsAreFree)
        yield from teller.first(expects)
        yield from block
        yield from teller.ask(expects, 0)
    for case in paid:
        expects = teller.wanted(case.operation, CostsItsPrice, BalanceMoves, case=case)
        yield from teller.first(expects)
        yield case
        yield from teller.ask(expects, PATIENCE)


class _Teller:
    """Asks for the balance where somebody wants to know it."""

    def __init__(self, document: Document, ledger: Sequence[Derived]) -> None:
        self._balance = balance_of(document)
        self._ledger = ledger
        self._asked = 0

    def wanted(
        self, operation: str, *kinds: type[Expectation], case: Case | None = None
    ) -> list[Expectation]:
        """What is asked of the balance after cases of an operation; `moves` is everybody's.

        What is wanted of one picture alone is asked after this one.
        """
        speaks = {each.requirement for each in case.expects} if case else set()
        return [
            each.ledger
            for each in self._ledger
            if isinstance(each.ledger, kinds)
            if isinstance(each.ledger, BalanceMoves) or each.requirement.operation == operation
            if each.wish is None or each.requirement.id in speaks
        ]

    def first(self, expects: list[Expectation]) -> Iterator[Case]:
        """The balance before anything."""
        if expects and not self._asked:
            yield from self._question([], 0)

    def ask(self, expects: list[Expectation], patience: int) -> Iterator[Case]:
        """The balance after what was just asked."""
        if expects:
            yield from self._question(expects, patience)

    def _question(self, expects: list[Expectation], patience: int) -> Iterator[Case]:
        if self._balance is not None:
            self._asked += 1
            name = f"balance-{self._asked}"
            yield case_of(self._balance, name, {}, tuple(expects), patience=patience)
