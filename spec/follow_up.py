"""What a follow-up does with the artifact of the task that it goes on from (`artifact` of an offer)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers

EFFECTS = (
    *("quarter", "vary", "enlarge", "extend", "repaint"),
    *("continue", "cover", "join"),  # of music
)
SIDES = ("left", "right", "up", "down")
_TIMES = {"enlarge": 2.0, "extend": 2.0}  # where nothing says how many
_LARGEST = 4.0  # times: more is no zoom

Tokens = tuple[str, ...]
Sides = tuple[int, int]  # width and height in pixels


@dataclass(frozen=True)
class FollowUp:
    """One thing to do with a picture, or with the quarter `index` of a grid.

    `quarter` takes it out, `vary` draws near ones, `enlarge` makes its sides so many `times` as long,
    `extend` shows `times` as much: smaller amid more of the scene, or with more of it on one `side`;
    `repaint` draws what `mask` (a field) shows anew. `strength` is the share that is lost, 0 to 1. `grid`:
    four in one file.
    """

    effect: str
    index: int = 1
    times: float | Tokens | None = None  # a number, or where the request says it
    side: str | None = None
    strength: float | None = None
    mask: str | None = None
    grid: bool = False
    at: Tokens | None = None  # where the request says from which second on a piece of music is continued

    def times_of(self, fields: Any) -> float:
        """How many times as long, or as much: as the request says, from once to four times."""
        usual = _TIMES.get(self.effect, 1.0)
        found: Any = self.times
        if isinstance(found, tuple):
            found = next(pointers.find(fields, found), None)
        usable = isinstance(found, int | float) and not isinstance(found, bool)
        return min(max(float(found), 1.0), _LARGEST) if usable else usual

    def margins(self, one: Sides, fields: Any) -> tuple[int, int, int, int]:
        """What `extend` adds to one picture on the left, right, top and bottom, in pixels."""
        times = self.times_of(fields)
        if self.side is None:
            across, down = (side - round(side / times) for side in one)
            return across // 2, across - across // 2, down // 2, down - down // 2
        along = one[0] if self.side in SIDES[:2] else one[1]
        added = {self.side: round(along * (times - 1))}
        left, right, up, down = (added.get(side, 0) for side in SIDES)
        return left, right, up, down

    def size_of(self, parent: Sides, parent_is_grid: bool, fields: Any) -> Sides:
        """The size of what comes of a picture of this size, in pixels."""
        width, height = (side // 2 for side in parent) if parent_is_grid else parent
        if self.effect == "enlarge":
            width, height = (round(side * self.times_of(fields)) for side in (width, height))
        if self.effect == "extend" and self.side is not None:
            left, right, up, down = self.margins((width, height), fields)
            width, height = width + left + right, height + up + down
        return (2 * width, 2 * height) if self.grid else (width, height)


def follow_up(node: Mapping[str, Any]) -> FollowUp:
    """Read the `artifact` of an offer. Raises KeyError and ValueError where it has not the form of one."""
    times, mask = node.get("times"), node.get("mask")
    if node["effect"] not in EFFECTS:
        raise ValueError(f"{node['effect']!r} is none of {', '.join(EFFECTS)}")
    return FollowUp(
        effect=node["effect"],
        index=node.get("index", 1),
        times=pointers.split(times) if isinstance(times, str) else times,
        side=node.get("side"),
        strength=node.get("strength"),
        mask=None if mask is None else pointers.split(mask)[0],
        grid=node.get("layout") == "grid",
        at=pointers.split(node["at"]) if "at" in node else None,
    )
