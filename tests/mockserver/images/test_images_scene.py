"""Units of a scene: any variant fits any neighbour."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops

from proofsheet.mockserver.media.image.brush import gradient
from proofsheet.mockserver.media.image.layout import choose, layout
from proofsheet.mockserver.media.image.palettes import PALETTES
from proofsheet.mockserver.media.image.scene import GRAIN, paint


@pytest.mark.parametrize("size", [(640, 640), (832, 320), (256, 640), (200, 128)])
@pytest.mark.parametrize("palette", range(len(PALETTES)))
def test_the_sky_is_bare_where_units_meet(size: tuple[int, int], palette: int) -> None:
    plan = layout(*size)
    sky = gradient(PALETTES[palette].sky, plan.width, plan.horizon, 0.0, 1.0)
    for unit in plan.units:
        if unit.kind not in ("high", "lamp", "low"):
            continue
        for variant in range(plan.variants):
            image = paint(plan, palette, unit, variant)
            assert image.size == (plan.width, unit.rows)
            for row in (0, unit.rows - 1):
                box = (0, row, plan.width, row + 1)
                bare = sky.crop((0, unit.top + row, plan.width, unit.top + row + 1))
                away = ImageChops.difference(image.crop(box), bare)
                assert max(high for _, high in away.getextrema()) <= GRAIN + 6


def test_variants_and_palettes_differ() -> None:
    plan = layout(640, 480)
    for index, unit in enumerate(plan.units):
        drawn: list[Image.Image] = [
            paint(plan, palette, plan.units[index], variant)
            for palette in range(len(PALETTES))
            for variant in range(plan.variants)
        ]
        assert len({image.tobytes() for image in drawn}) == len(drawn), unit


def test_choices_are_spread_evenly() -> None:
    plan = layout(640, 480)
    chosen = [choose(plan, b"%d" % number, 7) for number in range(3000)]
    assert len(set(chosen)) >= 2990
    for palette in range(len(PALETTES)):
        share = sum(1 for place, _ in chosen if place == palette) / len(chosen)
        assert abs(share - 1 / len(PALETTES)) < 0.05
    for unit in range(len(plan.units)):
        assert {variants[unit] for _, variants in chosen} == set(range(plan.variants))
