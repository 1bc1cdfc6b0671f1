"""The facts of a picture, worked out once: what it decodes to, whether its file keeps its format's rules."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, replace
from itertools import pairwise

from PIL import Image, ImageChops, ImageFilter, ImageStat, UnidentifiedImageError

from proofsheet.contracts.checks.image_files import read_file
from proofsheet.contracts.checks.model_files import MAGIC, read_model
from proofsheet.contracts.checks.vector_files import is_vector, read_vector

LOOK = 32  # points a side of what a picture is remembered by
SMALL = 64  # points a side where its colours are counted
TILES = 8  # a side, in the sharpest of which its sharpness is measured
_SOFTENED = ImageFilter.GaussianBlur(2)  # takes away what is finer than about four pixels


@dataclass(frozen=True)
class ImageFacts:
    """A picture's facts; `problem` says why it is no whole picture, and then the others may be missing."""

    problem: str | None = None
    format: str = ""  # as Pillow names it: PNG, JPEG, WEBP; GLB, and the rest is its texture's; SVG
    mode: str = ""
    width: int = 0
    height: int = 0
    colours: int = 0  # at 64 by 64 points
    spread: float = 0.0  # standard deviation of the liveliest colour, in shades
    sharpness: float = 0.0  # of its sharpest tile, in shades; see `sharpness_of`
    look: bytes = b""  # shades of grey at 32 by 32 points
    small: bytes = b""  # its colours at 64 by 64 points
    clear: float | None = None  # share that is transparent; None: it has no transparency
    trailing: int | None = None  # bytes behind the end of the file; None: it has no end
    shapes: int | None = None  # of a drawing, which has no pixels: mode to clear are not known of it


def inspect(data: bytes) -> ImageFacts:
    """Decode a picture to its last byte, and read its file strictly; of a model its texture. Never raises."""
    if data.startswith(MAGIC):
        return _of_model(data)
    return _of_vector(data) if is_vector(data) else _of_picture(data)


def _of_vector(data: bytes) -> ImageFacts:
    file = read_vector(data)
    if file.problem:
        return ImageFacts(problem=file.problem)
    width, height = round(file.width) or 1, round(file.height) or 1
    return ImageFacts(format="SVG", width=width, height=height, trailing=0, shapes=file.shapes)


def _of_model(data: bytes) -> ImageFacts:
    model = read_model(data)
    texture = _of_picture(model.texture) if model.texture else ImageFacts()
    problem = model.problem or (texture.problem and f"has a texture that {texture.problem}")
    trailing = None if model.end is None else len(data) - model.end
    return replace(texture, problem=problem, format="GLB", trailing=trailing)


def _of_picture(data: bytes) -> ImageFacts:
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
    colours = in_colour(picture)
    reduced = small(colours)
    return ImageFacts(
        problem=file.problem,
        format=picture.format or "",
        mode=picture.mode,
        width=picture.width,
        height=picture.height,
        colours=len(reduced.getcolors(SMALL * SMALL) or ()),
        spread=max(ImageStat.Stat(reduced).stddev),
        sharpness=sharpness_of(colours),
        look=reduced.convert("L").resize((LOOK, LOOK), Image.Resampling.BOX).tobytes(),
        small=reduced.tobytes(),
        clear=_clear(picture),
        trailing=None if file.end is None else len(data) - file.end,
    )


def small(picture: Image.Image) -> Image.Image:
    """The colours of a picture at 64 by 64 points, mode RGB, transparency passed over."""
    return in_colour(picture).resize((SMALL, SMALL), Image.Resampling.BOX)


def preview(data: bytes) -> tuple[bytes, tuple[int, int]]:
    """A picture at 128 by 128 points, mode RGB, and its sides; nothing where it is none."""
    try:
        picture = Image.open(io.BytesIO(data))
        points = in_colour(picture).resize((2 * SMALL, 2 * SMALL), Image.Resampling.BOX)
    except Exception:  # Pillow raises many kinds; the file itself is judged elsewhere
        return b"", (0, 0)
    return points.tobytes(), picture.size


def quarter(points: bytes, index: int) -> bytes:
    """The quarter 1 to 4, in reading order, of a preview: 64 by 64 points."""
    top, left = SMALL * ((index - 1) // 2), SMALL * ((index - 1) % 2)
    rows = range(top, top + SMALL)
    return b"".join(points[3 * (2 * SMALL * row + left) :][: 3 * SMALL] for row in rows)


def in_colour(picture: Image.Image) -> Image.Image:
    """A picture in mode RGB, its transparency passed over."""
    return (picture.convert("RGBA") if picture.has_transparency_data else picture).convert("RGB")


def _clear(picture: Image.Image) -> float | None:
    if not picture.has_transparency_data:
        return None
    counts = picture.convert("RGBA").getchannel("A").histogram()
    return sum(counts[:128]) / sum(counts)


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
