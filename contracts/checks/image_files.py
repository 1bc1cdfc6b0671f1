"""Picture files read strictly, by their own bytes: checksums, lengths, markers, and where the file ends.

Decoders pass over much of this, each over something else: what one shows, another refuses. The rules are
those of the formats: PNG (W3C, third edition), JPEG (ITU-T T.81), WebP (RFC 9649).
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a PNG's colour types
# Of Adam7: the first column and row of each pass, and the steps between its columns and rows.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)  # that is no part of a scan
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_LONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a segment
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_SCAN, _END, _INTERVAL = 0xDA, 0xD9, 0xDD
_MOST = 1 << 30  # bytes of pixels; decoders refuse fewer
_PIECE = 1 << 22  # bytes that are inflated at once
_WEBP = (b"VP8 ", b"VP8L", b"VP8X")


@dataclass(frozen=True)
class FileFacts:
    """What is wrong with a file by its format's rules; where it ends, in bytes (None: it has no end)."""

    problem: str | None = None
    end: int | None = None


class _Broken(Exception):
    """A rule of the format that the file breaks."""


def read_file(data: bytes) -> FileFacts:
    """The facts of a PNG, JPEG or WebP file. Of another format nothing is known: it ends where it ends."""
    try:
        if data.startswith(_PNG):
            return FileFacts(end=_png(data))
        if data.startswith(_JPEG):
            return FileFacts(end=_jpeg(data))
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return FileFacts(end=_webp(data))
    except _Broken as problem:
        return FileFacts(str(problem))
    return FileFacts(end=len(data))


def _png(data: bytes) -> int | None:
    """Every chunk's length and CRC, the header first, the pixels whole. Raises _Broken."""
    header: bytes | None = None
    pixels: list[bytes] = []
    end: int | None = None
    for kind, content, place in _png_chunks(data):
        if header is None and kind != b"IHDR":
            raise _Broken(f"begins with {_named(kind)} instead of IHDR")
        header = content if header is None else header
        if kind == b"IDAT":
            pixels.append(content)
        if kind == b"IEND":
            end = place
    if header is None or len(header) != 13:
        raise _Broken("has no header")
    _inflate(b"".join(pixels), _png_size(header))
    return end


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """(kind, content, where it ends) of each chunk up to IEND, or to where the file is cut between two."""
    place = len(_PNG)
    while place + 8 <= len(data):
        length, kind = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8]
        after = place + 12 + length
        if after > len(data):
            raise _Broken(f"is cut off within its {_named(kind)} chunk")
        content = data[place + 8 : after - 4]
        if zlib.crc32(content, zlib.crc32(kind)) != int.from_bytes(data[after - 4 : after]):
            raise _Broken(f"has a wrong CRC in its {_named(kind)} chunk at byte {place}")
        yield kind, content, after
        if kind == b"IEND":
            return
        place = after


def _named(kind: bytes) -> str:
    return kind.decode("ascii") if kind.isalpha() else repr(kind)


def _png_size(header: bytes) -> int:
    """How many bytes the pixels are when inflated, a filter's byte before each row."""
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    bits = depth * _CHANNELS.get(colour, 0)
    parts = _PASSES if interlaced else ((0, 0, 1, 1),)
    size = 0
    for left, top, across, down in parts:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            size += rows * (1 + (columns * bits + 7) // 8)
    return size


def _inflate(data: bytes, size: int) -> None:
    if size > _MOST:
        raise _Broken(f"states pixels of {size} bytes, which nobody can read")
    inflater = zlib.decompressobj()
    found, left = 0, data
    try:
        while found <= size and not inflater.eof:
            piece = inflater.decompress(left, _PIECE)
            found, left = found + len(piece), inflater.unconsumed_tail
            if not piece and not left:
                break
    except zlib.error as error:
        raise _Broken(f"has pixels that do not inflate: {error}") from None
    if found != size or not inflater.eof:
        raise _Broken(f"has pixels of {found} bytes instead of {size}")


def _jpeg(data: bytes) -> int | None:
    """Every segment's length, a frame and a scan, no scan shorter than its restarts say. Raises _Broken."""
    frame, interval, has_scan = b"", 0, False
    for marker, segment, place in _segments(data):
        if marker in _FRAMES:
            frame = bytes((marker,)) + segment
        elif marker == _INTERVAL:
            interval = int.from_bytes(segment[:2])
        elif marker == _SCAN:
            has_scan = True
            _check_restarts(frame, segment, interval, data[place : _scan_end(data, place)])
        elif marker == _END:
            if not has_scan:
                raise _Broken("has no pixels")
            return place
    return None


def _segments(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """(marker, its segment, where that ends) for each marker up to the end of the picture. Raises _Broken."""
    place = 2
    while found := _next_marker(data, place):
        marker, place = found
        length = 0 if marker == _END or marker in _LONE else int.from_bytes(data[place : place + 2])
        if length == 1 or place + length > len(data):
            raise _Broken(f"is cut off within its segment FF{marker:02X}")
        yield marker, data[place + 2 : place + length], place + length
        if marker == _END:
            return
        place = _scan_end(data, place + length) if marker == _SCAN else place + length


def _scan_end(data: bytes, place: int) -> int:
    """Where the coded data that begin at `place` end."""
    stop = _MARKER.search(data, place)
    return stop.start() if stop else len(data)


def _next_marker(data: bytes, place: int) -> tuple[int, int] | None:
    """(marker, where its segment begins), or None at the end of the file."""
    if place >= len(data):
        return None
    if data[place] != 0xFF:
        raise _Broken(f"has no marker at byte {place}, where a segment ended")
    while place < len(data) and data[place] == 0xFF:
        place += 1
    return (data[place], place + 1) if place < len(data) else None


def _check_restarts(frame: bytes, scan: bytes, interval: int, coded: bytes) -> None:
    """A scan of all components has as many restarts as its size asks for; else rows are missing."""
    components = frame[6] if len(frame) > 6 else 0
    if not interval or frame[:1] not in (b"\xc0", b"\xc1") or scan[:1] != bytes((components,)):
        return
    if len(frame) < 7 + 3 * components:
        raise _Broken("is cut off within the header of its frame")
    height, width = struct.unpack(">HH", frame[2:6])
    samplings = [frame[8 + 3 * index] for index in range(components)] if components > 1 else [0x11]
    across, down = 8 * max(each >> 4 for each in samplings), 8 * max(each & 15 for each in samplings)
    if not across or not down:
        raise _Broken("has a component without samples")
    units = -(-width // across) * -(-height // down)
    wanted, found = -(-units // interval) - 1, len(_RESTART.findall(coded))
    if found != wanted:
        raise _Broken(f"has {found} restarts in its scan instead of {wanted}")


def _webp(data: bytes) -> int | None:
    """Every chunk within the length that the file states, the picture first. Raises _Broken."""
    stated = int.from_bytes(data[4:8], "little")
    end = 8 + stated + stated % 2
    if end > len(data):
        raise _Broken(f"is cut off: it states {end} bytes and has {len(data)}")
    if data[12:16] not in _WEBP:
        raise _Broken(f"begins with {data[12:16]!r} instead of a picture")
    place = 12
    while place < end:
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        if place + 8 + length > end:
            raise _Broken(f"has a chunk {_named(data[place : place + 4].strip())} that passes its end")
        place += 8 + length + length % 2
    return end
