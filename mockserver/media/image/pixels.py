"""The plain way: whole pictures as pixels, through Pillow's own encoders."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageFilter, ImageOps

from proofsheet.mockserver.media.image import jpeg
from proofsheet.mockserver.media.image.picture import JPEG, PNG
from proofsheet.mockserver.media.image.upload import open_upright

WEBP_QUALITY = 75


def decode(file: bytes) -> Image.Image:
    """The pixels of a JPEG of our own, mode RGB."""
    image = Image.open(BytesIO(file), formats=("JPEG",))
    image.load()
    return image


def encode(image: Image.Image, media_type: str) -> bytes:
    """An RGB picture as a file of this media type, with the least effort."""
    if media_type == JPEG:
        return jpeg.encode(image)
    out = BytesIO()
    if media_type == PNG:
        image.save(out, "PNG", compress_level=1)
    else:
        image.save(out, "WEBP", quality=WEBP_QUALITY, method=0)
    return out.getvalue()


def blend(source: bytes, scene: Image.Image, strength: float) -> Image.Image:
    """The uploaded picture, cut to the scene's ratio and size, `strength` of the scene over it."""
    upright = open_upright(source, near=scene.size)
    fitted = ImageOps.fit(upright, scene.size, Image.Resampling.BICUBIC)
    return Image.blend(fitted, scene, strength)


def blur(image: Image.Image) -> Image.Image:
    """What a filtered result looks like: shapes and colours, nothing else."""
    return image.filter(ImageFilter.GaussianBlur(max(2.0, min(image.size) / 24)))
