"""PNG files of four pictures, put together from rows that were deflated beforehand.

A row of the file is a row of a left and one of a right picture, each deflated by itself. Both are framed by
a pixel of one grey: so it is known how a row's first pixel differs from the one before.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageChops

from proofsheet.mockserver.media.image import png
from proofsheet.mockserver.media.image.cache import Strip

FRAME = 38  # grey level of the pixel around each picture
_MODULUS = 65521  # of Adler-32


@dataclass(frozen=True)
class Rows(Strip):
    """Rows of one picture, deflated one by one. `length` is that of each without its first pixel."""

    ends: array[int] = field(default_factory=lambda: array("I"))  # of each in `data`
    adlers: array[int] = field(default_factory=lambda: array("I"))


def rows(image: Image.Image, strategy: int = zlib.Z_HUFFMAN_ONLY) -> Rows:
    """The rows of an RGB picture with its first and last pixel turned into the frame, by the filter Sub."""
    framed, grey = image.copy(), (FRAME, FRAME, FRAME)
    for column in (0, image.width - 1):
        framed.paste(grey, (column, 0, column + 1, image.height))
    data = ImageChops.subtract_modulo(framed, ImageChops.offset(framed, 1, 0)).tobytes()
    deflate = zlib.compressobj(1, zlib.DEFLATED, -15, 8, strategy)
    parts, ends, adlers, end = [], array("I"), array("I"), 0
    for at in range(0, len(data), 3 * image.width):
        row = data[at + 3 : at + 3 * image.width]
        coded = deflate.compress(row) + deflate.flush(zlib.Z_FULL_FLUSH)
        parts.append(coded)
        end += len(coded)
        ends.append(end)
        adlers.append(zlib.adler32(row))
    return Rows(b"".join(parts), 3 * image.width - 3, 1, ends, adlers)


@dataclass(frozen=True)
class _Lead:
    """What stands before a picture's row: stored, and what it adds to an Adler-32."""

    data: bytes
    length: int
    low: int
    high: int


def _lead(raw: bytes) -> _Lead:
    adler, head = zlib.adler32(raw), struct.pack("<BHH", 0, len(raw), len(raw) ^ 0xFFFF)
    return _Lead(head + raw, len(raw), adler & 0xFFFF, adler >> 16)


_FIRST = _lead(b"\x01" + bytes((FRAME,)) * 3)  # the filter Sub, and a pixel of the frame as it is
_NEXT = _lead(b"\x00\x00\x00")  # no other than the pixel of the frame before it


def pieces(width: int, height: int, quarters: Sequence[Sequence[Rows]]) -> list[bytes]:
    """The file of four pictures, each as its rows from the top down; 1 and 2 are above, 3 and 4 below."""
    strips = []
    for left, right in (quarters[:2], quarters[2:]):
        strips += [_side_by_side(one, other) for one, other in zip(left, right, strict=True)]
    return png.pieces(width, height, strips)


def _side_by_side(left: Rows, right: Rows) -> Strip:
    """Two pictures' rows as those of one."""
    parts: list[bytes] = []
    low, high, starts = 1, 0, [0, 0]
    for row in range(len(left.ends)):
        for side, (lead, part) in enumerate(((_FIRST, left), (_NEXT, right))):
            end, adler, length = part.ends[row], part.adlers[row], part.length
            parts += (lead.data, part.data[starts[side] : end])
            starts[side] = end
            high = (high + lead.high + lead.length * (low - 1)) % _MODULUS
            low = (low + lead.low - 1) % _MODULUS
            high = (high + (adler >> 16) + length * (low - 1)) % _MODULUS
            low = (low + (adler & 0xFFFF) - 1) % _MODULUS
    size = len(left.ends) * (_FIRST.length + _NEXT.length + left.length + right.length)
    return Strip(png.chunk(b"IDAT", *parts), size, high << 16 | low)
