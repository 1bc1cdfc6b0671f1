"""Money: a hard stop in credits that is never passed, not even by requests in flight."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class Budget:
    """Credits that may be spent. What a request may cost is held until its answer is known.

    An answer that never came may have been paid for, so it counts as spent.
    """

    limit: Decimal
    spent: Decimal = Decimal(0)
    held: Decimal = Decimal(0)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def hold(self, cost: Decimal) -> bool:
        """Hold `cost`; False, and nothing held, if it could pass the limit. What is free never does."""
        with self._lock:
            if cost and self.spent + self.held + cost > self.limit:
                return False
            self.held += cost
            return True

    def spend(self, cost: Decimal) -> None:
        """Count what was paid for without being planned."""
        with self._lock:
            self.spent += cost

    def settle(self, cost: Decimal, paid: bool) -> None:
        """Let go of what was held, and count it as spent if it was paid."""
        with self._lock:
            self.held -= cost
            if paid:
                self.spent += cost
