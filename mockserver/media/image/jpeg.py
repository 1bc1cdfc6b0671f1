"""JPEG files put together from strips that were coded beforehand.

Restart markers end the prediction from one coding unit to the next, so the coded rows of several
pictures of the same width, tables and sampling can stand in one scan. A strip is such rows (a
multiple of 16 pixel rows, but for the last strip of a file) with the markers between them.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Sequence

from PIL import Image

from proofsheet.mockserver.media.image.cache import Strip

QUALITY = 88
UNIT_ROWS = 16  # pixel rows of a coding unit at 4:2:0
_MARKER = re.compile(rb"\xff[\xd0-\xd7]")
_END = b"\xff\xd9"


def encode(image: Image.Image, restart: int | None = None, quality: int = QUALITY) -> bytes:
    """Any RGB picture as a file of its own, with a restart marker after every 16 rows, or so many units."""
    markers = {"restart_marker_blocks": restart} if restart else {"restart_marker_rows": 1}
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling="4:2:0", **markers)
    return out.getvalue()


def strip(image: Image.Image, top: int) -> Strip:
    """The coded rows of a picture that begin at pixel row `top` of the whole."""
    _, scan = _cut(encode(image))
    first = top // UNIT_ROWS
    # A marker stands before every coding row but the first and counts modulo 8 from 0.
    count = iter(range(first, first + image.height))
    if first:
        scan = b"\xff\xd0" + scan
        count = iter(range(first - 1, first + image.height))
    return Strip(_MARKER.sub(lambda _: b"\xff%c" % (0xD0 + next(count) % 8), scan))


def head(width: int, height: int, restart: int | None = None) -> bytes:
    """Everything before the scan, borrowed from a file of the same width and one coding row.

    A restart marker comes after every row, or after so many coding units.
    """
    row = Image.new("RGB", (width, UNIT_ROWS))
    lead, _ = _cut(encode(row, restart))
    frame = lead.index(b"\xff\xc0")  # marker, length, precision, then the height
    return lead[: frame + 5] + struct.pack(">H", height) + lead[frame + 7 :]


def assemble(lead: bytes, strips: list[Strip]) -> bytes:
    """The file that begins with a `head` and whose rows are the strips', from the top down."""
    return b"".join([lead, *[strip.data for strip in strips], _END])


def sheet(lead: bytes, quarters: Sequence[Sequence[Strip]]) -> bytes:
    """The file of four pictures whose sides are whole coding units, after a `head` that restarts so often.

    Each is the strips of a picture as wide as a restart interval; 1 and 2 are above, 3 and 4 below.
    """
    rows = [_MARKER.split(b"".join([each.data for each in strips])) for strips in quarters]
    parts = [lead]
    for left, right in (rows[:2], rows[2:]):
        for pair in zip(left, right, strict=True):
            for row in pair:
                parts += (row, b"\xff%c" % (0xD0 + len(parts) // 2 % 8))
    return b"".join([*parts[:-1], _END])  # no marker after the last


def _cut(file: bytes) -> tuple[bytes, bytes]:
    """A file's head up to and with the start of scan, and its coded scan."""
    at = 2
    while True:
        marker, length = struct.unpack_from(">HH", file, at)
        at += 2 + length
        if marker == 0xFFDA:
            return file[:at], file[at : -len(_END)]
