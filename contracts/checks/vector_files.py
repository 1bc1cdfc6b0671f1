"""Drawings read strictly: SVG (W3C, version 2) as XML, its size, and nothing in it that runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

SVG = "http://www.w3.org/2000/svg"
_SHAPES = frozenset(
    {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "image", "use"}
)
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+)(?:px)?\s*")
_NUMBERS = re.compile(r"[\s,]+")


@dataclass(frozen=True)
class VectorFile:
    """What an SVG file holds, or what is wrong with it; without sides it has those of its view box."""

    problem: str | None = None
    width: float = 0.0
    height: float = 0.0
    shapes: int = 0


def is_vector(data: bytes) -> bool:
    """Whether a file is XML whose beginning speaks of SVG; a page of an error is none."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"<") and (b"<svg" in head or b":svg" in head)


def read_vector(data: bytes) -> VectorFile:
    """The facts of an SVG file; never raises, and follows no reference."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.element
    parser.EntityDeclHandler = reader.entity
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        return VectorFile(f"is no XML: {error}")
    except _Broken as problem:
        return VectorFile(str(problem))
    if not (reader.width and reader.height):
        return VectorFile("has no size: neither width and height nor a viewBox")
    return VectorFile(None, reader.width, reader.height, reader.shapes)


class _Broken(Exception):
    """A rule that the file breaks."""


@dataclass
class _Reader:
    """What has been seen of a file."""

    width: float = 0.0
    height: float = 0.0
    shapes: int = 0
    _root: str = field(default="")

    def entity(self, name: str, *said: object) -> None:
        raise _Broken(f"declares the entity {name!r}, which readers refuse")

    def element(self, name: str, attributes: Mapping[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if not self._root:
            self._root = name
            if (space, local) != (SVG, "svg"):
                raise _Broken(f"begins with {local!r} instead of svg of the namespace {SVG}")
            self.width, self.height = _sides(attributes)
        if local == "script":
            raise _Broken("holds a script")
        for key, value in attributes.items():
            if key.lower().startswith("on"):
                raise _Broken(f"holds a script in the attribute {key!r}")
            if value.strip().lower().startswith("javascript:"):
                raise _Broken(f"holds a script in the attribute {key.rpartition(' ')[2]!r}")
        self.shapes += local in _SHAPES


def _sides(attributes: Mapping[str, str]) -> tuple[float, float]:
    """Width and height in pixels; zero where the file does not say, or in units that only a page knows."""
    width, height = (_LENGTH.fullmatch(attributes.get(each, "")) for each in ("width", "height"))
    if width and height:
        return float(width[1]), float(height[1])
    box = _NUMBERS.split(attributes.get("viewBox", "").strip())
    try:
        _, _, wide, high = map(float, box)
    except ValueError:
        return 0.0, 0.0
    return max(wide, 0.0), max(high, 0.0)
