"""The size of a picture that is made of a given one: larger, about as large, or on a canvas."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers

Tokens = tuple[str, ...]
Sides = tuple[int, int]  # width and height in pixels
_MARGINS = ("left", "right", "up", "down")
_CANVAS = ("width", "height", "x", "y")


@dataclass(frozen=True)
class Resized:
    """The size of a given picture (`of` names its field), made larger in one of these ways, or kept.

    `times` multiplies both sides, or what the request has at the place `asked`, or else what `usual` has for
    the longest side; `pixels` are width x height, about, in the picture's ratio; `width` or `height`, where
    the request has one, sets that side and the other follows, or both do; `margins` are added to the left,
    right, top and bottom; or it lies on a `canvas`, whose width and height are named, and where on it
    (across, down) its corner is: amid it where the request does not say.
    """

    of: str
    times: float = 1.0
    asked: Tokens | None = None
    usual: tuple[tuple[int, float], ...] = ()  # longest side to how many times as large, the smallest first
    longest: int | None = None  # what would be longer is as much smaller
    pixels: int | None = None
    width: Tokens | None = None
    height: Tokens | None = None
    margins: tuple[Tokens | None, ...] = ()
    canvas: tuple[Tokens | None, ...] = ()

    def sides(self, given: Sides, fields: Mapping[str, Any]) -> Sides:
        """The size that comes of a picture with the sides `given`."""
        width, height = given
        left, right, up, down = self.margins_of(given, fields)
        across, below = whole(fields, self.width), whole(fields, self.height)
        if across and below:
            return across, below
        factor = self._factor(width, height, fields)
        factor = min(factor, (self.longest or math.inf) / max(width, height))
        return (
            max(1, round(width * factor)) + left + right,
            max(1, round(height * factor)) + up + down,
        )

    def margins_of(self, given: Sides, fields: Mapping[str, Any]) -> tuple[int, int, int, int]:
        """What is added to the left, right, top and bottom, in pixels; beyond a canvas it is negative."""
        if self.canvas:
            across, down, *corner = self.canvas
            widths = self._extended(given[0], whole(fields, across), corner[0], fields)
            return *widths, *self._extended(given[1], whole(fields, down), corner[1], fields)
        left, right, up, below = (whole(fields, each) for each in self.margins or (None,) * 4)
        return left, right, up, below

    def _extended(
        self, side: int, whole: int, corner: Tokens | None, fields: Mapping[str, Any]
    ) -> tuple[int, int]:
        """What is before and behind a picture on a canvas, along one of its sides."""
        more = (whole or side) - side
        at = next(pointers.find(fields, corner), None) if corner else None
        before = at if isinstance(at, int) and -side < at < (whole or side) else more // 2
        return before, more - before

    def _factor(self, width: int, height: int, fields: Mapping[str, Any]) -> float:
        if across := whole(fields, self.width):
            return across / width
        if down := whole(fields, self.height):
            return down / height
        if self.pixels:
            return math.sqrt(self.pixels / (width * height))
        usual = (times for longest, times in self.usual if max(width, height) <= longest)
        return whole(fields, self.asked) or next(usual, self.times)


def resized(node: Mapping[str, Any]) -> Resized:
    """Read a size that has `of`. Raises KeyError and ValueError where it has not the form of one."""
    margins = tuple(pointers.split_or_none(node.get(each)) for each in _MARGINS)
    return Resized(
        of=pointers.split(node["of"])[0],
        times=float(node.get("times", 1)),
        asked=pointers.split_or_none(node.get("asked")),
        usual=tuple((longest, float(times)) for longest, times in node.get("usual", ())),
        longest=node.get("longest"),
        pixels=node.get("pixels"),
        width=pointers.split_or_none(node.get("width")),
        height=pointers.split_or_none(node.get("height")),
        margins=margins if any(margins) else (),
        canvas=tuple(pointers.split_or_none(node["canvas"].get(each)) for each in _CANVAS)
        if "canvas" in node
        else (),
    )


def whole(fields: Mapping[str, Any], tokens: Tokens | None) -> int:
    """The whole number that stands at a place of the request; 0 where there is none."""
    value = next(pointers.find(fields, tokens), 0) if tokens else 0
    return int(value) if isinstance(value, int | float) and 0 < value < 1e6 else 0
