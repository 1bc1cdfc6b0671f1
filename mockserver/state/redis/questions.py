"""Questions to a Redis: of one credential, of what all share, in rehearsals, and what is still owed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

from proofsheet.mockserver.state.protocol import StateUnavailable
from proofsheet.mockserver.state.redis import waiting
from proofsheet.mockserver.state.redis.asking import Asking
from proofsheet.mockserver.state.redis.link import Link
from proofsheet.mockserver.state.redis.money import packed as as_money
from proofsheet.mockserver.state.redis.steps import NOW, YES, Rehearsal, Step
from proofsheet.mockserver.state.tasks import Holder

_MOST_OWED = 10_000


class Questions:
    """What is asked of the server, at once or after a rehearsal. Every method may raise StateUnavailable."""

    def __init__(
        self,
        url: str,
        opening: Callable[[Holder], Decimal | None],
        journal_size: int = 500,
        seed: int | None = None,
        start: float | None = None,
    ) -> None:
        self.link = Link(url)
        self._opening = opening
        self._journal_size = journal_size
        self._seed = seed
        self._asking = Asking(self.link)
        self._owed: deque[tuple[str, tuple[Any, ...]]] = deque(maxlen=_MOST_OWED)
        self._start = "" if start is None else repr(start)
        self._ask("start", self._start)

    # what is asked

    def _ask(self, operation: str, *arguments: Any) -> Any:
        return self._asking.ask(self._asking.shared(operation, *arguments))[0]

    def _ask_of(self, credential: str, operation: str, *arguments: Any) -> Any:
        return self._asking.ask(self._asking.of(credential, operation, *arguments))[0]

    def _granted(self, credential: str, operation: str, *arguments: Any) -> bool:
        """Whether it is; in a rehearsal it is assumed to be."""
        step = self._asking.of(credential, operation, *arguments, expects=YES)
        return bool(self._asking.ask(step, assumed=(1,))[0])

    def _account_step(self, holder: Holder, operation: str, *arguments: Any) -> Step:
        family, credential = holder
        opening = as_money(self._opening(holder))
        return self._asking.of(credential, operation, family, opening, NOW, *arguments)

    def _ask_account(self, holder: Holder, operation: str, *arguments: Any) -> Any:
        return self._asking.ask(self._account_step(holder, operation, *arguments))[0]

    @property
    def rehearses(self) -> bool:
        return waiting.known() is not None

    def rehearsal(self) -> AbstractContextManager[Rehearsal]:
        """Within it, questions are noted and get the answers that are to be expected, or raise Unforeseen."""
        return self._asking.rehearsal()

    def ask_rehearsed(self, rehearsal: Rehearsal) -> bool:
        """Ask what was noted, in one round trip; whether the answers are those that were expected.

        All are given again to this call when it asks.
        """
        self._pay_debts()
        known = waiting.known()
        if known is not None:
            known["at end"] = (self._say_at_last,)
        return self._asking.ask_rehearsed(rehearsal)

    def _say_at_last(self) -> None:
        """Say what a call has left unsaid that has ended before its entry was written."""
        for each in self._asking.unsaid():
            try:
                self._say(each)
            except StateUnavailable:
                self.owe("_say", each)

    def _say(self, step: Step) -> None:
        self._asking.ask(step)

    def owe(self, method: str, *args: Any) -> None:
        self._owed.append((method, args))

    def _pay_debts(self) -> None:
        """Do what is owed; what cannot be done yet stays owed. Others may do so at the same time."""
        while self._owed:
            method, args = self._owed.popleft()
            try:
                getattr(self, method)(*args)
            except BaseException:
                self._owed.appendleft((method, args))
                raise
