"""The upper units: gradient, sun or moon, clouds, stars, birds."""

from __future__ import annotations

import math
from functools import partial
from random import Random

from PIL import Image

from proofsheet.mockserver.media.image.brush import Layer, gradient, halo, mask, mix
from proofsheet.mockserver.media.image.layout import Plan, Unit
from proofsheet.mockserver.media.image.palettes import Palette

CLOUDS = {"high": 0.6, "lamp": 0.55, "low": 0.75}  # how likely a unit has some


def paint_sky(plan: Plan, palette: Palette, unit: Unit, random: Random) -> Image.Image:
    """A unit of the sky, RGB, `plan.width` x `unit.rows` pixels."""
    start, end = unit.top / plan.horizon, (unit.top + unit.rows) / plan.horizon
    image = gradient(palette.sky, plan.width, unit.rows, start, end)
    if palette.moon:
        _stars(image, random, 1.0 - start)
    if unit.kind == "lamp":
        _lamp(image, palette, random)
    if random.random() < CLOUDS[unit.kind]:
        _clouds(image, palette, random)
    if not palette.moon and random.random() < 0.4:
        _birds(image, palette, random)
    return image


def _lamp(image: Image.Image, palette: Palette, random: Random) -> None:
    width, rows = image.size
    reach = min(rows, round(width * 0.45)) // 2  # the glow ends inside the unit
    x, y = round(width * palette.lamp_at), rows // 2
    light = halo(2 * reach, 1.7).point([value * 3 // 4 for value in range(256)])
    image.paste(palette.glow, (x - reach, y - reach), light)
    radius = reach * (0.34 + 0.14 * random.random())
    y = round(y + (reach - radius) * 0.5 * (random.random() - 0.5))
    image.paste(palette.lamp, (0, 0), mask(width, rows, lambda on: on.disc(x, y, radius, radius)))
    if palette.moon:
        _craters(image, palette, (x, y, radius), random)


def _craters(image: Image.Image, palette: Palette, disc: tuple[float, float, float], random: Random) -> None:
    x, y, radius = disc

    def draw(on: Layer) -> None:
        for _ in range(7):
            turn, out = random.random() * math.tau, random.random() ** 0.5 * 0.68 * radius
            size = radius * (0.07 + 0.15 * random.random())
            on.disc(x + math.cos(turn) * out, y + math.sin(turn) * out, size, size)

    image.paste(palette.glow, (0, 0), mask(*image.size, draw, level=0.3))


def _stars(image: Image.Image, random: Random, share: float) -> None:
    width, rows = image.size

    def draw(on: Layer) -> None:
        for _ in range(round(width * rows / 1300 * (share + 0.1))):
            size = 0.5 + 1.2 * random.random() ** 4
            x, y = random.random() * width, 3 + random.random() * (rows - 6)
            on.disc(x, y, size, size, round(90 + 165 * random.random()))

    image.paste((255, 252, 240), (0, 0), mask(width, rows, draw))


def _clouds(image: Image.Image, palette: Palette, random: Random) -> None:
    width, rows = image.size
    paint = _streaks if palette.streaked else _heap
    edge = max(3.0, rows * 0.06)
    body = ((0.0, palette.cloud), (1.0, palette.shade))
    for _ in range(1 + round(random.random() * width / 900)):
        x = random.random() * width
        cover = mask(
            width,
            rows,
            partial(paint, x=x, limits=(edge, rows - edge), width=width, random=random),
            soft=min(2.5, edge / 3),
            level=0.6 if palette.streaked else 0.92,
        )
        box = cover.getbbox()
        if box is not None:
            shade = gradient(body, box[2] - box[0], box[3] - box[1], 0.0, 0.9)
            image.paste(shade, box, cover.crop(box))


def _heap(on: Layer, x: float, limits: tuple[float, float], width: int, random: Random) -> None:
    """A flat-bottomed heap of puffs between two rows."""
    top, base = limits
    tall = min(base - top, width * 0.16) * (0.7 + 0.3 * random.random())
    top = base - tall
    long = tall * (1.3 + 1.2 * random.random())
    count = 9
    for step in range(count):
        along = step / (count - 1) * 2 - 1
        radius = tall * (0.16 + 0.34 * (1 - along * along) * (0.55 + 0.45 * random.random()))
        on.disc(x + along * long, max(top + radius, base - radius * 1.05), radius * 1.25, radius)
    on.shape(
        (
            (x - 3 * long, base - tall * 0.09),
            (x + 3 * long, base - tall * 0.09),
            (x + 3 * long, base + tall),
            (x - 3 * long, base + tall),
        ),
        0,
    )


def _streaks(on: Layer, x: float, limits: tuple[float, float], width: int, random: Random) -> None:
    """Some long thin lenses between two rows."""
    top, base = limits
    for _ in range(7):
        down = max(1.0, min(7.0, (base - top) * 0.05) * (0.4 + random.random()))
        y = top + down + random.random() * max(0.0, base - top - 2 * down)
        shift = (random.random() - 0.5) * width * 0.25
        on.disc(
            x + shift, y, width * (0.04 + 0.12 * random.random()), down, round(110 + 145 * random.random())
        )


def _birds(image: Image.Image, palette: Palette, random: Random) -> None:
    width, rows = image.size
    x, y = width * (0.1 + 0.8 * random.random()), rows * (0.3 + 0.4 * random.random())
    span = min(rows * 0.13, width * 0.014)

    def draw(on: Layer) -> None:
        for _ in range(3 + round(random.random() * 4)):
            a = x + (random.random() - 0.5) * span * 12
            b = min(max(y + (random.random() - 0.5) * span * 6, span * 1.5), rows - span * 1.5)
            size = span * (0.6 + 0.4 * random.random())
            lift = size * (0.35 + 0.3 * random.random())
            wing = (
                (-1.0, -0.1),
                (-0.75, -0.6),
                (-0.45, -0.65),
                (-0.15, -0.25),
                (0.0, 0.1),
                (0.15, -0.25),
                (0.45, -0.65),
                (0.75, -0.6),
                (1.0, -0.1),
            )
            on.line([(a + u * size, b + v * lift) for u, v in wing], max(0.8, span * 0.14))

    image.paste(mix(palette.ridges[1], (20, 24, 36), 0.4), (0, 0), mask(width, rows, draw))
