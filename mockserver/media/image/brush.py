"""Colour ramps, antialiased shapes and film grain: what every part of a scene is painted with."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from proofsheet.mockserver.media.image.palettes import Colour, Stops

FINE = 2  # shapes are drawn this many times larger and then reduced
Point = tuple[float, float]


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`one` at share 0, `other` at share 1."""
    r, g, b = (round(a + (z - a) * share) for a, z in zip(one, other, strict=True))
    return r, g, b


def ramp(stops: Stops, position: float) -> Colour:
    """The colour between the two stops around a position."""
    before = stops[0]
    for stop in stops:
        if position <= stop[0]:
            span = stop[0] - before[0]
            return mix(before[1], stop[1], (position - before[0]) / span if span else 0.0)
        before = stop
    return before[1]


def gradient(stops: Stops, width: int, rows: int, start: float, end: float) -> Image.Image:
    """A `width` x `rows` picture whose colour depends on the row alone."""
    step = (end - start) / rows
    column = bytes(c for row in range(rows) for c in ramp(stops, start + step * row))
    return Image.frombytes("RGB", (1, rows), column).resize((width, rows), Image.Resampling.NEAREST)


def mask(
    width: int, rows: int, draw: Callable[[Layer], None], soft: float = 0.0, level: float = 1.0
) -> Image.Image:
    """An antialiased 8-bit mask: `draw` gets a layer that takes coordinates in picture pixels.

    `soft` is the radius of a blur in pixels, `level` scales the whole mask.
    """
    layer = Layer(width, rows)
    draw(layer)
    reduced = layer.image.reduce(FINE)
    if soft:
        reduced = reduced.filter(ImageFilter.GaussianBlur(soft))
    if level < 1.0:
        reduced = reduced.point([round(value * level) for value in range(256)])
    return reduced


class Layer:
    """A large greyscale canvas, addressed in the pixels of the final picture."""

    def __init__(self, width: int, rows: int) -> None:
        self.image = Image.new("L", (width * FINE, rows * FINE))
        self._draw = ImageDraw.Draw(self.image)

    def disc(self, x: float, y: float, across: float, down: float, value: int = 255) -> None:
        """A filled ellipse around (x, y) with the half axes `across` and `down`."""
        box = (x - across, y - down, x + across, y + down)
        self._draw.ellipse([side * FINE for side in box], fill=value)

    def shape(self, points: Sequence[Point], value: int = 255) -> None:
        """A filled polygon."""
        self._draw.polygon([(x * FINE, y * FINE) for x, y in points], fill=value)

    def line(self, points: Sequence[Point], thick: float, value: int = 255) -> None:
        """An open line, `thick` pixels wide."""
        scaled = [(x * FINE, y * FINE) for x, y in points]
        self._draw.line(scaled, fill=value, width=max(1, round(thick * FINE)), joint="curve")


def halo(size: int, power: float) -> Image.Image:
    """A square mask that falls from 255 in the middle to 0 at the inscribed circle."""
    values = [round(255 * max(0.0, 1.0 - value / 180) ** power) for value in range(256)]
    # The stock gradient reaches 181 where its circle touches the sides.
    return Image.radial_gradient("L").point(values).resize((size, size), Image.Resampling.BILINEAR)


def grain(image: Image.Image, strength: float, random: Random) -> Image.Image:
    """The picture with film grain of this amplitude (grey levels) on it.

    The bytes come from Python's generator: Pillow's own noise differs from run to run.
    """
    table = bytes(round(128 + strength * _triangular((value + 0.5) / 256)) for value in range(256))
    noise = random.randbytes(image.width * image.height).translate(table)
    grey = Image.frombytes("L", image.size, noise)
    return ImageChops.add(image, Image.merge("RGB", (grey, grey, grey)), 1, -128)


def _triangular(share: float) -> float:
    """The quantile function of a triangular distribution between -1 and 1."""
    if share < 0.5:
        return math.sqrt(2 * share) - 1
    return 1 - math.sqrt(2 * (1 - share))
