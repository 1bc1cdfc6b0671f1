"""PNG files put together from strips that were deflated beforehand.

A strip is a finished IDAT chunk: whole rows, deflated without a reference to any other strip and
ended on a byte boundary, so strips follow each other in any order. What remains for a file is its
head, the Adler-32 of all rows (computed from those of the strips) and its end.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image, ImageChops

from proofsheet.mockserver.media.image.bands import bands, rows_of
from proofsheet.mockserver.media.image.cache import Strip

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_ZLIB_HEAD = b"\x78\x01"
_LAST_BLOCK = b"\x03\x00"  # an empty deflate block that says it is the last
_SUB = b"\x01"  # the filter of a row: each pixel less the one before
_MODULUS = 65521  # of Adler-32


def chunk(kind: bytes, *parts: bytes) -> bytes:
    """A chunk of these parts, with its length and CRC."""
    crc = zlib.crc32(kind)
    for part in parts:
        crc = zlib.crc32(part, crc)
    length = sum(map(len, parts))
    return b"".join((struct.pack(">I", length), kind, *parts, struct.pack(">I", crc)))


def noisy_strip(image: Image.Image) -> Strip:
    """Deflates grainy RGB rows once and for all: filter Sub, then Huffman codes alone.

    Grain leaves no repetitions worth a search, and Sub never refers to the row above.
    """
    return _strip(_less_left(image), _SUB, 1, zlib.Z_HUFFMAN_ONLY)


def flat_strip(image: Image.Image) -> Strip:
    """Deflates RGB rows of few colours as small as it gets; for rows that are kept."""
    return _strip(image, b"\x00", 9, zlib.Z_DEFAULT_STRATEGY)


def fresh_strip(rows: list[bytes], run: Run) -> Strip:
    """RGB rows seen once, all of one length, each followed by the same run of one grey.

    The rows are stored, for any deflating takes longer; the Adler-32 of a run has a closed form.
    """
    size = len(rows[0]) + 1  # with the filter byte: None
    head = struct.pack("<BHH", 0, size, size ^ 0xFFFF) + b"\x00"  # of a stored block
    coded = head + (run.data + head).join(rows) + run.data
    low, high, count, step, rise = 1, 0, run.length, run.low, run.high
    for row in rows:
        adler = zlib.adler32(row, (high + low) % _MODULUS << 16 | low)
        low, high = adler & 0xFFFF, adler >> 16
        high = (high + count * low + rise) % _MODULUS
        low = (low + step) % _MODULUS
    return Strip(chunk(b"IDAT", coded), len(rows) * (size + run.length), high << 16 | low)


@dataclass(frozen=True)
class Run:
    """A run of equal bytes, deflated: its data and length, and what it adds to an Adler-32."""

    data: bytes
    length: int
    low: int
    high: int


def run(count: int, value: int) -> Run:
    """`count` bytes of `value`, deflated on their own."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = deflate.compress(bytes((value,)) * count) + deflate.flush(zlib.Z_FULL_FLUSH)
    return Run(data, count, value * count % _MODULUS, value * count * (count + 1) // 2 % _MODULUS)


def pieces(width: int, height: int, strips: Iterable[Strip]) -> list[bytes]:
    """The file of an RGB picture whose rows are those of the strips, from the top down; not yet joined."""
    parts = [_SIGNATURE, _head(width, height), chunk(b"IDAT", _ZLIB_HEAD)]
    low, high = 1, 0  # the two halves of the Adler-32 so far
    for strip in strips:
        parts.append(strip.data)
        low_next, high_next = strip.adler & 0xFFFF, strip.adler >> 16
        high = (high + high_next + strip.length * (low - 1)) % _MODULUS
        low = (low + low_next - 1) % _MODULUS
    parts.append(chunk(b"IDAT", _LAST_BLOCK + struct.pack(">HH", high, low)))
    parts.append(chunk(b"IEND", b""))
    return parts


def whole(image: Image.Image) -> bytes:
    """The file of an RGB or RGBA picture that is seen once, deflated with little effort, band by band."""
    deflate = zlib.compressobj(1)
    parts = [deflate.compress(_rows(_less_left(rows_of(image, *each)), _SUB)) for each in bands(image)]
    kind = 6 if image.mode == "RGBA" else 2
    data = chunk(b"IDAT", *parts, deflate.flush())
    return b"".join((_SIGNATURE, _head(image.width, image.height, kind), data, chunk(b"IEND", b"")))


def _less_left(image: Image.Image) -> Image.Image:
    """Each pixel less the one on its left: the filter Sub."""
    left = ImageChops.offset(image, 1, 0)
    left.paste(0 if image.mode == "RGB" else (0, 0, 0, 0), (0, 0, 1, image.height))
    return ImageChops.subtract_modulo(image, left)


def _head(width: int, height: int, kind: int = 2) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))


def _strip(filtered: Image.Image, filtering: bytes, level: int, strategy: int) -> Strip:
    rows = _rows(filtered, filtering)
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
    coded = deflate.compress(rows) + deflate.flush(zlib.Z_FULL_FLUSH)
    return Strip(chunk(b"IDAT", coded), len(rows), zlib.adler32(rows))


def _rows(filtered: Image.Image, filtering: bytes) -> bytes:
    data, step = filtered.tobytes(), len(filtered.getbands()) * filtered.width
    return b"".join([filtering + data[at : at + step] for at in range(0, len(data), step)])
