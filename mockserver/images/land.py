"""The lower units: ridges in the mist, then a lake or a meadow."""

from __future__ import annotations

import math
from random import Random

from PIL import Image

from mockserver.images.brush import Layer, Point, gradient, mask, mix, ramp
from mockserver.images.palettes import Palette
from mockserver.images.plan import Plan, Unit

LAYERS = 4
TALLEST = 0.14  # of the rows: a tree on the nearest ridge


def paint_ridge(plan: Plan, palette: Palette, unit: Unit, random: Random) -> Image.Image:
    """The unit that ends at the horizon, RGB, `plan.width` x `unit.rows` pixels."""
    width, rows = plan.width, unit.rows
    image = gradient(palette.sky, width, rows, unit.top / plan.horizon, 1.0)
    shore = palette.ground[0][1]
    for layer in range(LAYERS):
        near = layer / (LAYERS - 1)
        crest = _crest(width, rows, near, random)
        colour = mix(palette.ridges[0], palette.ridges[1], near)
        last = layer == LAYERS - 1
        foot = mix(colour, palette.mist, 0.75 - 0.3 * near)
        if last:  # a hill runs into the meadow; a shore stands dark against the lake
            foot = mix(colour, shore, 0.12) if palette.water else shore
        top = max(0, int(min(y for _, y in crest) - (rows * TALLEST if last else 0)))
        shade = gradient(((0.0, colour), (1.0, foot)), width, rows - top, 0.0, 1.0)
        cover = mask(width, rows, lambda on, c=crest, t=last: _range(on, c, rows, t, random))
        image.paste(shade, (0, top), cover.crop((0, top, width, rows)))
    return image


def _crest(width: int, rows: int, near: float, random: Random) -> list[Point]:
    """The outline of one range: a few sine waves, the farthest range the steepest."""
    middle = rows * (0.34 + 0.48 * near)
    swing = rows * (0.30 - 0.22 * near)
    waves = []
    for octave in range(5):
        length = max(width, rows) * (0.9 - 0.4 * near) / 2.1**octave * (0.8 + 0.4 * random.random())
        waves.append((math.tau / length, random.random() * math.tau, 0.55**octave))
    step = max(2, width // 300)
    points = []
    for x in range(0, width + step, step):
        # 1 - |sin| has the sharp summits and round valleys of mountains; near hills are round.
        rise = sum(
            a * (near * math.sin(f * x + p) + (1 - near) * (0.9 - 1.8 * abs(math.sin(f * x / 2 + p))))
            for f, p, a in waves
        )
        points.append((float(x), min(max(middle - swing * rise * 0.62, 3.0), rows * 0.95)))
    return points


def _range(on: Layer, crest: list[Point], rows: int, trees: bool, random: Random) -> None:
    on.shape([(0.0, rows + 1.0), *crest, (crest[-1][0], rows + 1.0)])
    if not trees:
        return
    for x, y in crest:
        grove = 0.5 + 0.5 * math.sin(x / (crest[-1][0] + 1) * 17 + crest[0][1])
        if random.random() < grove * 0.75:
            tall = min(y - 2, rows * TALLEST * (0.35 + 0.65 * random.random()))
            wide = tall * 0.24
            foot = min(rows - 1.0, y + 2)
            on.shape([(x - wide, foot), (x, y - tall), (x + wide, foot)])
            on.shape([(x - wide * 1.5, foot), (x, y - tall * 0.55), (x + wide * 1.5, foot)])


def paint_ground(plan: Plan, palette: Palette, unit: Unit, random: Random) -> Image.Image:
    """A unit below the horizon, RGB, `plan.width` x `unit.rows` pixels."""
    depth = plan.scene - plan.horizon
    start = (unit.top - plan.horizon) / depth
    end = start + unit.rows / depth
    image = gradient(palette.ground, plan.width, unit.rows, start, end)
    paint = _lake if palette.water else _meadow
    paint(image, palette, (start + end) / 2, random)
    return image


def _lake(image: Image.Image, palette: Palette, near: float, random: Random) -> None:
    width, rows = image.size
    size = min(width, 1400) / 1024
    water = ramp(palette.ground, near)
    lamp, sky, dark = palette.marks
    lanes = (
        (mix(water, dark, 0.5), 0.5, 1.0, 0.8),
        (mix(water, sky, 0.5), 0.5, 1.0, 0.7),
        (lamp, palette.lamp_at, 0.05 + 0.10 * near, 0.75),
    )
    for colour, middle, spread, level in lanes:
        ripples = round(width * rows / (900 if spread == 1.0 else 2000) * (1.3 - near) / size)

        def draw(on: Layer, middle: float = middle, spread: float = spread, n: int = ripples) -> None:
            for _ in range(n):
                away = random.random() + random.random() - 1
                long = size * (5 + 34 * near) * (0.4 + random.random())
                down = size * (0.6 + 1.9 * near) * (0.5 + 0.5 * random.random())
                y = down + random.random() * max(0.0, rows - 2 * down)
                value = round(80 + 175 * random.random())
                on.disc(width * (middle + away * spread), y, long, down, value)

        image.paste(colour, (0, 0), mask(width, rows, draw, level=level))
    if random.random() < 0.14 and 0.15 < near < 0.7:
        _boat(image, palette, random)


def _boat(image: Image.Image, palette: Palette, random: Random) -> None:
    width, rows = image.size
    x, tall = width * (0.12 + 0.76 * random.random()), min(rows * 0.86, width * 0.06)
    foot = (rows + tall) / 2

    def hull(on: Layer) -> None:
        on.shape(
            [
                (x - tall * 0.5, foot - tall * 0.2),
                (x + tall * 0.55, foot - tall * 0.2),
                (x + tall * 0.35, foot),
                (x - tall * 0.35, foot),
            ]
        )

    def sail(on: Layer) -> None:
        on.shape([(x, foot - tall), (x, foot - tall * 0.26), (x + tall * 0.42, foot - tall * 0.26)])
        on.shape(
            [
                (x - tall * 0.06, foot - tall * 0.9),
                (x - tall * 0.06, foot - tall * 0.26),
                (x - tall * 0.34, foot - tall * 0.26),
            ]
        )

    image.paste(mix(palette.ridges[1], (0, 0, 0), 0.3), (0, 0), mask(width, rows, hull))
    image.paste(mix(palette.lamp, (255, 255, 255), 0.3), (0, 0), mask(width, rows, sail))


def _meadow(image: Image.Image, palette: Palette, near: float, random: Random) -> None:
    width, rows = image.size
    size = min(width, 1400) / 1024
    *flowers, light, dark = palette.marks
    ground = ramp(palette.ground, near)
    for colour in (mix(ground, dark, 0.6), mix(ground, light, 0.5)):

        def blades(on: Layer) -> None:
            for _ in range(round(width * rows / 130 * (1.25 - near) / size)):
                x, tall = random.random() * width, size * (2 + 9 * near) * (0.5 + random.random())
                y = min(rows - 0.5, tall + random.random() * rows)
                lean = (random.random() - 0.5) * tall * 0.7
                on.line([(x, y), (x + lean, y - tall)], size * (0.5 + 0.9 * near))

        image.paste(colour, (0, 0), mask(width, rows, blades, level=0.75))
    for colour in flowers:

        def bloom(on: Layer) -> None:
            for _ in range(round(width * rows / 900 * (1.2 - near) / size)):
                radius = size * (0.7 + 2.6 * near) * (0.6 + 0.5 * random.random())
                y = radius + random.random() * (rows - 2 * radius)
                on.disc(random.random() * width, y, radius, radius * 0.8)

        image.paste(colour, (0, 0), mask(width, rows, bloom))
