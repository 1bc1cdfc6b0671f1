"""Damages within the files of pictures: checksums, pixels that end early, softness, palettes."""

from __future__ import annotations

import io
import struct
import zlib

from mutants.pictures import in_pictures, redrawn
from mutants.relay import Got, Sent, on_answer
from PIL import Image, ImageFilter

_LABELS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """(kind, content) of each chunk of a PNG."""
    found, place = [], 8
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4])
        found.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + length]))
        place += 12 + length
    return found


@on_answer("wrong-crc")
def wrong_crc(sent: Sent, got: Got) -> Got:
    """One bit of the CRC of the first pixels of a PNG."""

    def change(data: bytes, media: str) -> bytes:
        if media != "image/png":
            return data
        start = data.index(b"IDAT")
        last = start + 4 + int.from_bytes(data[start - 4 : start]) + 3
        return data[:last] + bytes((data[last] ^ 1,)) + data[last + 1 :]

    return in_pictures(got, change)


@on_answer("pixels-end-early")
def pixels_end_early(sent: Sent, got: Got, keep: float = 0.5) -> Got:
    """The head and the end are there, the lengths agree; of the pixels only so much."""
    return in_pictures(got, lambda data, media: _ENDED[media](data, keep))


def _png(data: bytes, keep: float) -> bytes:
    found = chunks(data)
    pixels = b"".join(content for kind, content in found if kind == b"IDAT")
    part = chunk(b"IDAT", pixels[: int(len(pixels) * keep)])
    return data[:8] + chunk(*found[0]) + part + chunk(b"IEND", b"")


def _jpeg(data: bytes, keep: float) -> bytes:
    return data[: int(len(data) * keep)] + b"\xff\xd9"


def _webp(data: bytes, keep: float) -> bytes:
    kept = data[: int(len(data) * keep) // 2 * 2]
    sizes = struct.pack("<I", len(kept) - 8), struct.pack("<I", len(kept) - 20)
    return kept[:4] + sizes[0] + kept[8:16] + sizes[1] + kept[20:]


_ENDED = {"image/png": _png, "image/jpeg": _jpeg, "image/webp": _webp}


@on_answer("soften")
def soften(sent: Sent, got: Got, radius: float) -> Got:
    blur = ImageFilter.GaussianBlur(radius)
    return in_pictures(got, lambda data, media: redrawn(data, media, lambda each: each.filter(blur)))


@on_answer("through-thumbnail")
def through_thumbnail(sent: Sent, got: Got, longest: int) -> Got:
    """Reduced and enlarged again: the right size, and nothing fine in it."""

    def change(picture: Image.Image) -> Image.Image:
        small = picture.copy()
        small.thumbnail((longest, longest))
        return small.resize(picture.size, Image.Resampling.BICUBIC)

    return in_pictures(got, lambda data, media: redrawn(data, media, change))


@on_answer("palette")
def palette(sent: Sent, got: Got) -> Got:
    """256 colours, where the format has a palette."""

    def change(data: bytes, media: str) -> bytes:
        out = io.BytesIO()
        picture = Image.open(io.BytesIO(data)).convert("RGB")
        (picture.quantize(256) if media == "image/png" else picture).save(out, _LABELS[media])
        return out.getvalue()

    return in_pictures(got, change)
