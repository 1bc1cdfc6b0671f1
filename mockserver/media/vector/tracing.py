"""Shapes from pixels: the edges of areas of one colour, as smooth closed curves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from PIL import Image, ImageChops, ImageFilter

LONGEST = 160  # pixels of the longer side that is traced
COLOURS = 12
_BEYOND = 2  # pixels that are traced beyond each edge
LEAST_AREA = 3.0  # square pixels: what is smaller is a speck
FLAT = 0.35  # square pixels of the triangle by which a corner may be left out
Point = tuple[float, float]
Layer = tuple[tuple[int, int, int], tuple[tuple[Point, ...], ...]]  # a colour and its closed curves


def layers(picture: Image.Image) -> Iterator[Layer]:
    """The layers of a picture, each over those before it, from the darkest colour on.

    A curve is its control points: it runs through the middles between them. Points are shares of the width
    and the height, a little beyond 0 and 1 at the edges. What is transparent is in no layer.
    """
    small = picture.convert("RGBA")
    small.thumbnail((LONGEST, LONGEST), Image.Resampling.BOX)
    width, height = small.size
    whole = small.resize((width + 2 * _BEYOND, height + 2 * _BEYOND))  # so that no corner is rounded
    whole.paste(small, (_BEYOND, _BEYOND))
    opaque = whole.getchannel("A").point(lambda value: 255 * (value >= 128))
    flat = (
        whole.convert("RGB").filter(ImageFilter.MedianFilter(3)).quantize(COLOURS, Image.Quantize.MEDIANCUT)
    )
    palette = flat.getpalette() or []
    colours = [
        (red, green, blue) for red, green, blue in zip(*[iter(palette[: 3 * COLOURS])] * 3, strict=True)
    ]
    for colour in sorted(colours, key=_shade):
        darker = frozenset(each for each, other in enumerate(colours) if _shade(other) < _shade(colour))
        mask = flat.point([0 if each in darker else 255 for each in range(256)], "L")
        if curves := tuple(_curves(ImageChops.multiply(mask, opaque), width, height)):
            yield colour, curves


def _shade(colour: tuple[int, int, int]) -> int:
    return 299 * colour[0] + 587 * colour[1] + 114 * colour[2]


def _curves(mask: Image.Image, width: int, height: int) -> Iterator[tuple[Point, ...]]:
    for loop in _loops(mask):
        points = _simplified([point for one, two in pairwise([*loop, loop[0]]) for point in _along(one, two)])
        if abs(_area(points)) >= LEAST_AREA:
            margin = _BEYOND + 1  # a frame besides
            yield tuple(((x - margin) / width, (y - margin) / height) for x, y in points)


def _loops(mask: Image.Image) -> Iterator[list[tuple[int, int]]]:
    """The corners of each closed edge of a mask, in pixels, with a frame of one around the mask."""
    framed = Image.new("L", (mask.width + 2, mask.height + 2))
    framed.paste(mask, (1, 1))
    steps = _steps(framed)
    while steps:
        start = next(iter(steps))
        loop, at, before = [], start, (0, 0)
        while at in steps:
            after = steps[at].pop()
            if not steps[at]:
                del steps[at]
            along = (after[0] - at[0], after[1] - at[1])
            if along != before:
                loop.append(at)
            at, before = after, along
        yield loop


def _steps(mask: Image.Image) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """From each point of the grid where an edge of the mask leads next; the mask is on the right."""
    width = mask.width
    steps: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for across, down in ((0, 1), (1, 0)):  # the neighbour above, the one on the left
        other = ImageChops.offset(mask, across, down)
        for here, there, entering in ((mask, other, bool(down)), (other, mask, bool(across))):
            for at, value in enumerate(ImageChops.subtract(here, there).tobytes()):
                if value:
                    y, x = divmod(at, width)
                    ends = (x, y), (x + down, y + across)
                    one, two = ends if entering else reversed(ends)
                    steps.setdefault(one, []).append(two)
    return steps


def _along(one: tuple[int, int], two: tuple[int, int]) -> Iterator[Point]:
    """Where a curve goes that follows a side: through its middle, along a long one from end to end."""
    (x, y), (u, v) = one, two
    length = abs(u - x) + abs(v - y)
    for share in (0.5,) if length <= 2 else (1 / length, 1 - 1 / length):
        yield x + share * (u - x), y + share * (v - y)


def _simplified(points: list[Point]) -> list[Point]:
    """The same without points that lie nearly on the line between their neighbours."""
    kept: list[Point] = []
    for index, point in enumerate(points):
        before = kept[-1] if kept else points[-1]
        if abs(_area([before, point, points[(index + 1) % len(points)]])) >= FLAT:
            kept.append(point)
    return kept


def _area(points: Sequence[Point]) -> float:
    """The area of a polygon, in square pixels; negative where it runs the other way round."""
    closed = pairwise([*points, points[0]]) if points else ()
    return sum(x * v - u * y for (x, y), (u, v) in closed) / 2
