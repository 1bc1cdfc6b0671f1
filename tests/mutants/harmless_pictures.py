"""Harmless changes to pictures, for the benign relays: what PNG, JPEG and WebP leave open."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from mutants.picture_files import chunk, chunks
from mutants.pictures import in_pictures
from mutants.relay import Got, Sent, on_answer
from PIL import Image

_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
_EXIF = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"
# Of Adam7: the first column and row of each pass, and the steps between its columns and rows.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


@on_answer("written-again")
def written_again(sent: Sent, got: Got, media: str = "", metadata: bool = False, **options: Any) -> Got:
    """The same pixels (almost, where the format is lossy) written by another encoder with other options."""
    more = {"exif": _EXIF, "icc_profile": bytes(3000)} if metadata else {}

    def change(data: bytes, came: str) -> bytes:
        if not came.startswith(f"image/{media}"):
            return data
        out = io.BytesIO()
        Image.open(io.BytesIO(data)).save(out, _FORMATS[came], **options, **more)
        return out.getvalue()

    return in_pictures(got, change)


@on_answer("png-credentials")
def png_credentials(sent: Sent, got: Got) -> Got:
    """A private, ancillary chunk before the pixels of a PNG, as content credentials stand in one."""
    return in_pictures(
        got, lambda data, media: _with(data, chunk(b"caBX", b"c2pa" * 900)) if media == "image/png" else data
    )


def _with(data: bytes, more: bytes) -> bytes:
    return data[:33] + more + data[33:]  # behind IHDR


@on_answer("with-alpha")
def with_alpha(sent: Sent, got: Got) -> Got:
    def change(data: bytes, media: str) -> bytes:
        if media != "image/png":
            return data
        out = io.BytesIO()
        Image.open(io.BytesIO(data)).convert("RGBA").save(out, "PNG", compress_level=1)
        return out.getvalue()

    return in_pictures(got, change)


@on_answer("png-chunk-size")
def png_chunk_size(sent: Sent, got: Got, size: int) -> Got:
    """The same pixels in chunks of another size."""

    def change(data: bytes, media: str) -> bytes:
        if media != "image/png":
            return data
        found = chunks(data)
        pixels = b"".join(content for kind, content in found if kind == b"IDAT")
        parts = [chunk(b"IDAT", pixels[at : at + size]) for at in range(0, len(pixels), size)]
        return b"".join((data[:8], chunk(*found[0]), *parts, chunk(b"IEND", b"")))

    return in_pictures(got, change)


@on_answer("png-interlaced")
def png_interlaced(sent: Sent, got: Got) -> Got:
    return in_pictures(got, lambda data, media: interlaced(data) if media == "image/png" else data)


def interlaced(data: bytes) -> bytes:
    """A PNG's pixels in the seven passes of Adam7, which Pillow reads and does not write."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    rows = []
    for left, top, across, down in _PASSES:
        size = -(-(picture.width - left) // across), -(-(picture.height - top) // down)
        # The point that an output pixel's middle is taken from is the middle of the input's.
        grid = (across, 0, left + 0.5 - across / 2, 0, down, top + 0.5 - down / 2)
        part = picture.transform(size, Image.Transform.AFFINE, grid, Image.Resampling.NEAREST)
        step, pixels = 3 * part.width, part.tobytes()
        rows += [b"\0" + pixels[at : at + step] for at in range(0, len(pixels), step)]
    header = struct.pack(">IIBBBBB", *picture.size, 8, 2, 0, 0, 1)
    pieces = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"".join(rows), 1)), chunk(b"IEND", b"")
    return data[:8] + b"".join(pieces)
