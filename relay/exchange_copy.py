"""Copies of exchanges under way, in bounded room: when it is full, copies go and traffic stays."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from proofsheet.relay.heads import Field
from proofsheet.traffic.arrivals import ArrivalLog

ROOM = 64 * 1024 * 1024  # bytes of the copies of all exchanges under way
LARGEST = 32 * 1024 * 1024  # bytes of one body
_PIECE = 192  # bytes that a piece takes besides its own
TOO_LARGE = f"the body is larger than {LARGEST // 1024 // 1024} MB, and was not kept"
NO_ROOM = "too much was under way at once to keep the body"


@dataclass
class Room:
    """How much is held in all."""

    limit: int = ROOM
    used: int = 0

    def take(self, count: int) -> bool:
        if self.used + count > self.limit:
            return False
        self.used += count
        return True

    def give(self, count: int) -> None:
        self.used -= count


@dataclass
class Body:
    """The copy of one body; `why` says why there is none."""

    room: Room
    pieces: list[bytes] = field(default_factory=list)
    size: int = 0
    why: str = ""
    _held: int = 0  # of the room

    def add(self, pieces: list[bytes]) -> None:
        if self.why or not pieces:
            return
        piece = pieces[0] if len(pieces) == 1 else b"".join(pieces)  # chunks may be of a byte each
        if self.size + len(piece) > LARGEST:
            self._drop(TOO_LARGE)
        elif not self.room.take(len(piece) + _PIECE):
            self._drop(NO_ROOM)
        else:
            self.pieces.append(piece)
            self.size += len(piece)
            self._held += len(piece) + _PIECE

    def _drop(self, why: str) -> None:
        self.let_go()
        self.why = why

    def let_go(self) -> None:
        """Free the room; the copy is gone."""
        self.room.give(self._held)
        self.pieces, self.size, self._held = [], 0, 0


class ExchangeCopy:
    """One exchange while it passes."""

    __slots__ = (
        *("answer", "began", "clock", "end", "fields", "method", "note", "request", "request_fields"),
        *("arrivals", "status", "url"),
    )

    def __init__(self, method: bytes, url: bytes, fields: tuple[Field, ...], room: Room) -> None:
        self.method = method
        self.url = url
        self.request_fields = fields
        self.request = Body(room)
        self.status: int | None = None
        self.fields: tuple[Field, ...] = ()
        self.answer = Body(room)
        self.arrivals = ArrivalLog()  # of the answer's pieces
        self.began = time.time()
        self.clock = time.monotonic()
        self.end = "complete"
        self.note = ""

    def answered(self, pieces: list[bytes]) -> None:
        """More of the answer's body has come."""
        size = self.answer.size
        self.answer.add(pieces)
        if self.answer.size > size:
            self.arrivals.add(size, (time.monotonic() - self.clock) * 1000)

    def let_go(self) -> None:
        self.request.let_go()
        self.answer.let_go()
