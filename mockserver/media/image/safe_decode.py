"""Opening pictures that somebody else made: every byte may be a lie."""

from __future__ import annotations

import struct
from collections.abc import Callable
from io import BytesIO

from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

_PNG_END = b"IEND\xaeB`\x82"
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


class Unreadable(Exception):
    """Not a usable picture. `reason` is "format", "broken" or "bomb"; the text says more."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def open_checked(data: bytes, max_pixels: int) -> tuple[str, ImageFile]:
    """The format's name and the picture, nothing decoded yet but its size known to be sane.

    Raises Unreadable.
    """
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
        raise broken(name, error) from error
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


def broken(name: str, error: Exception) -> Unreadable:
    """The refusal of a picture that Pillow gave up on."""
    return Unreadable("broken", f"a broken {name} file: {type(error).__name__}: {error}")
