"""Where copies of finished exchanges go: to each process that listens, if there is room for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from proofsheet.relay.exchange_copy import ExchangeCopy, Room
from proofsheet.relay.exchange_frames import encode

COUNTS = ("exchanges", "broken", "left", "own")


class Tap(Protocol):
    """Takes frames: an `Outlet`, or what a test has in its place."""

    def put(self, frame: bytes) -> bool: ...


@dataclass
class Taps:
    """`counts`: exchanges that passed, that the upstream or the client broke off; answers of the proxy's own;
    and by each tap's name the exchanges that it could not take, because too much was under way."""

    base: str
    taps: Mapping[str, Tap]
    room: Room = field(default_factory=Room)
    counts: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.counts = dict.fromkeys((*COUNTS, *self.taps), 0)

    def done(self, copy: ExchangeCopy) -> None:
        """An exchange is over."""
        self.counts["exchanges"] += 1
        self.counts["broken"] += copy.end == "upstream-broke"
        self.counts["left"] += copy.end == "client-left"
        frame = encode(copy, self.base, self.counts)
        copy.let_go()
        for name, tap in self.taps.items():
            self.counts[name] += not tap.put(frame)
