"""Frozen values kept small: packed while nobody looks at them, so that many take little room."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

LARGEST_PACKED = 8192  # bytes held: what has more is kept as it is, for packing would copy them each time


class Sized(Protocol):
    @property
    def bytes_held(self) -> int: ...


V = TypeVar("V", bound=Sized)


class Shelf(Generic[V]):
    """A dict of values by (account, id), in the order in which the keys came. What comes out is a copy."""

    def __init__(self) -> None:
        self._packed: dict[tuple[str, str], V | bytes] = {}

    def __len__(self) -> int:
        return len(self._packed)

    def __contains__(self, key: tuple[str, str]) -> bool:
        return key in self._packed

    def get(self, key: tuple[str, str]) -> V | None:
        found = self._packed.get(key)
        return None if found is None else _unpacked(found)

    def __getitem__(self, key: tuple[str, str]) -> V:
        return _unpacked(self._packed[key])

    def __setitem__(self, key: tuple[str, str], value: V) -> None:
        small = value.bytes_held <= LARGEST_PACKED
        self._packed[key] = pickle.dumps(value, pickle.HIGHEST_PROTOCOL) if small else value

    def pop(self, key: tuple[str, str]) -> V:
        return _unpacked(self._packed.pop(key))

    def oldest(self) -> Iterator[V]:
        """The values, the oldest first. Keys must not come or go meanwhile."""
        return map(_unpacked, self._packed.values())

    def newest(self) -> Iterator[V]:
        return map(_unpacked, reversed(self._packed.values()))


def _unpacked(found: V | bytes) -> V:
    if isinstance(found, bytes):
        value: V = pickle.loads(found)  # which only this process has packed
        return value
    return found
