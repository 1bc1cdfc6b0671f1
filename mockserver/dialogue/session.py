"""What a dialogue remembers: settings, the items of the conversation, what is heard, the reply under way."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from proofsheet.mockserver.dialogue.turn_detection import AudioBuffer
from proofsheet.spec import pointers

MOST_ITEMS = 10_000


class Missing(LookupError):
    """There is no item of an id."""


@dataclass
class ReplyUnderWay:
    """A reply, and whether it is to stop."""

    id: str
    is_cancelled: bool = False


@dataclass
class Session:
    """One dialogue; ids are of its own, times Unix seconds on the double's clock."""

    id: str
    ends: float
    settings: Any = None
    items: list[dict[str, Any]] = field(default_factory=list)
    audio_buffer: AudioBuffer = field(default_factory=AudioBuffer)
    heard_ms: float = 0.0  # of sound that was committed and not paid for yet
    reply: ReplyUnderWay | None = None
    sent: int = 0
    received: int = 0
    size: int = 0  # characters or bytes that were received
    credits: float = 0.0
    upcoming: str = field(default_factory=lambda: new_id())  # the id of the item that is heard
    is_open: bool = True

    def update(self, change: Any) -> None:
        """Take over what a message changes of the settings; null is a value."""
        self.settings = merged(self.settings, change)

    def item(self, name: Any) -> dict[str, Any]:
        """The item of an id. Raises Missing."""
        for each in self.items:
            if each.get("id") == name:
                return each
        raise Missing(name)

    def add(self, item: dict[str, Any], after: Any = None) -> str | None:
        """Add an item, at the end or behind another; returns the id of the one before it. Raises Missing."""
        place = len(self.items)
        if after == "root":
            place = 0
        elif after is not None:
            place = self.items.index(self.item(after)) + 1
        self.items.insert(place, item)
        del self.items[MOST_ITEMS:]
        return self.items[place - 1].get("id") if place else None

    def before(self, item: Mapping[str, Any]) -> str | None:
        """The id of the item before one, or of the last where it is not there yet."""
        ids = [each.get("id") for each in self.items]
        place = ids.index(item.get("id")) if item.get("id") in ids else len(ids)
        return ids[place - 1] if place else None

    def at(self, place: tuple[str, ...]) -> Any:
        """What stands at a place of the settings; None where nothing does."""
        return next(pointers.find(self.settings, place), None)


def merged(value: Any, change: Any) -> Any:
    """A change taken over member by member."""
    if not isinstance(value, dict) or not isinstance(change, dict):
        return copy.deepcopy(change)
    found = dict(value)
    for name, each in change.items():
        found[name] = merged(found.get(name), each)
    return found


def new_id() -> str:
    """21 letters and digits."""
    return secrets.token_hex(11)[:21]
