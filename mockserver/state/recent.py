"""What is remembered by keys that come from outside: never too much of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")
MOST_REMEMBERED = 10_000


class Recent(OrderedDict[K, V]):
    """What is remembered by keys that come from outside: of too many the one used longest ago goes."""

    def use(self, key: K, make: Callable[[], V]) -> V:
        """The value of a key, made if it is new."""
        if key in self:
            self.move_to_end(key)
        else:
            while len(self) >= MOST_REMEMBERED:
                self.popitem(last=False)
            self[key] = make()
        return self[key]
