"""That a follow-up shows the scene of the picture that it goes on from: near it, larger, or amid more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PIL import Image

from proofsheet.contracts.checks.edited_pictures import SAME_SHADE, distances
from proofsheet.contracts.checks.image_facts import SMALL, preview, quarter
from proofsheet.contracts.trail import Ended
from proofsheet.spec.follow_up import FollowUp

# Share of the points that are alike. What shows the same scene has far more, also where most of it was
# drawn anew (0.6 of it: 0.88 and more); another scene has some 0.14 by chance.
LEAST_SHARED = 0.25
EFFECTS = ("vary", "extend", "enlarge")
Box = tuple[int, int, int, int]


def unlike(parent: Ended, how: FollowUp, fields: Any, file: bytes) -> Iterator[str]:
    """Why a file does not show the scene: of four pictures in one, none does."""
    points, _ = preview(file)
    if not points or not parent.preview:
        return
    made = [quarter(points, each) for each in range(1, 5)] if how.grid else [_reduced(points)]
    box = place(how, parent, fields)
    wanted = _scaled(quarter(parent.preview, how.index) if parent.is_grid else parent.preview, box)
    share = max(_shared(wanted, _cut(each, box)) for each in made)
    if share < LEAST_SHARED:
        yield f"expected the scene of the picture before, came one that has {share:.0%} in common with it"


def place(how: FollowUp, parent: Ended, fields: Any) -> Box:
    """Where the picture before stands in what is made, at 64 by 64 points: left, top, right, bottom."""
    if how.effect != "extend":
        return 0, 0, SMALL, SMALL
    width, height = (side // 2 for side in parent.sides) if parent.is_grid else parent.sides
    left, right, up, down = how.margins((width, height), fields)
    if how.side is not None:  # it grows; else the picture before is made smaller
        width, height = width + left + right, height + up + down
    across, along = (round(SMALL * each / width) for each in (left, width - right))
    top, bottom = (round(SMALL * each / height) for each in (up, height - down))
    return across, top, along, bottom


def _reduced(points: bytes) -> bytes:
    return _scaled(points, (0, 0, SMALL, SMALL))


def _scaled(points: bytes, box: Box) -> bytes:
    """A preview, or a quarter of one, in the size of a box."""
    side = 2 * SMALL if len(points) == 3 * (2 * SMALL) ** 2 else SMALL
    size = (max(box[2] - box[0], 1), max(box[3] - box[1], 1))
    return Image.frombytes("RGB", (side, side), points).resize(size, Image.Resampling.BOX).tobytes()


def _cut(points: bytes, box: Box) -> bytes:
    left, top, right, bottom = box
    right, bottom = max(right, left + 1), max(bottom, top + 1)
    return Image.frombytes("RGB", (SMALL, SMALL), points).crop((left, top, right, bottom)).tobytes()


def _shared(one: bytes, other: bytes) -> float:
    away = list(distances(one, other, b"\1" * (len(one) // 3)))
    return sum(each <= SAME_SHADE for each in away) / len(away)
