"""A small cache that is bounded by the bytes it holds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from threading import Lock

OVERHEAD = 300  # bytes: about what an entry's key and objects weigh besides its data


@dataclass(frozen=True)
class Strip:
    """Encoded rows of a picture: the bytes, and for a PNG the length and Adler-32 of the rows."""

    data: bytes
    length: int = 0
    adler: int = 1


class Strips:
    """Strips by key, the least recently used dropped first. Safe to use from several threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self._held: OrderedDict[Hashable, Strip] = OrderedDict()
        self._size = 0

    def get(self, key: Hashable) -> Strip | None:
        """The strip, now the most recently used, or None."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def get_all(self, keys: Iterable[Hashable]) -> list[Strip] | None:
        """All of these strips, now the most recently used, or None if one is not held."""
        with self._lock:
            found = []
            for key in keys:
                strip = self._held.get(key)
                if strip is None:
                    return None
                found.append(strip)
                self._held.move_to_end(key)
            return found

    def put(self, key: Hashable, strip: Strip) -> None:
        """Keeps the strip, unless it alone is more than a quarter of the limit."""
        weight = len(strip.data) + OVERHEAD
        if weight > self._limit // 4:
            return
        with self._lock:
            old = self._held.pop(key, None)
            if old is not None:
                self._size -= len(old.data) + OVERHEAD
            self._held[key] = strip
            self._size += weight
            while self._size > self._limit:
                _, dropped = self._held.popitem(last=False)
                self._size -= len(dropped.data) + OVERHEAD
