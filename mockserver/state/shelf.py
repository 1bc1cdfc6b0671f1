"""Frozen values kept small: packed while nobody looks at them, so that many take little room."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

_WINDOW, _MEMORY = -12, 5  # of zlib: raw, 4 kB; less than its defaults take, for what is packed is short
MOST_FRESH = 512  # values that came last, kept as they are: most are looked at soon, and packing takes time
MOST_READ = 512  # values that were looked at last: who waits for one asks for it again and again
LARGEST_PACKED = 8192  # bytes held: what has more is kept as it is, for packing would copy them each time


class Sized(Protocol):
    @property
    def bytes_held(self) -> int: ...


V = TypeVar("V", bound=Sized)


class Shelf(Generic[V]):
    """A dict of values by (account, id), in the order in which the keys came."""

    def __init__(self, fresh: int = MOST_FRESH) -> None:
        self._most_fresh = fresh
        self._packed: dict[tuple[str, str], V | bytes] = {}
        self._fresh: dict[tuple[str, str], None] = {}  # to be packed when others have come
        self._like = b""  # the first value: what the others have in common with it is not kept again
        self._read: dict[tuple[str, str], V] = {}  # packed, and unpacked for one who looked at it lately

    def __len__(self) -> int:
        return len(self._packed)

    def __contains__(self, key: tuple[str, str]) -> bool:
        return key in self._packed

    def get(self, key: tuple[str, str]) -> V | None:
        return self[key] if key in self._packed else None

    def __getitem__(self, key: tuple[str, str]) -> V:
        found = self._packed[key]
        if not isinstance(found, bytes):
            return found
        if key not in self._read:
            if len(self._read) >= MOST_READ:
                del self._read[next(iter(self._read))]
            self._read[key] = self._unpacked(found)
        return self._read[key]

    def __setitem__(self, key: tuple[str, str], value: V) -> None:
        self._packed[key] = value
        self._read.pop(key, None)
        self._fresh.pop(key, None)
        self._fresh[key] = None
        self._pack_oldest()

    def _pack_oldest(self) -> None:
        if len(self._fresh) > self._most_fresh:
            key = next(iter(self._fresh))
            del self._fresh[key]
            value = self._packed[key]
            if not isinstance(value, bytes) and value.bytes_held <= LARGEST_PACKED:
                self._packed[key] = self._as_packed(value)

    def _as_packed(self, value: V) -> bytes:
        plain = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        self._like = self._like or plain
        packer = zlib.compressobj(1, zlib.DEFLATED, _WINDOW, _MEMORY, zdict=self._like)
        return packer.compress(plain) + packer.flush()

    def _unpacked(self, found: V | bytes) -> V:
        if not isinstance(found, bytes):
            return found
        plain = zlib.decompressobj(_WINDOW, zdict=self._like).decompress(found)
        value: V = pickle.loads(plain)  # which only this process has packed
        return value

    def pop(self, key: tuple[str, str]) -> V:
        self._fresh.pop(key, None)
        self._read.pop(key, None)
        return self._unpacked(self._packed.pop(key))

    def oldest(self) -> Iterator[V]:
        """The values, the oldest first. Keys must not come or go meanwhile."""
        return map(self._unpacked, self._packed.values())

    def newest(self) -> Iterator[V]:
        return map(self._unpacked, reversed(self._packed.values()))
