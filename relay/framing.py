"""Where a body ends: by its length, by chunks, at the end of the connection, or before it begins (RFC 9112).

`feed` says how many bytes of `data` belong to the body. What passes on is those bytes as they are, chunk by
chunk; what a reader keeps is `payload`: the same without the chunks' frames.
"""

from __future__ import annotations

import re
from typing import Protocol

from proofsheet.relay.heads import LONGEST, BadHead, Field, values

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(;[^\r]*)?")
_LONGEST_LINE = 4096


class BadFraming(ValueError):
    """Bytes that are no chunks."""


class Framing(Protocol):
    done: bool
    payload: list[bytes]  # of the last feed

    def feed(self, data: bytes) -> int:
        """How many bytes of `data`, from its beginning, belong to the body. Raises BadFraming."""

    def ended(self) -> bool:
        """Whether the body is whole if the connection ends here."""


class Length:
    """So many bytes; none at all for 0."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.done = length == 0
        self.payload: list[bytes] = []

    def feed(self, data: bytes) -> int:
        count = min(len(data), self._left)
        self.payload = [data if count == len(data) else data[:count]] if count else []
        self._left -= count
        self.done = self._left == 0
        return count

    def ended(self) -> bool:
        return self.done


class UntilClose:
    """All that comes until the connection is closed."""

    def __init__(self) -> None:
        self.done = False
        self.payload: list[bytes] = []

    def feed(self, data: bytes) -> int:
        self.payload = [data]
        return len(data)

    def ended(self) -> bool:
        return True


class Chunked:
    """Chunks, their extensions and trailers included."""

    def __init__(self) -> None:
        self.done = False
        self.payload: list[bytes] = []
        self._line = b""
        self._left = 0  # of a chunk's data
        self._state = self._size
        self._trailers = 0

    def feed(self, data: bytes) -> int:
        self.payload = []
        place = 0
        while place < len(data) and not self.done:
            place = self._state(data, place)
        return place

    def ended(self) -> bool:
        return self.done

    def _read_line(self, data: bytes, place: int, longest: int) -> tuple[bytes | None, int]:
        end = data.find(b"\n", place)
        piece = data[place:] if end < 0 else data[place : end + 1]
        self._line += piece
        if len(self._line) > longest:
            raise BadFraming("a line between chunks is too long")
        if end < 0:
            return None, len(data)
        line, self._line = self._line, b""
        if not line.endswith(b"\r\n") or b"\r" in line[:-2]:  # some read a lone CR as the end of a line
            raise BadFraming("a line between chunks does not end in CR LF")
        return line[:-2], end + 1

    def _size(self, data: bytes, place: int) -> int:
        line, place = self._read_line(data, place, _LONGEST_LINE)
        if line is not None:
            found = _SIZE.fullmatch(line)
            if found is None:
                raise BadFraming(f"no size of a chunk: {line[:40]!r}")
            self._left = int(found[1], 16)
            self._state = self._data if self._left else self._trailer
        return place

    def _data(self, data: bytes, place: int) -> int:
        count = min(len(data) - place, self._left)
        self.payload.append(data[place : place + count])
        self._left -= count
        if self._left == 0:
            self._state = self._after_data
        return place + count

    def _after_data(self, data: bytes, place: int) -> int:
        line, place = self._read_line(data, place, _LONGEST_LINE)
        if line is not None:
            if line:
                raise BadFraming("a chunk is longer than it says")
            self._state = self._size
        return place

    def _trailer(self, data: bytes, place: int) -> int:
        line, place = self._read_line(data, place, LONGEST)
        if line is not None:
            self._trailers += len(line)
            if self._trailers > LONGEST:
                raise BadFraming("the trailers are too long")
            self.done = not line
        return place


def of_request(fields: tuple[Field, ...], minor: int) -> Framing:
    """How a request's body is framed. Raises BadHead where two servers could disagree about it."""
    codings = values(fields, b"transfer-encoding")
    lengths = values(fields, b"content-length")
    if codings:
        if lengths or minor == 0:
            raise BadHead(400, "Transfer-Encoding stands beside Content-Length, or in HTTP/1.0")
        if b",".join(codings).lower() != b"chunked":
            raise BadHead(501, "the only transfer coding of a request that is passed on is chunked")
        return Chunked()
    if len(lengths) > 1 or (lengths and b"," in lengths[0]):
        raise BadHead(400, f"more than one Content-Length: {', '.join(map(repr, lengths))}")
    return Length(_length(lengths, 400)) if lengths else Length(0)


def of_response(method: bytes, status: int, fields: tuple[Field, ...]) -> Framing:
    """How an answer's body is framed. Raises BadHead."""
    if method == b"HEAD" or status in (204, 304):
        return Length(0)
    found = b",".join(values(fields, b"transfer-encoding"))
    codings = found.lower().translate(None, b" \t").split(b",")
    if codings != [b""]:
        return Chunked() if codings[-1] == b"chunked" else UntilClose()
    lengths = values(fields, b"content-length")
    return Length(_length(lengths, 502)) if lengths else UntilClose()


def _length(found: list[bytes], status: int) -> int:
    said = {each.strip(b" \t") for value in found for each in value.split(b",")}
    if len(said) != 1 or not re.fullmatch(rb"\d{1,18}", length := said.pop()):
        raise BadHead(status, f"no Content-Length: {', '.join(map(repr, found))}")
    return int(length)
