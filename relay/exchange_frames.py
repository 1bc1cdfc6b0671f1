"""Exchanges on their way to another process: what a frame holds, and how it becomes a flow again."""

from __future__ import annotations

import json
import marshal
import socket
import time
from contextlib import suppress
from typing import Any

from proofsheet.relay.exchange_copy import ExchangeCopy
from proofsheet.relay.shared_ring import Ended, Ring
from proofsheet.traffic.flow import Flow, Headers

_WAKES = 1 << 16  # bytes, each of which has woken us


def encode(copy: ExchangeCopy, base: str, counts: dict[str, int]) -> bytes:
    """The frame of an exchange that is over: lengths, then plain data, then both bodies."""
    notes = {each.why for each in (copy.request, copy.answer) if each.why} | {copy.note}
    meta = (
        copy.method,
        copy.url,
        [(name, value) for name, value, _ in copy.request_fields],
        None if copy.request.why else copy.request.size,
        copy.status,
        [(name, value) for name, value, _ in copy.fields],
        None if copy.answer.why else copy.answer.size,
        copy.began,
        (time.monotonic() - copy.clock) * 1000,
        copy.end,
        base,
        "; ".join(sorted(notes - {""})),
        [] if copy.answer.why else copy.arrivals.noted,
        counts,
    )
    return b"".join((_headed(meta), *copy.request.pieces, *copy.answer.pieces))


def last(counts: dict[str, int]) -> bytes:
    """The frame after which nothing comes: only the counts as they were in the end."""
    return _headed((counts,))


def _headed(meta: tuple[Any, ...]) -> bytes:
    data = marshal.dumps(meta)
    return len(data).to_bytes(4, "big") + data


class FrameReader:
    """Reads frames in another process; `counts` are the newest counts of the process that sends them."""

    def __init__(self, line: socket.socket, ring: Ring) -> None:
        self._line = line
        self.counts: dict[str, int] = {}
        self._ring = ring

    @classmethod
    def inherited(cls, descriptors: str) -> FrameReader:
        """By the last argument of a process that an outlet has started."""
        given = json.loads(descriptors)
        return cls(socket.socket(fileno=given["line"]), Ring(given["ring"]))

    def send(self, line: bytes) -> None:
        """Send a line the other way, if the proxy still lives."""
        with suppress(OSError):
            self._line.sendall(line)

    def next(self) -> Flow | None:
        """The next flow; None after the last. Raises Ended: all before it has been read."""
        self._ring.done()
        is_open = True
        while self._ring.waiting < 4:
            if not is_open:
                raise Ended
            is_open = self._woken()
        meta = marshal.loads(self._ring.take(int.from_bytes(self._ring.take(4), "big")))
        if len(meta) == 1:
            self.counts = meta[0]
            return None
        return self._flow(*meta)

    def _woken(self) -> bool:
        """Wait until there may be more; whether the sender still lives."""
        try:
            return bool(self._line.recv(_WAKES))
        except OSError:
            return False

    def _flow(self, *meta: Any) -> Flow:
        method, url, request_fields, sent, status, fields, came, began, took, end, base, note, *rest = meta
        arrivals, self.counts = rest
        return Flow(
            method=_text(method),
            url=_text(url),
            request_headers=_headers(request_fields),
            request_body=None if sent is None else self._ring.take(sent),
            status=status,
            headers=_headers(fields),
            body=None if came is None else self._ring.take(came),
            began=began,
            milliseconds=took,
            end=end,
            base=base,
            note=note,
            arrivals=tuple(arrivals),
        )


def _headers(found: list[tuple[bytes, bytes]]) -> Headers:
    return tuple((_text(name), _text(value)) for name, value in found)


def _text(data: bytes) -> str:
    return data.decode("latin-1")
