"""Values that are remembered for a while; where they are too many, or too large, the oldest go."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from proofsheet.mockserver.state import recent
from proofsheet.mockserver.state.protocol import Name

MOST_BYTES = 64 * 1024 * 1024  # of the values of one kind
_EACH = 500  # bytes: about what a value's objects weigh besides its data


class _Kind:
    """The values of one kind by their names, the oldest first, and what they weigh."""

    def __init__(self) -> None:
        self._values: OrderedDict[tuple[str, ...], tuple[float, Any, int]] = OrderedDict()
        self.held = 0  # bytes

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return iter(self._values)

    def get(self, name: tuple[str, ...]) -> tuple[float, Any]:
        until, value, _ = self._values.get(name, (0.0, None, 0))
        return until, value

    def put(self, name: tuple[str, ...], until: float, value: Any) -> None:
        self.pop(name)
        weight = _EACH + sum(map(len, name)) + _weight(value)
        self._values[name] = until, value, weight
        self.held += weight
        while len(self._values) > 1 and self._is_too_much():  # the newest stays at any rate
            self.pop(next(iter(self._values)))

    def _is_too_much(self) -> bool:
        return self.held > MOST_BYTES or len(self._values) > recent.MOST_REMEMBERED

    def pop(self, name: tuple[str, ...]) -> None:
        if (found := self._values.pop(name, None)) is not None:
            self.held -= found[2]


class Values:
    """What is remembered until a time, the kinds apart; a name is the kind and what it is called there."""

    def __init__(self) -> None:
        self._kinds: dict[str, _Kind] = {}

    def remember(self, name: Name, value: Any, until: float) -> None:
        """Keep a value under its name until a time."""
        self._of(name).put(name[1:], until, value)

    def recall(self, name: Name, now: float) -> Any:
        """What is remembered at a time; None if nothing is."""
        until, value = self._of(name).get(name[1:])
        if value is not None and now >= until:
            self.forget(name)
            return None
        return value

    def forget(self, name: Name) -> None:
        """Let go of what is remembered, if anything is."""
        self._of(name).pop(name[1:])

    def forget_all(self, key: str | None = None) -> None:
        """Let go of everything, or of what is called first by a credential's key."""
        if key is None:
            self._kinds.clear()
        for known in self._kinds.values():
            for name in [each for each in known if each[0] == key]:
                known.pop(name)

    def _of(self, name: Name) -> _Kind:
        return self._kinds.setdefault(name[0], _Kind())


def _weight(value: Any) -> int:
    """The bytes of what is packed or said, and of the uploads that a description comes from."""
    if isinstance(value, bytes | str):
        return len(value)
    held: int = getattr(value, "bytes_held", 0)
    return held
