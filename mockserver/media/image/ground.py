"""The lower units: a lake or a meadow."""

from __future__ import annotations

from random import Random

from PIL import Image

from proofsheet.mockserver.media.image.brush import Layer, gradient, mask, mix, ramp
from proofsheet.mockserver.media.image.layout import Plan, Unit
from proofsheet.mockserver.media.image.palettes import Palette


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
