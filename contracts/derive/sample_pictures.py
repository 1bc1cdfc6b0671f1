"""Picture files of any size and kind, right and wrong ones."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image


@lru_cache(maxsize=64)
def drawing(width: int = 128, height: int = 128, kind: str = "PNG") -> bytes:
    """A small file in colours, with something round in it."""
    down, middle = Image.linear_gradient("L"), Image.radial_gradient("L")
    across = down.transpose(Image.Transpose.ROTATE_90)
    return _file(Image.merge("RGB", (down, middle, across)).resize((width, height)), kind)


@lru_cache(maxsize=64)
def flat(width: int, height: int, kind: str = "PNG") -> bytes:
    """A file of one grey, for sizes that take long to draw."""
    return _file(Image.new("RGB", (width, height), "gray"), kind)


def _file(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()
