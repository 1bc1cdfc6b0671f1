"""Pictures that somebody uploaded: what they are, and their pixels made plain."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from proofsheet.mockserver.media.image.safe_decode import broken, open_checked

MAX_PIXELS = 40_000_000
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Upload:
    """A picture that decodes: upright size in pixels, lower-case format, number of frames.

    `frames` of a GIF or TIFF is 1 or 2, where 2 means several: counting them all can take long.
    """

    width: int
    height: int
    format: str
    frames: int


def read_upload(data: bytes, max_pixels: int = MAX_PIXELS) -> Upload:
    """Decodes the first frame to its last byte; raises Unreadable and nothing else.

    "format": no picture, or one of an unknown kind. "broken": truncated or corrupt. "bomb": more
    than `max_pixels` pixels, found before any is decoded. Memory is bounded by `max_pixels`: about
    4 bytes a pixel, 16 for a WebP, less for a JPEG, which is decoded at an eighth of its size.
    """
    name, image = open_checked(data, max_pixels)
    width, height = image.size
    try:
        if isinstance(image, JpegImageFile):
            image.draft(None, (max(1, width // 8), max(1, height // 8)))
        image.load()
        frames = int(image.n_frames) if isinstance(image, (PngImageFile, WebPImageFile)) else 1
        if isinstance(image, (GifImageFile, TiffImageFile)):
            frames = 2 if image.is_animated else 1
    except Exception as error:
        raise broken(name, error) from error
    if _orientation(image) >= 5:
        width, height = height, width
    return Upload(width, height, name, max(1, frames))


def open_upright(
    data: bytes, near: tuple[int, int] | None = None, max_pixels: int = MAX_PIXELS, alpha: bool = False
) -> Image.Image:
    """The first frame as RGB: upright, transparency over white or, with `alpha`, as RGBA. Raises Unreadable.

    A large picture may come smaller than it is, yet no smaller than `near` (pixels either way up).
    """
    name, image = open_checked(data, max_pixels)
    try:
        if near is not None and isinstance(image, JpegImageFile):
            image.draft(None, (max(near), max(near)))
        image.load()
        turn = _TURNS.get(_orientation(image))
        plain = _plain(image if near is None else _reduce(image, max(near)))
        plain = plain if alpha else flat(plain)
        return plain if turn is None else plain.transpose(turn)
    except Exception as error:
        raise broken(name, error) from error


def thumbnail(data: bytes, side: int) -> bytes:
    """A small JPEG, at most `side` pixels wide and high. Raises Unreadable."""
    image = open_upright(data, near=(side, side))
    image.thumbnail((side, side))
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken metadata does not make a picture unreadable
        return 1


def _reduce(image: Image.Image, side: int) -> Image.Image:
    """A much too large picture in fewer pixels, both sides still `side` or more."""
    times = min(image.size) // side
    return image.reduce(times) if times > 1 and image.mode in ("L", "RGB", "CMYK") else image


def _plain(image: Image.Image) -> Image.Image:
    """Any mode as RGB, or RGBA where it is transparent; 16 bits a channel cut to 8."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("RGB")


def flat(image: Image.Image) -> Image.Image:
    """An RGB or RGBA picture as RGB, transparency over white."""
    if image.mode != "RGBA":
        return image
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")
