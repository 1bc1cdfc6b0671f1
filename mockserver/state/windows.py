"""What each credential has asked for in the last so many seconds: requests, and the tokens of them."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from proofsheet.mockserver.state.recent import Recent
from proofsheet.mockserver.state.tasks import Holder
from proofsheet.spec.policy import RateLimit, TokenLimit


@dataclass(frozen=True)
class Allowance:
    """How much of a limit is used, after how many seconds some of that is free again, and all of it."""

    used: int = 0
    some: float = 0.0
    all: float = 0.0


@dataclass
class Window:
    """The times of a key's last requests with what each was counted as, and until when it is shut out."""

    hits: deque[tuple[float, int]] = field(default_factory=deque)
    blocked_until: float = -math.inf  # a clock may show a day before 1970

    def since(self, start: float) -> None:
        """Forget what was before a time."""
        while self.hits and self.hits[0][0] <= start:
            self.hits.popleft()

    @property
    def used(self) -> int:
        return sum(amount for _, amount in self.hits)


class Windows:
    """A window for each credential, limit and name under which it counts; the least used are forgotten."""

    def __init__(self) -> None:
        self._windows: Recent[tuple[Holder, str, RateLimit | TokenLimit], Window] = Recent()

    def _window(self, holder: Holder, limit: RateLimit | TokenLimit, counted: str, now: float) -> Window:
        window = self._windows.use((holder, counted, limit), Window)
        window.since(now - limit.window)
        return window

    def hit(self, holder: Holder, limit: RateLimit, counted: str, now: float) -> bool:
        """Count a request; False if it is one too many or comes during the penalty."""
        window = self._window(holder, limit, counted, now)
        if now >= window.blocked_until and len(window.hits) < limit.requests:
            window.hits.append((now, 1))
            return True
        if limit.refused == "count":
            window.hits.append((now, 1))
            window.hits = deque(window.hits, limit.requests)  # more of them change nothing
            window.blocked_until = now + limit.penalty
        elif now >= window.blocked_until and limit.penalty:
            window.hits.clear()
            window.blocked_until = now + limit.penalty
        return False

    def spend(self, holder: Holder, limit: TokenLimit, amount: int, counted: str, now: float) -> bool:
        """Count tokens; False, and nothing counted, if they are too many."""
        window = self._window(holder, limit, counted, now)
        if window.used + amount > limit.tokens:
            return False
        window.hits.append((now, amount))
        return True

    def allowance(self, holder: Holder, limit: RateLimit | TokenLimit, counted: str, now: float) -> Allowance:
        """How much of a limit is used."""
        window = self._window(holder, limit, counted, now)
        if not window.hits:
            return Allowance()
        ends = [at + limit.window - now for at, _ in (window.hits[0], window.hits[-1])]
        blocked = max(window.blocked_until - now, 0.0)
        return Allowance(window.used, max(ends[0], blocked), max(ends[1], blocked))

    def forget(self, key: str | None = None) -> None:
        """Forget all windows, or those of one key."""
        if key is None:
            self._windows.clear()
        for bucket in [each for each in self._windows if each[0][1] == key]:
            self._windows.pop(bucket)
