"""A closed shape from a picture: a sheet that bulges where its subject is, and its mirror image behind."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass

from PIL import Image, ImageFilter

FEWEST = 8  # vertices: two sheets of 2 x 2
USUAL = 2048  # vertices, where nothing says how many
DEEP = 0.35  # how far a bulge goes, where the longer side is 2
# Of a blurred mask, which is half along an edge: there both sheets meet. They part slowly, for a grid's
# points are seldom on the edge itself, and sheets that are apart there leave a gap.
_RISE = [max(0, value - 128) / 127 for value in range(256)]
_BULGE = [round(255 * rise * rise * (3 - 2 * rise)) for rise in _RISE]


@dataclass(frozen=True)
class Mesh:
    """Triangles: per vertex a position and a normal (3 floats), a texture coordinate (2); 3 indices each."""

    positions: array[float]
    normals: array[float]
    coordinates: array[float]
    indices: array[int]

    @property
    def vertices(self) -> int:
        return len(self.positions) // 3


def relief(shape: Image.Image, aspect: float, vertices: int) -> Mesh:
    """The shape of a mask of mode L, `aspect` times as wide as high; at most so many vertices, 8 at least."""
    side = max(2, math.isqrt(max(FEWEST, vertices) // 2))
    heights = _heights(shape, side)
    half = (min(1.0, aspect), min(1.0, 1 / aspect))  # of the width and the height
    mesh = Mesh(array("f"), array("f"), array("f"), array("I"))
    for facing in (1, -1):
        _sheet(mesh, heights, side, half, facing)
    return mesh


def _heights(shape: Image.Image, side: int) -> list[float]:
    """How far each point of a grid stands out: most in the middle of the subject, nothing along the edges."""
    small = shape.resize((128, 128), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(9))
    grid = small.point(_BULGE).resize((side, side), Image.Resampling.BILINEAR).tobytes()
    last = side - 1
    return [
        0.0 if at % side in (0, last) or at // side in (0, last) else DEEP * value / 255
        for at, value in enumerate(grid)
    ]


def _sheet(mesh: Mesh, heights: list[float], side: int, half: tuple[float, float], facing: int) -> None:
    start, last = mesh.vertices, side - 1
    across, down = 2 * half[0] / last, 2 * half[1] / last
    for at, height in enumerate(heights):
        row, column = divmod(at, side)
        left, right = heights[at - (column > 0)], heights[at + (column < last)]
        above, below = heights[at - side * (row > 0)], heights[at + side * (row < last)]
        slope = ((left - right) / (2 * across), (below - above) / (2 * down), 1.0)
        long = math.sqrt(sum(each * each for each in slope))
        mesh.positions.extend((column * across - half[0], half[1] - row * down, facing * height))
        mesh.normals.extend((slope[0] / long, slope[1] / long, facing / long))
        mesh.coordinates.extend((column / last, row / last))
    for row in range(last):
        for column in range(last):
            at = start + row * side + column
            corners = (at, at + side, at + 1, at + 1, at + side, at + side + 1)
            mesh.indices.extend(corners if facing > 0 else reversed(corners))
