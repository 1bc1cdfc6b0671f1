"""Where things go: a picture of one size is a stack of units above a caption.

A unit is a horizontal slice of the scene that is drawn, encoded and cached on its own. Its upper
and lower edges show nothing but the colour that the row has anyway, so any variant of a unit fits
any variant of its neighbours, and a picture is one choice of a variant for each unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from random import Random

from proofsheet.mockserver.media.image.palettes import PALETTES
from proofsheet.mockserver.media.image.picture import Near

GRID = 16  # rows: the height of a JPEG's coding unit at 4:2:0
NARROWEST = 200  # pixels; a smaller picture is drawn larger and reduced, without a caption
LOWEST = 128
COMBINATIONS = 1 << 21

# Kinds from the top down with their share of the rows.
_SHARES = (
    ("high", 4),
    ("high", 4),
    ("high", 4),
    ("lamp", 16),
    ("low", 4),
    ("ridge", 13),
    *((("ground", 2),) * 8),
)


@dataclass(frozen=True)
class Unit:
    """A slice of the scene: `rows` pixel rows from row `top` on."""

    kind: str
    index: int
    top: int
    rows: int


@dataclass(frozen=True)
class Letters:
    """Type sizes of the caption in pixels: its least height, both lines' heights and fonts."""

    least: int
    lines: tuple[int, int]
    fonts: tuple[int, int]


@dataclass(frozen=True)
class Plan:
    """The layout of one size: units from the top down, then `caption` rows of caption."""

    width: int
    height: int
    units: tuple[Unit, ...]
    variants: int
    caption: int
    letters: Letters

    @property
    def scene(self) -> int:
        """Rows of the scene, the caption left out."""
        return self.height - self.caption

    @property
    def horizon(self) -> int:
        """First row of the ground."""
        return next((unit.top for unit in self.units if unit.kind == "ground"), self.scene)

    @property
    def combinations(self) -> int:
        """How many different scenes this size has."""
        return len(PALETTES) * int(self.variants ** len(self.units))


def fits(width: int, height: int) -> bool:
    """Whether a picture of this size has room for units and a caption."""
    return width >= NARROWEST and height >= LOWEST


def layout(width: int, height: int) -> Plan:
    """The layout of a size; raises ValueError on one that `fits` refuses."""
    if not fits(width, height):
        raise ValueError(f"{width} x {height} has no room for a caption")
    letters = _letters(width, height)
    caption = letters.least + (height - letters.least) % GRID
    units = _stack((height - caption) // GRID)
    variants = 3
    while len(PALETTES) * variants ** len(units) < COMBINATIONS:
        variants += 1
    return Plan(width, height, units, variants, caption, letters)


def choose(plan: Plan, identity: bytes, seed: int, near: Near | None = None) -> tuple[int, tuple[int, ...]]:
    """The scene of a request: the index of its palette and a variant for each unit."""
    digest = blake2b(identity + b"/%d" % seed, digest_size=32).digest()
    if near is not None:
        return _changed(plan, choose(plan, near.identity, near.seed, near.near), near.changed, digest)
    number, palette = divmod(int.from_bytes(digest, "big"), len(PALETTES))
    chosen = []
    for _ in plan.units:
        number, variant = divmod(number, plan.variants)
        chosen.append(variant)
    return palette, tuple(chosen)


def _changed(
    plan: Plan, scene: tuple[int, tuple[int, ...]], share: float, digest: bytes
) -> tuple[int, tuple[int, ...]]:
    """A scene with another variant in a share of its units, in one at least; the place stays."""
    palette, variants = scene
    random = Random(digest)
    chosen = list(variants)
    count = max(1, round(share * len(chosen)))
    for unit in random.sample(range(len(chosen)), min(count, len(chosen))):
        chosen[unit] = (chosen[unit] + random.randrange(1, plan.variants)) % plan.variants
    return palette, tuple(chosen)


def _letters(width: int, height: int) -> Letters:
    if width >= 1800 and height >= 900:
        return Letters(least=96, lines=(33, 28), fonts=(30, 25))
    if width >= 560 and height >= 320:
        return Letters(least=64, lines=(21, 18), fonts=(19, 16))
    return Letters(least=48, lines=(16, 14), fonts=(13, 11))


def _stack(cells: int) -> tuple[Unit, ...]:
    total = sum(share for _, share in _SHARES)
    units: list[Unit] = []
    passed = top = 0
    for index, (kind, share) in enumerate(_SHARES):
        passed += share
        end = round(passed * cells / total)
        if end > top:  # a low picture has fewer units
            units.append(Unit(kind, index, top * GRID, (end - top) * GRID))
            top = end
    return tuple(units)
