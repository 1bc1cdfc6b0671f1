"""How large a result is that follows from a given picture, and from what the request says of it."""

from __future__ import annotations

from typing import Any

import pytest

from proofsheet.spec.resized import Resized

SCALED = Resized("image", asked=("factor",), usual=((512, 4.0), (1024, 2.0)), longest=8000)
SIDED = Resized("image", width=("width",), height=("height",), longest=8000)


@pytest.mark.parametrize(
    ("resized", "given", "fields", "sides"),
    [
        (SCALED, (512, 300), {}, (2048, 1200)),
        (SCALED, (513, 300), {}, (1026, 600)),
        (SCALED, (300, 1024), {}, (600, 2048)),
        (SCALED, (1025, 300), {}, (1025, 300)),
        (SCALED, (100, 50), {"factor": 1}, (100, 50)),
        (SCALED, (4000, 2000), {"factor": 4}, (8000, 4000)),
        (SIDED, (320, 240), {}, (320, 240)),
        (SIDED, (320, 240), {"width": 160}, (160, 120)),
        (SIDED, (320, 240), {"height": 480}, (640, 480)),
        (SIDED, (320, 240), {"width": 100, "height": 200}, (100, 200)),
        (SIDED, (320, 240), {"width": 0, "height": 8000}, (8000, 6000)),
    ],
)
def test_sides(
    resized: Resized, given: tuple[int, int], fields: dict[str, Any], sides: tuple[int, int]
) -> None:
    assert resized.sides(given, fields) == sides
