"""Credits: what each account has, and what calls under way and unfinished tasks hold of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from proofsheet.mockserver.state.tasks import Holder, Tasks

MOST_ACCOUNTS = 10_000  # that hold nothing
_MOST_PASSED_OVER = 16  # of those used longest ago, for one that holds nothing


@dataclass(slots=True)
class Account:
    """One key's credits: None is unlimited; `held` is reserved by calls in flight and by tasks."""

    balance: Decimal | None
    held: Decimal = Decimal(0)

    def settle(self, cost: Decimal, charge: bool, paid: Decimal | None = None) -> None:
        """Let go of what was held, and take it from the balance if it is to be paid, or what is `paid`."""
        self.held = max(self.held - cost, Decimal(0))  # an account that was reset holds nothing
        if charge and self.balance is not None:
            self.balance -= cost if paid is None else paid


class Accounts:
    """Every account, opened when it is first used. Of too many the one used longest ago is forgotten.

    One that holds credits is not: its tasks would hold what nobody knows of any more. Those are no more
    than there are tasks and calls under way.
    """

    def __init__(self, opening: Callable[[Holder], Decimal | None], tasks: Tasks) -> None:
        self._opening = opening
        self._tasks = tasks
        self._accounts: OrderedDict[Holder, Account] = OrderedDict()

    def get(self, holder: Holder, now: float) -> Account:
        """An account, in which all tasks that have ended by now are settled."""
        if holder in self._accounts:
            self._accounts.move_to_end(holder)
        else:
            self._make_room(now)
            self._accounts[holder] = Account(self._opening(holder))
        return self._settled(holder, now)

    def _settled(self, holder: Holder, now: float) -> Account:
        account = self._accounts[holder]
        for task in self._tasks.ended_unsettled(holder, now):
            account.settle(task.cost, task.charged)
        return account

    def _make_room(self, now: float) -> None:
        for holder in list(islice(self._accounts, _MOST_PASSED_OVER)):
            if len(self._accounts) < MOST_ACCOUNTS:
                return
            if self._settled(holder, now).held:
                self._accounts.move_to_end(holder)
            else:
                del self._accounts[holder]

    def forget(self, key: str | None) -> None:
        """Forget all accounts, or those of one credential."""
        for holder in [each for each in self._accounts if key in (None, each[1])]:
            del self._accounts[holder]
