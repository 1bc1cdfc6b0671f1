"""Frozen values kept small: packed while nobody looks at them, so that many take little room."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

_WINDOW, _MEMORY = -12, 5  # of zlib: raw, 4 kB; less than its defaults take, for what is packed is short
LARGEST_PACKED = 8192  # bytes held: what has more is kept as it is, for packing would copy them each time


class Sized(Protocol):
    @property
    def bytes_held(self) -> int: ...


V = TypeVar("V", bound=Sized)


class Shelf(Generic[V]):
    """A dict of values by (account, id), in the order in which the keys came. What comes out is a copy."""

    def __init__(self) -> None:
        self._packed: dict[tuple[str, str], V | bytes] = {}
        self._like = b""  # the first value: what the others have in common with it is not kept again

    def __len__(self) -> int:
        return len(self._packed)

    def __contains__(self, key: tuple[str, str]) -> bool:
        return key in self._packed

    def get(self, key: tuple[str, str]) -> V | None:
        found = self._packed.get(key)
        return None if found is None else self._unpacked(found)

    def __getitem__(self, key: tuple[str, str]) -> V:
        return self._unpacked(self._packed[key])

    def __setitem__(self, key: tuple[str, str], value: V) -> None:
        small = value.bytes_held <= LARGEST_PACKED
        self._packed[key] = self._as_packed(value) if small else value

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
        return self._unpacked(self._packed.pop(key))

    def oldest(self) -> Iterator[V]:
        """The values, the oldest first. Keys must not come or go meanwhile."""
        return map(self._unpacked, self._packed.values())

    def newest(self) -> Iterator[V]:
        return map(self._unpacked, reversed(self._packed.values()))
