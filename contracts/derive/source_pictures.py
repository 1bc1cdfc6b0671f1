"""Pictures to start from, made so that what became of them can be seen: many colours, one subject, a mask."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from PIL import Image, ImageDraw

SIDES = (384, 320)  # pixels: unlike each other, or a turned picture would not show
_BALL = (0.3, 0.2, 0.7, 0.75)  # where the subject is, as shares of the sides
_MASK = (0.45, 0.1, 0.9, 0.6)


def is_picture(schema: Mapping[str, Any]) -> bool:
    """Whether a field holds a picture: a form's file, or text that stands for one."""
    is_other = "x-audio" in schema or "x-document" in schema
    return (schema.get("format") == "binary" and not is_other) or "x-picture" in schema


def source_picture(schema: Mapping[str, Any]) -> bytes:
    """A picture file within the bounds that a field's schema sets."""
    bounds = schema.get("x-picture", {})
    return _file(sides_for(bounds), _kind(bounds))


def picture_of(sides: tuple[int, int]) -> bytes:
    """A picture file of so many pixels across and down."""
    return _file(sides, "PNG")


def held(schema: Mapping[str, Any], data: bytes) -> Any:
    """A file as a field holds it: alone, or in a list of as many as it must have."""
    return [data] * max(schema.get("minItems", 0), 1) if "items" in schema else data


def mask_picture(schema: Mapping[str, Any], of: Mapping[str, Any], clear: bool = False) -> bytes:
    """A mask for the source picture of another field, on a part of its subject: white on black, or clear."""
    bounds = of.get("items", of).get("x-picture", {})
    return _mask(sides_for(bounds), _kind(schema.get("x-picture", {})), clear)


def _kind(bounds: Mapping[str, Any]) -> str:
    formats = bounds.get("formats", ["png"])
    return "PNG" if "png" in formats else str(formats[0]).upper()


def sides_for(bounds: Mapping[str, Any]) -> tuple[int, int]:
    """(width, height) in pixels of the source picture of a field with these bounds (`x-picture`)."""
    if sizes := bounds.get("sizes"):
        return sizes[0][0], sizes[0][1]
    width, height = SIDES
    width = min(width, math.floor(height * bounds.get("max-ratio", width)))
    least = max(bounds.get("min-side", 1) / height, math.sqrt(bounds.get("min-pixels", 1) / (width * height)))
    most = min(
        bounds.get("max-side", 1e9) / width, math.sqrt(bounds.get("max-pixels", 1e18) / (width * height))
    )
    if least > 1:
        return math.ceil(width * least), math.ceil(height * least)
    return (width, height) if most >= 1 else (math.floor(width * most), math.floor(height * most))


@cache
def _file(sides: tuple[int, int], kind: str) -> bytes:
    grey = Image.linear_gradient("L").resize(sides)
    across = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90).resize(sides)
    picture = Image.merge("RGB", (grey, across, grey.transpose(Image.Transpose.FLIP_TOP_BOTTOM)))
    draw = ImageDraw.Draw(picture)
    draw.ellipse(_box(sides, _BALL), fill=(236, 232, 40), outline=(20, 20, 20), width=3)
    draw.ellipse(_box(sides, (0.4, 0.3, 0.46, 0.4)), fill=(20, 20, 90))
    draw.ellipse(_box(sides, (0.54, 0.3, 0.6, 0.4)), fill=(20, 20, 90))
    return _saved(picture, kind)


@cache
def _mask(sides: tuple[int, int], kind: str, clear: bool) -> bytes:
    mask = Image.new("RGBA" if clear else "RGB", sides, (0, 0, 0, 255) if clear else 0)
    mask.paste((255, 255, 255, 0) if clear else (255, 255, 255), _box(sides, _MASK))
    return _saved(mask, kind)


def _box(sides: tuple[int, int], shares: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    left, top, right, bottom = shares
    return (
        round(sides[0] * left),
        round(sides[1] * top),
        round(sides[0] * right),
        round(sides[1] * bottom),
    )


def _saved(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def in_json(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value as JSON holds it: bytes as base64, or as a data URL where the schema's pattern asks for one."""
    if isinstance(value, bytes):
        text = base64.b64encode(value).decode()
        return f"data:{_media_type(value)};base64,{text}" if "data:" in schema.get("pattern", "") else text
    if isinstance(value, Mapping):
        known = schema.get("properties", {})
        return {name: in_json(each, known.get(name, {})) for name, each in value.items()}
    return [in_json(each, schema.get("items", {})) for each in value] if isinstance(value, list) else value


def _media_type(data: bytes) -> str:
    return "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
