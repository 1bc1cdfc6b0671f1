"""The plain way: whole pictures as pixels, through Pillow's own encoders."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageFilter

from proofsheet.mockserver.media.image import jpeg
from proofsheet.mockserver.media.image.picture import JPEG, PNG
from proofsheet.mockserver.media.image.upload import flat

WEBP_QUALITY = 75


def decode(file: bytes) -> Image.Image:
    """The pixels of a JPEG of our own, mode RGB."""
    image = Image.open(BytesIO(file), formats=("JPEG",))
    image.load()
    return image


def encode(image: Image.Image, media_type: str) -> bytes:
    """An RGB or RGBA picture as a file of this media type, with the least effort; a JPEG has no alpha."""
    if media_type == JPEG:
        return jpeg.encode(flat(image))
    out = BytesIO()
    if media_type == PNG:
        image.save(out, "PNG", compress_level=1)
    else:
        image.save(out, "WEBP", quality=WEBP_QUALITY, method=0)
    return out.getvalue()


def blur(image: Image.Image) -> Image.Image:
    """What a filtered result looks like: shapes and colours, nothing else."""
    return image.filter(ImageFilter.GaussianBlur(max(2.0, min(image.size) / 24)))
