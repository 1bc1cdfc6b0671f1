"""The ledger over random histories: refusals, questions for the balance, pictures, in any order.

A history is drawn as a list and not played by hypothesis' state machine: that one plays a failing history
again to be sure of it, and its pictures would be paid for again. Here each is played once, and what came of
it is remembered.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from contracts.case import Case, Expect
from contracts.deriving.explored import CONSERVED
from contracts.deriving.ledger import balance_of
from contracts.deriving.source import Source
from contracts.exploring import Attempt, Stop
from contracts.exploring.faults import weighed
from contracts.exploring.sample import Sample
from contracts.exploring.search import Enough, search
from contracts.exploring.strategies import one_fault, valid
from contracts.samples import price, request, smallest
from spec.document import Operation

if TYPE_CHECKING:
    from contracts.attempts import Asked

REQUESTS = 40  # free ones of a run
PICTURES = 3  # of a run, of the cheapest operation whose price is known
LONGEST = 8  # steps of a history
HISTORIES = 20
LAG = 2.0  # seconds until a balance that lags behind is asked again; then twice as many
PATIENCE = 3
Step = Sample | None  # None is a question for the balance in the midst of a history


@dataclass(frozen=True)
class Ledger:
    """The explorer of the balance. With `paints` it also pays for pictures: PICTURES at most."""

    source: Source
    requirements: Container[str]
    seed: int
    paints: bool
    carried: Container[str] = ()

    @property
    def price(self) -> Decimal:
        """Credits that it spends at most."""
        cheapest = _cheapest(self.source) if self.paints and self._name in self.requirements else None
        return PICTURES * price(cheapest, smallest(cheapest)) if cheapest else Decimal(0)

    @property
    def _name(self) -> str:
        balance = balance_of(self.source.document)
        return f"{self.source.family}.{balance.id}.{CONSERVED}" if balance else ""

    def _is_carried(self, balance: Operation) -> bool:
        return any(_question(balance, number) in self.carried for number in range(REQUESTS + PATIENCE + 1))

    def explore(self, attempt: Attempt) -> Iterator[Asked]:
        """Play histories; tell the shortest that does not add up, or that all do. Raises Stop."""
        balance = balance_of(self.source.document)
        if balance is None or self._name not in self.requirements or self._is_carried(balance):
            return
        books = Books(attempt, balance, self._name)
        if books.open():
            steps = _steps(self.source, self.paints)
            search(st.lists(steps, min_size=1, max_size=LONGEST), books.is_off, str(self.seed), HISTORIES)
        yield from books.told()
        if books.stopped is not None:
            raise books.stopped


def _steps(source: Source, paints: bool) -> st.SearchStrategy[Step]:
    steps: list[st.SearchStrategy[Step]] = [
        one_fault(each, faults, most=price(each, smallest(each)), callers=False)
        for each in source.document.operations.values()
        if each.cost is not None and (faults := weighed(source, each).get("MUST"))
    ]
    cheapest = _cheapest(source) if paints else None
    if cheapest is not None:
        picture = valid(cheapest, most=price(cheapest, smallest(cheapest)), callers=False)
        steps += [picture] * (len(steps) // 2)  # a history without any tells nothing of prices
    return st.one_of([*steps, st.none()])


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


def _question(balance: Operation, number: int) -> str:
    return f"{balance.id}/{CONSERVED}-{number}"


def _is_picture(step: Step) -> bool:
    return step is not None and step.fault is None


@dataclass
class Books:
    """Plays histories and keeps what is to be told of them."""

    attempt: Attempt
    balance: Operation
    requirement: str
    stopped: Stop | None = None
    left: int = REQUESTS
    pictures: int = PICTURES
    _found: tuple[int, Asked] | None = None  # the steps of the shortest history that is off, and its end
    _last: Asked | None = None
    _held: Asked | None = None
    _questions: int = 0
    _owes: bool = False  # something was granted since the balance was last seen
    _played: dict[tuple[str, ...], bool] = field(default_factory=dict)

    def open(self) -> bool:
        """Ask for the balance until it shows what was paid earlier; False where it does not."""
        try:
            return not self._messages(self._settle("moves"))
        except Enough:
            return False

    def is_off(self, history: Sequence[Step]) -> bool:
        """Whether the balance does not add up over a history. Raises Enough."""
        key = tuple(each.digest if each else "" for each in history)
        if key not in self._played:
            if sum(_is_picture(each) for each in history) > self.pictures:
                return False
            if len(history) + 1 > self.left:
                raise Enough
            self._played[key] = self._play(history)
        return self._played[key]

    def told(self) -> Iterator[Asked]:
        """What does not add up; or else a balance that did; or else one of which nothing can be said."""
        found = self._found[1] if self._found else None
        best = found or self._held or self._last
        if best is not None:
            yield best

    def _play(self, history: Sequence[Step]) -> bool:
        done: list[str] = []
        for step in (*history, None):
            if step is not None:
                done.append(self._step(step))
            elif done and self._is_wrong(done):
                return True
        return False

    def _step(self, step: Sample) -> str:
        is_picture = _is_picture(step)
        asked = self._asked(step.case(CONSERVED, pays=is_picture))
        self._owes |= asked.paid
        self.pictures -= is_picture
        if asked.paid and not is_picture:
            self.left = 0  # a refusal that is granted has to be paid for: this history is the last one
        return f"{step.operation.id} {'granted' if asked.paid else 'refused'}"

    def _is_wrong(self, done: list[str]) -> bool:
        checks = ("moves", "costs") if self._owes else ("keeps",)
        asked = self._settle(*checks)
        self._owes = False
        messages = self._messages(asked)
        if not messages:
            is_judged = asked.exchange is not None and not asked.reason and not asked.unjudged
            self._held = asked if is_judged else self._held
        elif self._found is None or len(done) <= self._found[0]:
            story = f"{messages[0]}, after: {', '.join(done)}"
            self._found = len(done), replace(asked, messages=((self.requirement, story),))
        return bool(messages)

    def _settle(self, *checks: str) -> Asked:
        """Ask for the balance; again for a while where it does not show a payment yet."""
        asked = self._asked(self._question(checks, 0.0))
        for turn in range(PATIENCE if "moves" in checks else 0):
            if not self._messages(asked):
                break
            again = self._asked(self._question(checks, LAG * 2**turn))
            if again.unjudged and not self._messages(again):
                break  # a balance that fell by too much or too little is told once
            asked = again
        self._last = asked
        return asked

    def _question(self, checks: tuple[str, ...], wait: float) -> Case:
        self._questions += 1
        expects = tuple(Expect(self.requirement, each) for each in checks)
        return replace(
            request(self.balance, "", {}, expects, wait=wait), id=_question(self.balance, self._questions)
        )

    def _asked(self, case: Case) -> Asked:
        self.left -= 1
        try:
            asked = self.attempt(case)
        except Stop as stop:
            self.stopped = stop
            raise Enough from None
        if asked.skipped:
            self._last = asked if self._last is None else self._last
            raise Enough
        return asked

    def _messages(self, asked: Asked) -> list[str]:
        return [text for name, text in asked.messages if name == self.requirement]
