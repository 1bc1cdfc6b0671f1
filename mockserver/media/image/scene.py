"""One unit of a scene as pixels."""

from __future__ import annotations

from random import Random

from PIL import Image

from proofsheet.mockserver.media.image.brush import grain
from proofsheet.mockserver.media.image.ground import paint_ground
from proofsheet.mockserver.media.image.layout import Plan, Unit
from proofsheet.mockserver.media.image.palettes import PALETTES
from proofsheet.mockserver.media.image.ridges import paint_ridge
from proofsheet.mockserver.media.image.sky import paint_sky

GRAIN = 2.3  # grey levels: a 1024 x 1024 PNG then weighs about as much as a photograph's


def paint(plan: Plan, palette: int, unit: Unit, variant: int) -> Image.Image:
    """A variant of a unit in a palette: RGB, `plan.width` x `unit.rows` pixels, always the same."""
    place = PALETTES[palette]
    random = Random(f"{plan.width}x{plan.height}/{place.name}/{unit.index}/{variant}")
    if unit.kind == "ridge":
        image = paint_ridge(plan, place, unit, random)
    elif unit.kind == "ground":
        image = paint_ground(plan, place, unit, random)
    else:
        image = paint_sky(plan, place, unit, random)
    return grain(image, GRAIN, random)
