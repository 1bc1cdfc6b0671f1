"""Values that are remembered for a while; where they are too many, or too large, the oldest go."""

from __future__ import annotations

from typing import Any

from proofsheet.mockserver.state.protocol import Name
from proofsheet.mockserver.state.recent import Recent

MOST_BYTES = 64 * 1024 * 1024  # of the packed values (bytes) of one kind


class Values:
    """What is remembered until a time, the kinds apart; a name is the kind and what it is called there."""

    def __init__(self) -> None:
        self._kinds: dict[str, Recent[tuple[str, ...], tuple[float, Any]]] = {}
        self._added: dict[str, int] = {}  # bytes of a kind, at least as many as there are

    def remember(self, name: Name, value: Any, until: float) -> None:
        """Keep a value under its name until a time."""
        self.forget(name)
        known = self._of(name)
        known.use(name[1:], lambda: (until, value))
        if isinstance(value, bytes):
            self._added[name[0]] = self._added.get(name[0], 0) + len(value)
            if self._added[name[0]] > MOST_BYTES:
                self._added[name[0]] = _bound(known)

    def recall(self, name: Name, now: float) -> Any:
        """What is remembered at a time; None if nothing is."""
        until, value = self._of(name).get(name[1:], (0.0, None))
        if value is not None and now >= until:
            self.forget(name)
            return None
        return value

    def forget(self, name: Name) -> None:
        """Let go of what is remembered, if anything is."""
        self._of(name).pop(name[1:], None)

    def forget_all(self, key: str | None = None) -> None:
        """Let go of everything, or of what is called first by a credential's key."""
        if key is None:
            self._kinds.clear()
        for known in self._kinds.values():
            for name in [each for each in known if each[0] == key]:
                del known[name]

    def _of(self, name: Name) -> Recent[tuple[str, ...], tuple[float, Any]]:
        return self._kinds.setdefault(name[0], Recent())


def _bound(known: Recent[tuple[str, ...], tuple[float, Any]]) -> int:
    """Let the oldest go until what is left is small enough, the newest at any rate; returns its bytes."""
    size = sum(len(value) for _, value in known.values() if isinstance(value, bytes))
    while size > MOST_BYTES and len(known) > 1:
        _, (_, value) = known.popitem(last=False)
        size -= len(value) if isinstance(value, bytes) else 0
    return size
