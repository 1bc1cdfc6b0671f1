"""The one way out: each request of schemathesis passes here, is held against its price, and is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from proofsheet.contracts.case import Case
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.fuzz import conversion
from proofsheet.contracts.fuzz.conversion import Request
from proofsheet.contracts.fuzz.cost_risk import Caution, caution
from proofsheet.contracts.run.attempts import Asked
from proofsheet.spec.document import Document

WRONG_GRANTS = {False: 1, True: 3}  # by an operation until it is asked no more, without and with `paid`


class Barred(Exception):
    """This request is not made: it could cost money, or its operation has had its share."""


@dataclass
class Gate:
    """`asked` keeps what became of each request, by schemathesis' id of the case."""

    document: Document
    may_pay: bool
    asked: dict[str, Asked] = field(default_factory=dict)
    refused: dict[str, Asked] = field(default_factory=dict)  # operation to its first case that was not sent
    _ask: Callable[[Case], Asked] | None = None
    _share: int = 0
    _cautions: dict[str, Caution] = field(default_factory=dict)
    _left: dict[str, int] = field(default_factory=dict)
    _grants: dict[str, int] = field(default_factory=dict)
    _number: int = 0

    def open(self, share: int, ask: Callable[[Case], Asked]) -> None:
        """Begin a pass in which each operation gets so many requests."""
        self._share, self._ask, self._left = share, ask, {}

    def answer(self, sent: Request) -> Exchange:
        """Make a request. Raises Barred, and whatever `ask` does."""
        if not self.admits(sent):
            raise Barred(f"{sent.method} {sent.path}")
        asked = self._attempt(sent)
        if asked.exchange is None:
            self._left[sent.operation] = 0
            self.refused.setdefault(sent.operation, asked)
            raise Barred(asked.reason)
        self.asked[sent.case] = asked
        return asked.exchange

    def admits(self, sent: Request) -> bool:
        """Whether a request would be made: it can be written, is free by any reading, and has a share."""
        operation = self.document.operations.get(sent.operation)
        if operation is None or not self.is_open(sent.operation) or not sent.is_sendable:
            return False
        return operation.cost is None or not self._caution(sent.operation).could_be_granted(sent)

    def is_open(self, operation: str) -> bool:
        """Whether an operation may be asked once more."""
        granted = self._grants.get(operation, 0) >= WRONG_GRANTS[self.may_pay]
        return self._left.get(operation, self._share) > 0 and not granted

    def _attempt(self, sent: Request) -> Asked:
        assert self._ask is not None
        operation = self.document.operations[sent.operation]
        self._number += 1
        self._left[operation.id] = self._left.get(operation.id, self._share) - 1
        price = self._caution(operation.id).price(sent)
        asked = self._ask(conversion.case(sent, operation, self._number, cost=price))
        if operation.cost is not None and asked.paid:
            # It would be paid for again and again, and one shows it.
            self._grants[operation.id] = self._grants.get(operation.id, 0) + 1
        return asked

    def _caution(self, name: str) -> Caution:
        if name not in self._cautions:
            self._cautions[name] = caution(self.document.operations[name])
        return self._cautions[name]
