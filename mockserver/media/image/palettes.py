"""The few places and hours that scenes are set in. Data only."""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[int, int, int]
Stops = tuple[tuple[float, Colour], ...]  # (position from 0 at the top to 1 at the bottom, colour)


@dataclass(frozen=True)
class Palette:
    """Colours and habits of one place; positions are fractions of the width or height."""

    name: str
    sky: Stops
    lamp: Colour  # the sun or the moon
    glow: Colour
    lamp_at: float  # fixed for a place, so that the water below can mirror it
    moon: bool
    cloud: Colour
    shade: Colour  # a cloud's underside
    streaked: bool  # long thin clouds rather than heaped ones
    ridges: tuple[Colour, Colour]  # farthest, nearest
    mist: Colour
    water: bool  # a lake rather than a meadow
    ground: Stops
    marks: tuple[Colour, ...]  # flowers of the meadow, glints of the lake


PALETTES = (
    Palette(
        name="noon",
        sky=((0.0, (52, 128, 205)), (0.55, (138, 194, 235)), (1.0, (226, 241, 248))),
        lamp=(255, 248, 214),
        glow=(255, 251, 226),
        lamp_at=0.72,
        moon=False,
        cloud=(255, 255, 255),
        shade=(198, 216, 234),
        streaked=False,
        ridges=((146, 178, 204), (62, 120, 84)),
        mist=(205, 226, 232),
        water=False,
        ground=((0.0, (110, 164, 84)), (0.5, (122, 178, 76)), (1.0, (74, 134, 58))),
        marks=((255, 236, 120), (250, 250, 246), (236, 110, 120), (168, 208, 96), (72, 126, 56)),
    ),
    Palette(
        name="dusk",
        sky=(
            (0.0, (38, 34, 88)),
            (0.35, (116, 62, 122)),
            (0.68, (232, 118, 96)),
            (1.0, (255, 214, 150)),
        ),
        lamp=(255, 226, 150),
        glow=(255, 178, 104),
        lamp_at=0.36,
        moon=False,
        cloud=(255, 176, 140),
        shade=(150, 78, 124),
        streaked=True,
        ridges=((178, 98, 116), (44, 28, 58)),
        mist=(246, 164, 124),
        water=True,
        ground=((0.0, (236, 150, 112)), (0.4, (150, 82, 112)), (1.0, (44, 34, 78))),
        marks=((255, 222, 160), (250, 160, 120), (96, 58, 104)),
    ),
    Palette(
        name="night",
        sky=((0.0, (8, 13, 40)), (0.6, (30, 52, 104)), (1.0, (98, 134, 168))),
        lamp=(244, 241, 224),
        glow=(150, 178, 214),
        lamp_at=0.63,
        moon=True,
        cloud=(96, 122, 162),
        shade=(44, 64, 110),
        streaked=True,
        ridges=((74, 104, 146), (10, 20, 42)),
        mist=(108, 142, 172),
        water=True,
        ground=((0.0, (84, 118, 154)), (0.35, (36, 62, 108)), (1.0, (10, 20, 50))),
        marks=((226, 232, 226), (120, 154, 190), (22, 40, 78)),
    ),
    Palette(
        name="dawn",
        sky=((0.0, (92, 148, 178)), (0.5, (204, 196, 206)), (1.0, (255, 226, 200))),
        lamp=(255, 244, 222),
        glow=(255, 222, 190),
        lamp_at=0.28,
        moon=False,
        cloud=(255, 232, 222),
        shade=(206, 172, 190),
        streaked=True,
        ridges=((190, 176, 198), (70, 84, 110)),
        mist=(250, 222, 208),
        water=False,
        ground=((0.0, (152, 132, 168)), (0.45, (136, 100, 160)), (1.0, (72, 58, 104))),
        marks=((196, 158, 222), (166, 118, 204), (232, 204, 236), (104, 124, 96), (84, 66, 128)),
    ),
)
