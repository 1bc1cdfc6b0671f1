"""Requests for the balance, put between the cases of a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.money import BalanceMoves, CostsItsPrice, RefusalsAreFree
from proofsheet.contracts.checks.task_money import EndsAreFree
from proofsheet.contracts.derive.ledger import balance_of
from proofsheet.contracts.derive.samples import case_of
from proofsheet.contracts.derive.source import Derived
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.plan.task_cases import depth_of
from proofsheet.spec.document import Document

PATIENCE = 3  # times that a balance which lags behind is requested again


def watched(
    document: Document, refusals: Sequence[list[Case]], paid: Sequence[Case], ledger: Sequence[Derived]
) -> Iterator[Case]:
    """The refusals, block by block, and the pictures, with the balance before and after."""
    probes = _Probes(document, ledger)
    for block in refusals:
        expects = probes.expected(block[0].operation, RefusalsAreFree)
        yield from probes.first(expects)
        yield from block
        yield from probes.after(expects, 0)
    for group in _together(paid):
        found = (probes.expected(each.operation, *_AFTER, case=each) for each in group)
        expects = list(dict.fromkeys(each for one in found for each in one))
        yield from probes.first(expects)
        yield from group
        yield from probes.after(expects, PATIENCE)


_AFTER = (CostsItsPrice, BalanceMoves, EndsAreFree)


def _together(paid: Sequence[Case]) -> Iterator[list[Case]]:
    """Pictures one by one; tasks that may go on at the same time."""
    for depth, group in groupby(paid, key=depth_of):
        found = list(group)
        yield from ([each] for each in found) if depth is None else [found]


class _Probes:
    """Requests the balance where something is expected of it."""

    def __init__(self, document: Document, ledger: Sequence[Derived]) -> None:
        self._balance = balance_of(document)
        self._ledger = ledger
        self._count = 0

    def expected(
        self, operation: str, *kinds: type[Expectation], case: Case | None = None
    ) -> list[Expectation]:
        """What is expected of the balance after cases of an operation; that it moves, after any.

        What is expected of a paid request with certain fields is so after that one alone.
        """
        speaks = {each.requirement for each in case.expects} if case else set()
        return [
            each.ledger
            for each in self._ledger
            if isinstance(each.ledger, kinds)
            if isinstance(each.ledger, BalanceMoves) or each.requirement.operation == operation
            if not any(one.fields for one in each.paid) or each.requirement.id in speaks
        ]

    def first(self, expects: list[Expectation]) -> Iterator[Case]:
        """The balance before anything."""
        if expects and not self._count:
            yield from self._probe([], 0)

    def after(self, expects: list[Expectation], patience: int) -> Iterator[Case]:
        """The balance after what was just sent."""
        if expects:
            yield from self._probe(expects, patience)

    def _probe(self, expects: list[Expectation], patience: int) -> Iterator[Case]:
        if self._balance is not None:
            self._count += 1
            name = f"balance-{self._count}"
            yield case_of(self._balance, name, {}, tuple(expects), patience=patience)
