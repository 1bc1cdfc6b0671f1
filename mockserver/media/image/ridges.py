"""The unit in the middle: ridges in the mist, trees on the nearest."""

from __future__ import annotations

import math
from functools import partial
from random import Random

from PIL import Image

from proofsheet.mockserver.media.image.brush import Layer, Point, gradient, mask, mix
from proofsheet.mockserver.media.image.layout import Plan, Unit
from proofsheet.mockserver.media.image.palettes import Palette

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
        cover = mask(width, rows, partial(_range, crest=crest, rows=rows, trees=last, random=random))
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
