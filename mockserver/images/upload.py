"""Reading pictures that somebody else made: every byte may be a lie."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

MAX_PIXELS = 40_000_000
_ORIENTATION = 0x0112
_PNG_END = b"IEND\xaeB`\x82"
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# The classes are called directly: Image.open would warn of large pictures before we can refuse
# them, and would try every plugin there is.
_FORMATS: tuple[tuple[str, bytes, Callable[[BytesIO], ImageFile]], ...] = (
    ("png", b"\x89PNG\r\n\x1a\n", PngImageFile),
    ("jpeg", b"\xff\xd8\xff", JpegImageFile),
    ("webp", b"RIFF", WebPImageFile),
    ("gif", b"GIF8", GifImageFile),
    ("bmp", b"BM", BmpImageFile),
    ("tiff", b"II*\x00", TiffImageFile),
    ("tiff", b"MM\x00*", TiffImageFile),
)


@dataclass(frozen=True)
class Upload:
    """A picture that decodes: upright size in pixels, lower-case format, number of frames.

    `frames` of a GIF or TIFF is 1 or 2, where 2 means several: counting them all can take long.
    """

    width: int
    height: int
    format: str
    frames: int


class Unreadable(Exception):
    """Not a usable picture. `reason` is "format", "broken" or "bomb"; the text says more."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def read_upload(data: bytes, max_pixels: int = MAX_PIXELS) -> Upload:
    """Decodes the first frame to its last byte; raises Unreadable and nothing else.

    "format": no picture, or one of an unknown kind. "broken": truncated or corrupt. "bomb": more
    than `max_pixels` pixels, found before any is decoded. Takes at most about 4 bytes of memory a
    pixel; a JPEG a fraction of it, being decoded at an eighth of its size.
    """
    name, image = _open(data, max_pixels)
    width, height = image.size
    try:
        if isinstance(image, JpegImageFile):
            image.draft(None, (max(1, width // 8), max(1, height // 8)))
        image.load()
        frames = int(image.n_frames) if isinstance(image, (PngImageFile, WebPImageFile)) else 1
        if isinstance(image, (GifImageFile, TiffImageFile)):
            frames = 2 if image.is_animated else 1
    except Exception as error:
        raise _broken(name, error) from error
    if _orientation(image) >= 5:
        width, height = height, width
    return Upload(width, height, name, max(1, frames))


def open_upright(
    data: bytes, near: tuple[int, int] | None = None, max_pixels: int = MAX_PIXELS
) -> Image.Image:
    """The first frame as RGB: upright, transparency over white. Raises Unreadable.

    A JPEG may come smaller than it is, yet no smaller than `near` (pixels either way up).
    """
    name, image = _open(data, max_pixels)
    try:
        if near is not None and isinstance(image, JpegImageFile):
            image.draft(None, (max(near), max(near)))
        image.load()
        turn = _TURNS.get(_orientation(image))
        flat = _flatten(image)
        return flat if turn is None else flat.transpose(turn)
    except Exception as error:
        raise _broken(name, error) from error


def thumbnail(data: bytes, side: int) -> bytes:
    """A small JPEG, at most `side` pixels wide and high. Raises Unreadable."""
    image = open_upright(data, near=(side, side))
    image.thumbnail((side, side))
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def _open(data: bytes, max_pixels: int) -> tuple[str, ImageFile]:
    """The opened picture, nothing decoded yet, its size known to be sane."""
    name, opener = _recognize(data)
    try:
        if name == "webp":
            _check_size(*_webp_size(data), max_pixels)  # its opener sets whole frames aside
        if name == "png":
            _check_png(data)
        image = opener(BytesIO(data))
        _check_size(*image.size, max_pixels)
    except Unreadable:
        raise
    except Exception as error:
        raise _broken(name, error) from error
    return name, image


def _check_png(data: bytes) -> None:
    """Checks what decoding would pass over: the checksums and the very end of the file."""
    PngImageFile(BytesIO(data)).verify()
    if _PNG_END not in data:
        raise EOFError("the file ends early")


def _recognize(data: bytes) -> tuple[str, Callable[[BytesIO], ImageFile]]:
    for name, signature, opener in _FORMATS:
        if data.startswith(signature) and (name != "webp" or data[8:12] == b"WEBP"):
            return name, opener
    raise Unreadable("format", f"these {len(data)} bytes are no picture of a known format")


def _check_size(width: int, height: int, max_pixels: int) -> None:
    if width < 1 or height < 1:
        raise Unreadable("broken", f"a picture cannot be {width} x {height} pixels")
    if width * height > max_pixels:
        raise Unreadable("bomb", f"{width} x {height} pixels are more than {max_pixels}")


def _webp_size(data: bytes) -> tuple[int, int]:
    """The canvas that a WebP file declares; struct.error on too short a file."""
    if data[12:16] == b"VP8X":
        low, mid, high = struct.unpack_from("<HHH", data, 24)
        return low + ((mid & 0xFF) << 16) + 1, (mid >> 8) + (high << 8) + 1
    if data[12:16] == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken metadata does not make a picture unreadable
        return 1


def _flatten(image: Image.Image) -> Image.Image:
    """Any mode as RGB, transparency over white, 16 bits a channel cut to 8."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, image).convert("RGB")
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("RGB")


def _broken(name: str, error: Exception) -> Unreadable:
    return Unreadable("broken", f"a broken {name} file: {type(error).__name__}: {error}")
