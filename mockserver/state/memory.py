"""What the double remembers: clock, credits, rate windows, scheduled outcomes, journal; all per key.

Arguments and results are plain values, so that several worker processes can share one State (keeper.py).
Every method is atomic: one process runs them one after another.
"""

from __future__ import annotations

import random
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar

from proofsheet.mockserver.state.journal import Entry, Journal
from proofsheet.spec.document import RateLimit

K = TypeVar("K")
V = TypeVar("V")
Holder = tuple[str, str]  # whose credits and limits: the family, and the credential
MOST_ACCOUNTS = 10_000
MOST_SCHEDULED = 1000


@dataclass
class Account:
    """One key's credits: None is unlimited; `held` is reserved by calls in flight."""

    balance: Decimal | None
    held: Decimal = Decimal(0)


@dataclass
class Window:
    """The times of a key's last requests, and until when it is shut out."""

    hits: deque[float] = field(default_factory=deque)
    blocked_until: float = 0.0


@dataclass(frozen=True)
class Scheduled:
    """What is to happen to the next `times` calls of a key (or of anyone) to an operation (or to any)."""

    times: int
    key: str | None = None
    operation: str | None = None
    outcome: str | None = None
    code: int | None = None
    fault: str | None = None
    able: frozenset[tuple[str, str]] | None = None  # the operations (document, id) concerned; None: any

    def concerns(self, key: str | None, operation: tuple[str, str]) -> bool:
        return (self.able is None or operation in self.able) and self.key in (None, key)


class Recent(OrderedDict[K, V]):
    """What is remembered by keys that come from outside: of too many the one used longest ago goes."""

    def use(self, key: K, make: Callable[[], V]) -> V:
        """The value of a key, made if it is new."""
        if key in self:
            self.move_to_end(key)
        else:
            while len(self) >= MOST_ACCOUNTS:
                self.popitem(last=False)
            self[key] = make()
        return self[key]


class Clock:
    """Seconds that tests can move: real time plus an offset, or standing still."""

    def __init__(self, real: Callable[[], float] = time.monotonic) -> None:
        self._real = real
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


class State:
    """The memory of one double."""

    def __init__(
        self,
        opening: Callable[[Holder], Decimal | None],
        journal_size: int = 500,
        seed: int | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._opening = opening
        self._clock = clock or Clock()
        self._seed = seed
        self._random: Recent[Holder, random.Random] = Recent()
        self._accounts: Recent[Holder, Account] = Recent()
        self._windows: Recent[tuple[Holder, str, RateLimit], Window] = Recent()
        self._scheduled: list[Scheduled] = []
        self._journal = Journal(journal_size)

    # clock

    def move_clock(self, seconds: float = 0.0, frozen: bool | None = None) -> dict[str, Any]:
        """Advance the clock, stop it or let it run; says where it stands."""
        self._clock.advance(seconds)
        if frozen is not None:
            self._clock.freeze(frozen)
        return {"now": self._clock.now(), "frozen": self._clock.frozen}

    # randomness

    def fresh_seed(self, holder: Holder, maximum: int) -> int:
        """A seed from 1 to `maximum` (both in); reproducible per credential where the double has a seed."""
        seed = None if self._seed is None else f"{self._seed}/{holder[1] or None}"
        return self._random.use(holder, lambda: random.Random(seed)).randint(1, maximum)

    # credits

    def _account(self, holder: Holder) -> Account:
        return self._accounts.use(holder, lambda: Account(self._opening(holder)))

    def balance(self, holder: Holder) -> Decimal | None:
        """The credits of a key, held ones included; None if unlimited."""
        return self._account(holder).balance

    def held(self, holder: Holder) -> Decimal:
        """The credits that calls under way hold."""
        return self._account(holder).held

    def set_balance(self, holder: Holder, credits: Decimal | None) -> None:
        """Give a key a balance."""
        self._account(holder).balance = credits

    def reserve(self, holder: Holder, cost: Decimal) -> bool:
        """Hold `cost` credits; False, and nothing held, if they are not there."""
        account = self._account(holder)
        if account.balance is None:
            return True
        if account.balance - account.held < cost:
            return False
        account.held += cost
        return True

    def settle(self, holder: Holder, cost: Decimal, charge: bool) -> None:
        """Let go of a reservation, and take it from the balance if the call is to be paid."""
        account = self._account(holder)
        if account.balance is None:
            return
        account.held = max(account.held - cost, Decimal(0))
        if charge:
            account.balance -= cost

    # rate

    def hit(self, holder: Holder, limit: RateLimit, operation: str = "") -> bool:
        """Count a request; False if it is one too many or comes during the penalty."""
        now = self._clock.now()
        counted = operation if limit.per == "operation" else ""
        window = self._windows.use((holder, counted, limit), Window)
        while window.hits and window.hits[0] <= now - limit.window:
            window.hits.popleft()
        if now >= window.blocked_until and len(window.hits) < limit.requests:
            window.hits.append(now)
            return True
        if limit.refused == "count":
            window.hits.append(now)
            window.hits = deque(window.hits, limit.requests)  # more of them change nothing
            window.blocked_until = now + limit.penalty
        elif now >= window.blocked_until and limit.penalty:
            window.hits.clear()
            window.blocked_until = now + limit.penalty
        return False

    # what is to happen

    def schedule(self, entry: Scheduled) -> bool:
        """Add something to happen; False if too much is scheduled already."""
        if len(self._scheduled) >= MOST_SCHEDULED:
            return False
        self._scheduled.append(entry)
        return True

    def scheduled(self) -> list[Scheduled]:
        """What is still to happen, first come first."""
        return list(self._scheduled)

    def drop_scheduled(self, key: str | None = None) -> None:
        """Let nothing happen any more, or nothing of what was scheduled for one key."""
        self._scheduled = [entry for entry in self._scheduled if key is not None and entry.key != key]

    def take(self, key: str | None, operation: tuple[str, str]) -> Scheduled | None:
        """What is to happen to this call, if anything; counts it down."""
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

    def record(self, entry: Entry) -> None:
        """Keep an entry of the journal."""
        self._journal.record(entry)

    def journal(self, key: str | None = None, after: int = 0, limit: int | None = None) -> list[Entry]:
        """Entries after a number, of one key's label if given, the last `limit`."""
        return self._journal.entries(key, after, limit)

    def entry(self, seq: int) -> Entry | None:
        """One entry."""
        return self._journal.get(seq)

    # all of it

    def reset(self, key: str | None = None, label: str | None = None) -> None:
        """Forget everything, or everything about one key (and the journal entries with its label)."""
        self._journal.clear(label)
        if key is None:
            self._accounts.clear()
            self._windows.clear()
            self._random.clear()
            self._scheduled.clear()
            self._clock.freeze(False)
            return
        for table in (self._accounts, self._random):
            for holder in [each for each in table if each[1] == key]:
                table.pop(holder)
        for bucket in [each for each in self._windows if each[0][1] == key]:
            self._windows.pop(bucket)
        self._scheduled = [entry for entry in self._scheduled if entry.key != key]

    def drop_journal(self, label: str | None = None) -> None:
        """Forget the journal, or one key's part of it."""
        self._journal.clear(label)
