"""A picture as an SVG file: its shapes, and its caption as text that can be found and copied."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

from proofsheet.mockserver.media import xml_text
from proofsheet.mockserver.media.image.layout import layout
from proofsheet.mockserver.media.image.lettering import GROUND
from proofsheet.mockserver.media.image.picture import Picture
from proofsheet.mockserver.media.vector.tracing import Point, layers

_INKS = ("#f6f6f6", "#bcbcbc")  # of the title and the prompt


def drawing(picture: Picture, pixels: Image.Image, captioned: bool) -> bytes:
    """The file of a picture that looks like `pixels`; `captioned` says whether they end in a caption.

    It refers to nothing, runs nothing, and is the same for the same picture everywhere.
    """
    width, height = picture.width, picture.height
    sides = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {sides}>',
        f"<title>{_text(picture.prompt or picture.title)}</title>",
        f"<desc>{_text(picture.title)}</desc>",
        *_shapes(pixels, width, height),
        *(_caption(picture) if captioned else ()),
        "</svg>\n",
    ]
    return "\n".join(parts).encode()


def _shapes(pixels: Image.Image, width: int, height: int) -> Iterator[str]:
    for (red, green, blue), curves in layers(pixels):
        path = "".join(_path(curve, width, height) for curve in curves)
        yield f'<path fill="#{red:02x}{green:02x}{blue:02x}" fill-rule="evenodd" d="{path}"/>'


def _path(curve: tuple[Point, ...], width: int, height: int) -> str:
    """A closed curve through the middles between its points."""
    points = [(x * width, y * height) for x, y in curve]
    middles = [
        ((x + u) / 2, (y + v) / 2) for (x, y), (u, v) in zip(points, [*points[1:], points[0]], strict=True)
    ]
    way = "".join(f"Q{x:.1f} {y:.1f} {u:.1f} {v:.1f}" for (x, y), (u, v) in zip(points, middles, strict=True))
    return f"M{middles[-1][0]:.1f} {middles[-1][1]:.1f}{way}Z"


def _caption(picture: Picture) -> Iterator[str]:
    plan = layout(picture.width, picture.height)
    ground = f"#{GROUND:02x}{GROUND:02x}{GROUND:02x}"
    yield f'<rect y="{plan.scene}" width="{plan.width}" height="{plan.caption}" fill="{ground}"/>'
    baseline = plan.scene + (plan.caption - sum(plan.letters.lines)) // 2
    for text, line, size, ink in zip(
        (picture.title, picture.prompt), plan.letters.lines, plan.letters.fonts, _INKS, strict=True
    ):
        baseline += line
        room = (plan.width - size) * 2 // size  # characters: half as wide as high, about
        shown = text if len(text) <= room else text[: room - 1] + "…"
        place = f'x="{size // 2}" y="{baseline - line // 4}"'
        yield f'<text {place} font-family="sans-serif" font-size="{size}" fill="{ink}">{_text(shown)}</text>'


def _text(said: str) -> str:
    return xml_text.text(said.replace("\n", " "), "�")
