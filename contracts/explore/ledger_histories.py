"""The ledger over random histories: refusals, requests for the balance, pictures, in any order.

A history is drawn as a list and not run by hypothesis' state machine: that one repeats a failing history
again to be sure of it, and its pictures would be paid for again. The last history is not left to chance: a
picture, and then a refusal of each operation, for a service may charge for those of its customers only.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from proofsheet.contracts.derive.explored import CONSERVED
from proofsheet.contracts.derive.faults import weighed
from proofsheet.contracts.derive.ledger import balance_of
from proofsheet.contracts.derive.samples import price, smallest
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.explore.ledger_replay import (
    PATIENCE,
    PICTURES,
    REQUESTS,
    LedgerReplay,
    Step,
    balance_case_id,
)
from proofsheet.contracts.explore.search import find_examples
from proofsheet.contracts.explore.strategies import one_fault, valid
from proofsheet.contracts.run.explorer import Attempt
from proofsheet.spec.document import Operation

if TYPE_CHECKING:
    from proofsheet.contracts.run.attempts import Result

LONGEST = 8  # steps of a history
HISTORIES = 20
EACH = 3  # random steps, of which one is a picture
LAST = LONGEST + 1  # requests that are kept back for the last history
Steps = st.SearchStrategy[Step]


@dataclass(frozen=True)
class LedgerHistories:
    """The explorer of the balance. With `pays` it also pays for pictures: PICTURES at most.

    They are of the cheapest operation whose price is known.
    """

    source: Source
    requirements: Container[str]
    seed: int
    pays: bool
    carried: Container[str] = ()

    @property
    def price(self) -> Decimal:
        """Credits that it spends at most."""
        cheapest = _cheapest(self.source) if self.pays and self._name in self.requirements else None
        return PICTURES * price(cheapest, smallest(cheapest)) if cheapest else Decimal(0)

    @property
    def _name(self) -> str:
        balance = balance_of(self.source.document)
        return f"{self.source.family}.{balance.id}.{CONSERVED}" if balance else ""

    def _is_carried(self, balance: Operation) -> bool:
        return any(
            balance_case_id(balance, number) in self.carried for number in range(REQUESTS + PATIENCE + 1)
        )

    def explore(self, attempt: Attempt) -> Iterator[Result]:
        """Send histories; report the shortest that does not add up, or that all do. Raises Stop."""
        balance = balance_of(self.source.document)
        if balance is None or self._name not in self.requirements or self._is_carried(balance):
            return
        replay = LedgerReplay(attempt, balance, self._name)
        if replay.open():
            self._play(replay)
        yield from replay.results()
        if replay.stopped is not None:
            raise replay.stopped

    def _play(self, replay: LedgerReplay) -> None:
        """Random histories; then, with what was kept back for it, the one that begins with a picture."""
        refusals, picture = _refusals(self.source), _picture(self.source) if self.pays else None
        steps = st.one_of(*refusals, st.none())
        if picture is not None:
            steps = _mixed(steps, picture)
            replay.left, replay.pictures = replay.left - LAST, PICTURES - 1
        histories = st.lists(steps, min_size=1, max_size=LONGEST)
        find_examples(histories, replay.is_inconsistent, str(self.seed), HISTORIES)
        if picture is not None and not replay.is_done:
            replay.left, replay.pictures = LAST, 1
            last = st.tuples(picture, st.none(), *refusals[: LONGEST - 2])
            find_examples(last, replay.is_inconsistent, str(self.seed), 1)


def _mixed(others: Steps, picture: Steps) -> Steps:
    """One step in EACH a picture, however many operations there are: else no history tells of prices."""
    return st.integers(1, EACH).flatmap(lambda turn: picture if turn == EACH else others)


def _refusals(source: Source) -> list[Steps]:
    """A refusal of each operation that has a price."""
    return [
        one_fault(each, faults, most=price(each, smallest(each)), callers=False)
        for each in source.document.operations.values()
        if each.cost is not None and (faults := weighed(source, each).get("MUST"))
    ]


def _picture(source: Source) -> Steps | None:
    """A picture of the cheapest operation, at its plain price."""
    cheapest = _cheapest(source)
    if cheapest is None:
        return None
    return valid(cheapest, most=price(cheapest, smallest(cheapest)), callers=False)


def _cheapest(source: Source) -> Operation | None:
    """The operation with the cheapest plain picture, among those whose price is more than assumed."""
    known = (
        each
        for each in source.document.operations.values()
        if each.cost is not None
        and each.artifact is not None
        and source.requirement(each, "cost", "", "/x-cost/credits").level != "MAY"
    )
    return min(known, key=lambda each: price(each, smallest(each)), default=None)
