"""Work on large pictures, a band of rows at a time: while Pillow filters one, no other thread of Python runs.

What comes out is, pixel for pixel, what the whole picture at once would give.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageFilter

PIXELS = 32 * 1024  # of a band: some milliseconds of the slowest filter


def bands(image: Image.Image, least: int = 1) -> Iterator[tuple[int, int]]:
    """The first row of each band of a picture, and the row after its last; so many rows at least."""
    rows = max(least, PIXELS // image.width)
    for top in range(0, image.height, rows):
        yield top, min(image.height, top + rows)


def rows_of(image: Image.Image, top: int, bottom: int) -> Image.Image:
    """Some rows of a picture, as one of their own."""
    return image.crop((0, top, image.width, bottom))


def ranked(image: Image.Image, how: ImageFilter.RankFilter | ImageFilter.ModeFilter) -> Image.Image:
    """A picture through a filter that looks at a square around each pixel."""
    return _filtered(image, how, how.size // 2)


def kernel(image: Image.Image, how: Any) -> Image.Image:
    """A picture through one of Pillow's own kernels, none of which is larger than five by five."""
    return _filtered(image, how, 2)


def blurred(image: Image.Image, radius: float) -> Image.Image:
    """A picture under a Gaussian blur, which Pillow makes of three blurs of boxes."""
    reach = 3 * math.ceil(math.sqrt(radius * radius + 0.25) + 0.5)
    return _filtered(image, ImageFilter.GaussianBlur(radius), reach, least=2 * reach)


def _filtered(image: Image.Image, how: Any, reach: int, least: int = 1) -> Image.Image:
    made = Image.new(image.mode, image.size)
    for top, bottom in bands(image, least):
        above, below = max(0, top - reach), min(image.height, bottom + reach)
        whole = rows_of(image, above, below).filter(how)
        made.paste(rows_of(whole, top - above, bottom - above), (0, top))
    return made


def over(below: Image.Image, above: Image.Image) -> Image.Image:
    """An RGBA picture laid over another of the same size."""
    made = Image.new("RGBA", below.size)
    for top, bottom in bands(below):
        both = Image.alpha_composite(rows_of(below, top, bottom), rows_of(above, top, bottom))
        made.paste(both, (0, top))
    return made
