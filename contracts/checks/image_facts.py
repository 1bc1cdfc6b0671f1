"""The facts of a picture, worked out once: what it decodes to, whether its file keeps its format's rules."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageChops, ImageFilter, ImageStat, UnidentifiedImageError

from proofsheet.contracts.checks.image_files import read_file

LOOK = 32  # points a side of what a picture is remembered by
SMALL = 64  # points a side where its colours are counted
TILES = 8  # a side, in the sharpest of which its sharpness is measured
_SOFTENED = ImageFilter.GaussianBlur(2)  # takes away what is finer than about four pixels


@dataclass(frozen=True)
class ImageFacts:
    """A picture's facts; `problem` says why it is no whole picture, and then the others may be missing."""

    problem: str | None = None
    format: str = ""  # as Pillow names it: PNG, JPEG, WEBP
    mode: str = ""
    width: int = 0
    height: int = 0
    colours: int = 0  # at 64 by 64 points
    spread: float = 0.0  # standard deviation of the liveliest colour, in shades
    sharpness: float = 0.0  # of its sharpest tile, in shades; see `sharpness_of`
    look: bytes = b""  # shades of grey at 32 by 32 points
    trailing: int | None = None  # bytes behind the end of the file; None: it has no end


def inspect(data: bytes) -> ImageFacts:
    """Decode a picture to its last byte, and read its file strictly; never raises."""
    file = read_file(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            picture = Image.open(io.BytesIO(data))
            picture.load()
    except UnidentifiedImageError:  # its text names the object it was given, which tells a reader nothing
        return ImageFacts(problem=file.problem or f"does not decode: it begins with {data[:12]!r}")
    except Exception as error:  # Pillow raises many kinds, and each means that this is no picture
        return ImageFacts(problem=file.problem or f"does not decode: {error}")
    colours = picture.convert("RGB")
    small = colours.resize((SMALL, SMALL), Image.Resampling.BOX)
    return ImageFacts(
        problem=file.problem,
        format=picture.format or "",
        mode=picture.mode,
        width=picture.width,
        height=picture.height,
        colours=len(small.getcolors(SMALL * SMALL) or ()),
        spread=max(ImageStat.Stat(small).stddev),
        sharpness=sharpness_of(colours),
        look=small.convert("L").resize((LOOK, LOOK), Image.Resampling.BOX).tobytes(),
        trailing=None if file.end is None else len(data) - file.end,
    )


def sharpness_of(picture: Image.Image) -> float:
    """How much fine detail the sharpest of 8 by 8 tiles holds, in shades of grey.

    The root mean square of what a slight blur takes away. One sharp spot is enough: most of a photograph may
    well be out of focus.
    """
    grey = picture.convert("L")
    detail = ImageChops.difference(grey, grey.filter(_SOFTENED))
    columns = [grey.width * step // TILES for step in range(TILES + 1)]
    rows = [grey.height * step // TILES for step in range(TILES + 1)]
    tiles = (
        detail.crop((left, top, right, bottom))
        for left, right in pairwise(columns)
        for top, bottom in pairwise(rows)
        if left < right and top < bottom
    )
    return max((ImageStat.Stat(each).rms[0] for each in tiles), default=0.0)


def difference(first: bytes, second: bytes) -> float:
    """How far two looks are apart: root mean square of the shades of grey, 0 to 255."""
    squares = ((one - two) ** 2 for one, two in zip(first, second, strict=True))
    return float((sum(squares) / len(first)) ** 0.5)
