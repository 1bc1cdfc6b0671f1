"""What is seen of a picture when it is decoded, once: all that any check wants to know of it."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageStat

LOOK = 32  # points a side of what a picture is remembered by
SMALL = 64  # points a side where its colours are counted


@dataclass(frozen=True)
class Seen:
    """A picture's facts; `problem` says why there are none."""

    problem: str | None = None
    format: str = ""
    mode: str = ""
    width: int = 0
    height: int = 0
    colours: int = 0  # at 64 by 64 points
    spread: float = 0.0  # standard deviation of the liveliest colour, in shades
    look: bytes = b""  # shades of grey at 32 by 32 points
    tail: int | None = None  # bytes behind the end of the file; None: it has no end


def see(data: bytes) -> Seen:
    """Decode a picture to its last byte."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            picture = Image.open(io.BytesIO(data))
            picture.load()
    except Exception as error:  # Pillow raises many kinds, and each means that this is no picture
        return Seen(problem=f"does not decode: {error}")
    small = picture.convert("RGB").resize((SMALL, SMALL), Image.Resampling.BOX)
    return Seen(
        format=picture.format or "",
        mode=picture.mode,
        width=picture.width,
        height=picture.height,
        colours=len(small.getcolors(SMALL * SMALL) or ()),
        spread=max(ImageStat.Stat(small).stddev),
        look=small.convert("L").resize((LOOK, LOOK), Image.Resampling.BOX).tobytes(),
        tail=_tail(data),
    )


def difference(first: bytes, second: bytes) -> float:
    """How far two looks are apart: root mean square of the shades of grey, 0 to 255."""
    squares = ((one - two) ** 2 for one, two in zip(first, second, strict=True))
    return float((sum(squares) / len(first)) ** 0.5)


def _tail(data: bytes) -> int | None:
    place = end(data)
    return None if place is None or place > len(data) else len(data) - place


def end(data: bytes) -> int | None:
    """Where a PNG, JPEG or WebP file ends by its own account; None if it does not say."""
    if data.startswith(b"\x89PNG"):
        return _png_end(data)
    if data.startswith(b"\xff\xd8"):
        found = data.rfind(b"\xff\xd9")  # inside the data FF is followed by 00 or a restart mark
        return found + 2 if found > 0 else None
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        length = int.from_bytes(data[4:8], "little")
        return 8 + length + length % 2
    return None


def _png_end(data: bytes) -> int | None:
    place = 8
    while place + 12 <= len(data):
        length, kind = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8]
        place += 12 + length
        if kind == b"IEND":
            return place
    return None
