"""What came as a picture, small enough for a page: its measures and a thumbnail, or why there is none."""

from __future__ import annotations

import base64
import io
import warnings
from dataclasses import dataclass

from PIL import Image

LONGEST = 240  # pixels a side
_MOST_PIXELS = 64_000_000  # more than any family draws; decoding more would be the target's attack
_GROUND = (128, 128, 128)  # under what is transparent


@dataclass(frozen=True)
class Thumbnail:
    """A picture's measures as far as its head tells them, and a JPEG in base64 if it decodes whole."""

    width: int | None = None
    height: int | None = None
    format: str | None = None
    mode: str | None = None
    thumb: str | None = None
    why: str = ""


def thumbnail(data: bytes) -> Thumbnail:
    """The thumbnail of a picture file; never raises."""
    head = Thumbnail()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            picture = Image.open(io.BytesIO(data))
            width, height = picture.size
            head = Thumbnail(width, height, picture.format, picture.mode)
            if width * height > _MOST_PIXELS:
                return _without(head, f"{width} × {height} pixels are too many to decode")
            return Thumbnail(width, height, head.format, head.mode, _jpeg(picture))
    except Exception as error:  # Pillow raises many kinds, and each means that this is no whole picture
        return _without(head, _reason(error, data))


def _without(head: Thumbnail, why: str) -> Thumbnail:
    return Thumbnail(head.width, head.height, head.format, head.mode, None, why)


def _reason(error: Exception, data: bytes) -> str:
    if not data:
        return "the picture is empty"
    start = data[:12].decode("ascii", "replace")
    if start.lstrip().startswith(("<", "{", "[")):
        return f"not a picture: it begins with {start.strip()!r}"
    # Pillow names the object it was given, which tells nobody anything.
    text = "is no picture that can be read" if "cannot identify" in str(error) else str(error)
    return f"does not decode: {text}"


def _jpeg(picture: Image.Image) -> str:
    picture.load()
    if "A" in picture.getbands() or "transparency" in picture.info:
        shown = picture.convert("RGBA")
        ground = Image.new("RGBA", shown.size, (*_GROUND, 255))
        picture = Image.alpha_composite(ground, shown)
    small = picture.convert("RGB")
    small.thumbnail((LONGEST, LONGEST))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=82, optimize=True)
    return base64.b64encode(out.getvalue()).decode()
