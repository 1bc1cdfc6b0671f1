"""The pace of requests: within its documented limit, our rate, and the pauses it asks for."""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from proofsheet.contracts.client.http_client import wait
from proofsheet.spec.policy import RateLimit

MARGIN = 0.9  # of a documented limit: others may use the key too
_RATE = re.compile(r"(\d+(?:\.\d+)?)(?:/(s|m|h))?")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def per_second(text: str) -> float:
    """Requests per second, from `5`, `5/s`, `30/m` or `100/h`. Raises ValueError."""
    found = _RATE.fullmatch(text)
    rate = float(found[1]) / _SECONDS[found[2] or "s"] if found else 0.0
    if rate <= 0:
        raise ValueError(f"expected a rate such as 5/s, 30/m or 100/h, came {text!r}")
    return rate


@dataclass
class Pace:
    """Gives each request its turn; safe for several threads. `rate` is in requests per second."""

    rate: float | None = None
    pause: Callable[[float], None] = wait
    _next: float = 0.0
    _cool: float = 0.0
    _ahead: float = 0.0
    _sent: deque[float] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def turn(self, limit: RateLimit | None) -> float:
        """Wait until a request may go out; the ticket says when it went, for `uncount`."""
        with self._lock:
            now = self.now()
            at = max(now, self._next, self._cool)
            if limit is not None:
                at = max(at, self._free(at, limit))
            if self.rate is not None:
                self._next = at + 1 / self.rate
            self._sent.append(at)
        self._rest_until(at)
        return at

    def uncount(self, ticket: float) -> None:
        """A request that was refused before the limit was looked at is not counted."""
        with self._lock:
            if ticket in self._sent:
                self._sent.remove(ticket)

    def hold_off(self, seconds: float) -> None:
        """Nothing is sent for so long."""
        with self._lock:
            self._cool = max(self._cool, self.now() + seconds)

    def rest(self, seconds: float) -> None:
        """Pause. A pause that takes no time, as in tests, still counts as time passed."""
        began = time.monotonic()
        self.pause(seconds)
        with self._lock:
            self._ahead += max(seconds - (time.monotonic() - began), 0.0)

    def _rest_until(self, at: float) -> None:
        """Until then, and longer if `hold_off` was called meanwhile."""
        while (left := max(at, self._cool) - self.now()) > 0:
            self.rest(left)

    def now(self) -> float:
        """Seconds by the clock of the pace, on which pauses have passed."""
        return time.monotonic() + self._ahead

    def _free(self, at: float, limit: RateLimit) -> float:
        """When the window has room for one more."""
        while self._sent and self._sent[0] <= at - limit.window:
            self._sent.popleft()
        most = max(int(limit.requests * MARGIN), 1)
        return self._sent[-most] + limit.window if len(self._sent) >= most else at
