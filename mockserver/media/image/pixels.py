"""The plain way: whole pictures as pixels; a JPEG or WebP through Pillow's own encoders."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from proofsheet.mockserver.media.image import jpeg, png
from proofsheet.mockserver.media.image.bands import blurred
from proofsheet.mockserver.media.image.picture import JPEG, PNG
from proofsheet.mockserver.media.image.upload import flat

WEBP_QUALITY = 75


def decode(file: bytes) -> Image.Image:
    """The pixels of a JPEG of our own, mode RGB."""
    image = Image.open(BytesIO(file), formats=("JPEG",))
    image.load()
    return image


def encode(image: Image.Image, media_type: str, quality: int | None = None) -> bytes:
    """An RGB or RGBA picture as a file of this media type, with the least effort; a JPEG has no alpha.

    `quality` is in percent of what is usual.
    """
    share = 100 if quality is None else quality
    if media_type == JPEG:
        return jpeg.encode(flat(image), quality=max(1, jpeg.QUALITY * share // 100))
    if media_type == PNG:
        return png.whole(image)
    out = BytesIO()
    image.save(out, "WEBP", quality=WEBP_QUALITY * share // 100, method=0)
    return out.getvalue()


def blur(image: Image.Image) -> Image.Image:
    """What a filtered result looks like: shapes and colours, nothing else."""
    return blurred(image, max(2.0, min(image.size) / 24))
