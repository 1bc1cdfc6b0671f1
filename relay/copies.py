"""Copies of what passes, beside the stream and in bounded room: when it is full, copies go, traffic stays."""

from __future__ import annotations

import marshal
import time
from dataclasses import dataclass, field

from proofsheet.relay.heads import Field
from proofsheet.traffic.flow import Flow, Headers

ROOM = 64 * 1024 * 1024  # bytes of all copies: of exchanges under way, and of those that wait to be judged
LARGEST = 32 * 1024 * 1024  # bytes of one body
_PIECE = 64  # bytes that a piece takes besides its own
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


class Passing:
    """One exchange while it passes."""

    __slots__ = (
        *("answer", "began", "clock", "end", "fields", "method", "note", "request", "request_fields"),
        *("status", "url"),
    )

    def __init__(self, method: bytes, url: bytes, fields: tuple[Field, ...], room: Room) -> None:
        self.method = method
        self.url = url
        self.request_fields = fields
        self.request = Body(room)
        self.status: int | None = None
        self.fields: tuple[Field, ...] = ()
        self.answer = Body(room)
        self.began = time.time()
        self.clock = time.monotonic()
        self.end = "complete"
        self.note = ""

    def let_go(self) -> None:
        self.request.let_go()
        self.answer.let_go()


Frame = tuple[bytes, list[bytes]]  # head, pieces of both bodies


def frame(passing: Passing, base: str, counts: dict[str, int]) -> Frame:
    """An exchange as it goes to another process: lengths, then plain data, then both bodies."""
    notes = {each.why for each in (passing.request, passing.answer) if each.why} | {passing.note}
    meta = marshal.dumps(
        (
            passing.method,
            passing.url,
            [(name, value) for name, value, _ in passing.request_fields],
            None if passing.request.why else passing.request.size,
            passing.status,
            [(name, value) for name, value, _ in passing.fields],
            None if passing.answer.why else passing.answer.size,
            passing.began,
            (time.monotonic() - passing.clock) * 1000,
            passing.end,
            base,
            "; ".join(sorted(notes - {""})),
            counts,
        )
    )
    pieces = [*passing.request.pieces, *passing.answer.pieces]
    return len(meta).to_bytes(4, "big") + meta, pieces


def last(counts: dict[str, int]) -> bytes:
    """The frame after which nothing comes: only the counts as they were in the end."""
    meta = marshal.dumps((counts,))
    return len(meta).to_bytes(4, "big") + meta


class Torn(EOFError):
    """The other process ended in the middle of a frame, or without the last one."""


class Reader:
    """Reads frames from a file object; `counts` are the newest counts of the process that sends them."""

    def __init__(self, stream: object) -> None:
        self._stream = stream
        self.counts: dict[str, int] = {}

    def next(self) -> Flow | None:
        """The next flow; None after the last. Raises Torn."""
        meta = marshal.loads(self._exactly(int.from_bytes(self._exactly(4), "big")))
        if len(meta) == 1:
            self.counts = meta[0]
            return None
        method, url, asked, sent, status, fields, came, began, took, end, base, note, self.counts = meta
        return Flow(
            method=_text(method),
            url=_text(url),
            request_headers=_headers(asked),
            request_body=None if sent is None else self._exactly(sent),
            status=status,
            headers=_headers(fields),
            body=None if came is None else self._exactly(came),
            began=began,
            milliseconds=took,
            end=end,
            base=base,
            note=note,
        )

    def _exactly(self, count: int) -> bytes:
        data: bytes = self._stream.read(count)  # type: ignore[attr-defined]
        if len(data) < count:
            raise Torn
        return data


def _headers(found: list[tuple[bytes, bytes]]) -> Headers:
    return tuple((_text(name), _text(value)) for name, value in found)


def _text(data: bytes) -> str:
    return data.decode("latin-1")
