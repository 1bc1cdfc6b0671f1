"""Money: a hard stop in credits that is never passed, not even by requests in flight."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class Budget:
    """Credits that may be spent, by several threads. A request holds what it may cost until it is answered.

    An answer that never came may have been paid for, so it counts as spent.
    """

    limit: Decimal
    spent: Decimal = Decimal(0)
    held: Decimal = Decimal(0)
    _settled: threading.Condition = field(default_factory=threading.Condition, repr=False)

    def hold(self, cost: Decimal) -> bool:
        """Hold `cost`; False, and nothing held, if it could pass the limit. What is free never does.

        Where only what is held stands in the way it waits, for some of that may turn out to be free.
        """
        with self._settled:
            while cost and self.spent + self.held + cost > self.limit:
                if not self.held or self.spent + cost > self.limit:
                    return False
                self._settled.wait()
            self.held += cost
            return True

    def reopen(self, cost: Decimal) -> None:
        """Hold what counts as spent by an earlier run until it is known whether it was."""
        with self._settled:
            self.spent -= cost
            self.held += cost

    def spend(self, cost: Decimal) -> None:
        """Count what was paid for without being planned."""
        with self._settled:
            self.spent += cost
            self._settled.notify_all()

    def settle(self, cost: Decimal, paid: bool) -> None:
        """Let go of what was held, and count it as spent if it was paid."""
        with self._settled:
            self.held -= cost
            if paid:
                self.spent += cost
            self._settled.notify_all()
