"""What the double remembers: clock, credits, rate windows, scheduled outcomes, journal; all per key.

Arguments and results are plain values, so that several worker processes can share one State (remote.py).
Every method is atomic: one process runs them one after another.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from proofsheet.mockserver.state.accounts import Account, Accounts
from proofsheet.mockserver.state.journal import Entry, Journal, Unwritten
from proofsheet.mockserver.state.protocol import Name, Scheduled
from proofsheet.mockserver.state.recent import Recent
from proofsheet.mockserver.state.tasks import Added, Holder, Most, Replaced, Task, Tasks
from proofsheet.mockserver.state.values import Values
from proofsheet.mockserver.state.windows import Allowance, Windows
from proofsheet.spec.policy import RateLimit, TokenLimit

MOST_SCHEDULED = 1000


class Clock:
    """Unix seconds that tests can move: real time plus an offset, or standing still.

    Real time goes on from the hour of the start as the monotonic clock does: it never runs back.
    """

    def __init__(self, real: Callable[[], float] | None = None, start: float | None = None) -> None:
        epoch = (time.time() if start is None else start) - time.monotonic()
        self._real = real or (lambda: epoch + time.monotonic())
        self._offset = 0.0
        self._frozen: float | None = None

    def now(self) -> float:
        return self._frozen if self._frozen is not None else self._real() + self._offset

    def advance(self, seconds: float) -> None:
        if self._frozen is not None:
            self._frozen += seconds
        else:
            self._offset += seconds

    def freeze(self, frozen: bool) -> None:
        now = self.now()
        self._offset = now - self._real()
        self._frozen = now if frozen else None

    @property
    def frozen(self) -> bool:
        return self._frozen is not None


class MemoryState:
    """The State (protocol.py) in this process."""

    rehearses = False

    def __init__(
        self,
        opening: Callable[[Holder], Decimal | None],
        journal_size: int = 500,
        seed: int | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or Clock()
        self._seed = seed
        self._seeds: Recent[Holder, Iterator[int]] = Recent()  # how many each had
        self._windows = Windows()
        self._scheduled: list[Scheduled] = []
        self._tasks = Tasks()
        self._accounts = Accounts(opening, self._tasks)
        self._journal = Journal(journal_size)
        self._values = Values()

    # clock

    def now(self) -> float:
        return self._clock.now()

    def move_clock(self, seconds: float = 0.0, frozen: bool | None = None) -> dict[str, Any]:
        self._clock.advance(seconds)
        if frozen is not None:
            self._clock.freeze(frozen)
        return {"now": self._clock.now(), "frozen": self._clock.frozen}

    # randomness

    def fresh_seed(self, holder: Holder, maximum: int) -> int:
        if self._seed is None:
            return random.randint(1, maximum)
        number = next(self._seeds.use(holder, itertools.count))
        return random.Random(f"{self._seed}/{holder[1] or None}/{number}").randint(1, maximum)

    # credits

    def _account(self, holder: Holder) -> Account:
        return self._accounts.get(holder, self._clock.now())

    def balance(self, holder: Holder) -> Decimal | None:
        return self._account(holder).balance

    def held(self, holder: Holder) -> Decimal:
        return self._account(holder).held

    def set_balance(self, holder: Holder, credits: Decimal | None) -> None:
        self._account(holder).balance = credits

    def reserve(self, holder: Holder, cost: Decimal, hold: str = "") -> bool:
        account = self._account(holder)
        if account.balance is not None and account.balance - account.held < cost:
            return False
        account.held += cost
        return True

    def settle(
        self, holder: Holder, cost: Decimal, charge: bool, paid: Decimal | None = None, hold: str = ""
    ) -> None:
        self._account(holder).settle(cost, charge, paid)

    def owe(self, method: str, *args: Any) -> None:
        getattr(self, method)(*args)

    def void(self, holder: Holder, hold: str) -> None:
        """Nothing is undone: a memory of our own is never away, so that everybody is told."""

    # tasks

    def add_task(self, task: Task, most: Most | None = None, hold: str = "") -> Added:
        now = self._clock.now()
        if (added := self._tasks.add(task, now, most)) != "full":
            return added
        self._settle_oldest()
        return self._tasks.add(task, now, most)

    def _settle_oldest(self) -> None:
        """Settle the oldest tasks that have ended, of accounts that nobody has looked at since."""
        for each in self._tasks.oldest():
            self._settle_task(each)

    def task(self, account: str, id: str, look: Holder | None = None) -> Task | None:
        found = self._tasks.look(account, id, look) if look else self._tasks.get(account, id)
        if found is not None and found.by_looks:
            self._settle_task(found)
        return found

    def tasks(self, holder: Holder | None, newest: int | None = None) -> list[Task]:
        return self._tasks.of(holder, newest)

    def unfinished_tasks(self, holder: Holder, document: str, operation: str | None = None) -> int:
        return self._tasks.unfinished(holder, document, operation, self._clock.now())

    def has_room(self, holder: Holder, most: Most) -> bool:
        return self.unfinished_tasks(holder, most.document, most.operation) < most.count

    def replace_task(self, old: Task, new: Task, anyway: bool = False) -> Replaced:
        now = self._clock.now()
        known = self._tasks.get(old.holder[0], old.id)
        if known is None or (known.has_ended(now) and not anyway):
            return "changed"
        self._account(old.holder)  # what has ended already is settled as it ended
        if (replaced := self._tasks.put(old, new, now)) == "full":
            self._settle_oldest()
            replaced = self._tasks.put(old, new, now)
        if replaced == "replaced":
            self._settle_task(new)
        return replaced

    def remove_task(self, task: Task) -> None:
        self._settle_task(task)
        self._tasks.remove(task)

    def _settle_task(self, task: Task) -> None:
        for ended in self._tasks.settled(task, self._clock.now()):
            self._account(task.holder).settle(ended.cost, ended.charged)

    # rate

    def hit(self, holder: Holder, limit: RateLimit, counted: str = "") -> bool:
        return self._windows.hit(holder, limit, counted, self._clock.now())

    def spend(self, holder: Holder, limit: TokenLimit, amount: int, counted: str = "") -> bool:
        return self._windows.spend(holder, limit, amount, counted, self._clock.now())

    def allowance(self, holder: Holder, limit: RateLimit | TokenLimit, counted: str = "") -> Allowance:
        return self._windows.allowance(holder, limit, counted, self._clock.now())

    # values of a while

    def remember(self, name: Name, value: Any, seconds: float) -> None:
        self._values.remember(name, value, self._clock.now() + seconds)

    def recall(self, name: Name) -> Any:
        return self._values.recall(name, self._clock.now())

    def exchange(self, name: Name, old: Any, new: Any, seconds: float) -> bool:
        if self.recall(name) != old:
            return False
        self.remember(name, new, seconds)
        return True

    def forget(self, name: Name) -> None:
        self._values.forget(name)

    # what is to happen

    def schedule(self, entry: Scheduled) -> bool:
        if len(self._scheduled) >= MOST_SCHEDULED:
            return False
        self._scheduled.append(entry)
        return True

    def scheduled(self) -> list[Scheduled]:
        return list(self._scheduled)

    def drop_scheduled(self, key: str | None = None) -> None:
        self._scheduled = [entry for entry in self._scheduled if key is not None and entry.key != key]

    def take(self, key: str | None, operation: tuple[str, str]) -> Scheduled | None:
        for index, entry in enumerate(self._scheduled):
            if entry.concerns(key, operation):
                left = entry.times - 1
                if left:
                    self._scheduled[index] = replace(entry, times=left)
                else:
                    del self._scheduled[index]
                return entry
        return None

    # journal

    def record(self, entry: Entry | Unwritten) -> None:
        self._journal.record(entry)

    def journal(self, key: str | None = None, after: int = 0, limit: int | None = None) -> list[Entry]:
        return self._journal.entries(key, after, limit)

    def entry(self, seq: int) -> Entry | None:
        return self._journal.get(seq)

    def journal_length(self) -> int:
        return len(self._journal)

    # all of it

    def check(self) -> None:
        """It is always there."""

    def reset(self, key: str | None = None, label: str | None = None) -> None:
        self._journal.clear(label)
        if key is None:
            self._accounts.forget(None)
            self._windows.forget()
            self._seeds.clear()
            self._scheduled.clear()
            self._values.forget_all()
            self._tasks.forget(None)
            self._clock.freeze(False)
            return
        self._accounts.forget(key)
        for holder in [each for each in self._seeds if each[1] == key]:
            self._seeds.pop(holder)
        self._windows.forget(key)
        self._values.forget_all(key)
        self._scheduled = [entry for entry in self._scheduled if entry.key != key]
        self._tasks.forget(key)

    def drop_journal(self, label: str | None = None) -> None:
        self._journal.clear(label)
