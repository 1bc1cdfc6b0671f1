"""Picture files read strictly: what a format leaves open passes, what breaks its rules is named."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageFilter, PngImagePlugin

from proofsheet.contracts.checks.image_facts import inspect, sharpness_of

_EXIF = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"


def picture(mode: str = "RGB", size: tuple[int, int] = (203, 131)) -> Image.Image:
    ramp = Image.radial_gradient("L").resize(size)
    noise = Image.effect_noise(size, 40)
    return Image.merge("RGB", (ramp, noise, ramp.rotate(90))).convert(mode)


def file(kind: str, mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    picture(mode).save(out, kind, **options)
    return out.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def interlaced(width: int = 61, height: int = 43) -> bytes:
    """A grey PNG in seven passes; Pillow writes none."""
    chance = random.Random(1)
    rows = b"".join(
        b"\0" + chance.randbytes(-(-(width - left) // across))
        for left, top, across, down in (
            *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
            *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
        )
        for _ in range(-(-(height - top) // down))
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
    pieces = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(pieces)


def with_text() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Software", "anything")
    return file("PNG", pnginfo=text)


def with_credentials() -> bytes:
    """An ancillary chunk that no decoder knows, as content credentials come in."""
    data = file("PNG")
    return data[:33] + chunk(b"caBX", b"credentials" * 100) + data[33:]


GOOD: dict[str, Callable[[], bytes]] = {
    "png": lambda: file("PNG"),
    "png, hardly compressed": lambda: file("PNG", compress_level=0),
    "png, compressed most": lambda: file("PNG", compress_level=9),
    "png with transparency": lambda: file("PNG", "RGBA"),
    "png in grey": lambda: file("PNG", "L"),
    "png with a palette": lambda: file("PNG", "P"),
    "png of one bit": lambda: file("PNG", "1"),
    "png in passes": interlaced,
    "png with a text": with_text,
    "png with a chunk of its own": with_credentials,
    "jpeg": lambda: file("JPEG"),
    "jpeg, progressive": lambda: file("JPEG", progressive=True, restart_marker_rows=1),
    "jpeg with restarts": lambda: file("JPEG", restart_marker_blocks=3, subsampling=2),
    "jpeg in grey with restarts": lambda: file("JPEG", "L", restart_marker_rows=1),
    "jpeg with a profile": lambda: file("JPEG", icc_profile=bytes(70_000), exif=_EXIF, comment=b"hello"),
    "webp": lambda: file("WEBP"),
    "webp, lossless": lambda: file("WEBP", lossless=True),
    "webp with transparency": lambda: file("WEBP", "RGBA"),
    "webp with metadata": lambda: file("WEBP", exif=_EXIF, xmp=b"<x/>", icc_profile=b"odd"),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_a_format_leaves_open_is_no_problem(name: str) -> None:
    facts = inspect(GOOD[name]())
    assert (facts.problem, facts.trailing) == (None, 0)


@pytest.mark.parametrize("name", GOOD)
def test_what_follows_the_end_is_counted(name: str) -> None:
    assert inspect(GOOD[name]() + b"tail").trailing == 4


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_is_cut_off_is_no_whole_picture(name: str, kept: float) -> None:
    data = GOOD[name]()
    assert inspect(data[: int(len(data) * kept)]).problem


@pytest.mark.parametrize("name", [name for name in GOOD if name.startswith(("png", "jpeg"))])
def test_a_file_without_its_end_says_so(name: str) -> None:
    data = GOOD[name]()
    is_png = name.startswith("png")  # which decodes without its last chunk
    facts = inspect(data[: -12 if is_png else -2])
    assert facts.trailing is None
    assert bool(facts.problem) is not is_png


def damaged_crc(kind: bytes) -> bytes:
    data = bytearray(with_credentials())
    data[data.index(kind) + 6] ^= 1
    return bytes(data)


def ended_early() -> bytes:
    """A PNG whose pixels stop half-way, with a CRC and an end that are right."""
    data = file("PNG")
    start = data.index(b"IDAT")
    length = int.from_bytes(data[start - 4 : start])
    half = data[start + 4 : start + 4 + length // 2]
    return data[: start - 4] + chunk(b"IDAT", half) + chunk(b"IEND", b"")


def without_restarts(kept: float = 0.5) -> bytes:
    """A JPEG cut half-way, with an end: decoders show the rest in grey and say nothing."""
    data = file("JPEG", restart_marker_rows=1)
    return data[: int(len(data) * kept)] + b"\xff\xd9"


def too_short_riff() -> bytes:
    data = file("WEBP", exif=_EXIF)
    return data[:4] + struct.pack("<I", len(data) - 8 - 20) + data[8:]


def claiming(width: int, height: int) -> bytes:
    """A PNG of 16 bits a channel that states these sides, and holds a thousand zeros."""
    header = struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def with_frame(edit: Callable[[bytearray, int], None]) -> bytes:
    """A JPEG with restarts whose frame header is edited, at the place of its marker."""
    data = bytearray(file("JPEG", restart_marker_rows=1))
    edit(data, data.index(b"\xff\xc0"))
    return bytes(data)


def without_samples(data: bytearray, place: int) -> None:
    for index in range(3):
        data[place + 11 + 3 * index] = 0


def cut_frame(data: bytearray, place: int) -> None:
    length = int.from_bytes(data[place + 2 : place + 4])
    data[place + 2 : place + 4] = (length - 6).to_bytes(2)
    del data[place + 2 + length - 6 : place + 2 + length]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (claiming(2**32 - 1, 2**32 - 1), "which nobody can read"),
        (claiming(1000, 1000), "has pixels of 1000 bytes"),
        (claiming(1, 1), "instead of 9"),
        (with_frame(without_samples), "a component without samples"),
        (with_frame(cut_frame), "within the header of its frame"),
        (damaged_crc(b"caBX"), "wrong CRC in its caBX chunk at byte 33"),
        (damaged_crc(b"IHDR"), "IHDR"),
        (ended_early(), ""),
        (without_restarts(), "restarts in its scan"),
        (too_short_riff(), "passes its end"),
        (b"<html>", "does not decode: it begins with b'<html>'"),
        (b"", "does not decode: it begins with b''"),
    ],
)
def test_a_file_that_breaks_its_rules_is_named(data: bytes, text: str) -> None:
    assert text in (inspect(data).problem or "nothing was found")
    assert inspect(data).problem


def test_a_blurred_picture_is_far_less_sharp_than_itself() -> None:
    sharp = picture(size=(640, 480))
    assert sharpness_of(sharp) > 10 * sharpness_of(sharp.filter(ImageFilter.GaussianBlur(8)))


def test_one_sharp_spot_is_enough() -> None:
    """A portrait in front of a blurred ground is no blurred picture."""
    sharp = picture(size=(640, 480))
    mostly = sharp.filter(ImageFilter.GaussianBlur(8))
    mostly.paste(sharp.crop((240, 180, 400, 300)), (240, 180))
    assert sharpness_of(mostly) > 0.5 * sharpness_of(sharp)


def test_a_picture_of_a_point_has_facts() -> None:
    out = io.BytesIO()
    Image.new("RGB", (1, 1)).save(out, "PNG")
    assert inspect(out.getvalue()).problem is None
