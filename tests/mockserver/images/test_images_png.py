"""PNG files, read by a stricter reader than most."""

from __future__ import annotations

import io
import struct
import zlib
from itertools import accumulate

import pytest
from PIL import Image

from proofsheet.mockserver.media.image.layout import COMBINATIONS, layout
from proofsheet.mockserver.media.image.picture import PNG, Picture
from proofsheet.mockserver.media.image.renderer import Renderer

RATIOS = [(1024, 1024), (768, 320), (320, 768), (320, 320), (833, 611), (200, 128)]


def read_strictly(file: bytes) -> tuple[int, int, bytes]:
    """Width, height and unfiltered rows; every chunk's CRC and the stream's Adler-32 checked."""
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    at, kinds, stream = 8, [], b""
    while at < len(file):
        (length,) = struct.unpack_from(">I", file, at)
        kind, data = file[at + 4 : at + 8], file[at + 8 : at + 8 + length]
        (crc,) = struct.unpack_from(">I", file, at + 8 + length)
        assert crc == zlib.crc32(kind + data)
        kinds.append(kind)
        if kind == b"IHDR":
            width, height, *rest = struct.unpack(">IIBBBBB", data)
            assert rest == [8, 2, 0, 0, 0]
        elif kind == b"IDAT":
            stream += data
        at += 12 + length
    assert kinds == [b"IHDR", *[b"IDAT"] * (len(kinds) - 2), b"IEND"]
    inflate = zlib.decompressobj()
    rows = inflate.decompress(stream) + inflate.flush()  # an error if the Adler-32 is wrong
    assert inflate.eof
    assert not inflate.unused_data
    assert len(rows) == height * (3 * width + 1)
    return width, height, unfilter(rows, 3 * width)


def unfilter(rows: bytes, step: int) -> bytes:
    out = bytearray()
    for at in range(0, len(rows), step + 1):
        row = bytearray(rows[at + 1 : at + 1 + step])
        assert rows[at] in (0, 1)  # never a reference to the row above
        if rows[at] == 1:
            for channel in range(3):
                row[channel::3] = bytes(v & 0xFF for v in accumulate(row[channel::3]))
        out += row
    return bytes(out)


@pytest.mark.parametrize(("width", "height"), RATIOS)
def test_a_png_is_valid_to_the_last_bit(width: int, height: int) -> None:
    file = Renderer().draw(Picture(width, height, PNG, 7, b"i" * 16, "title", "prompt"))
    assert read_strictly(file)[:2] == (width, height)
    image = Image.open(io.BytesIO(file))
    image.load()
    assert (image.size, image.mode) == ((width, height), "RGB")
    assert image.tobytes() == read_strictly(file)[2]


def test_a_megapixel_weighs_what_real_ones_do() -> None:
    file = Renderer().draw(Picture(1024, 1024, PNG, 7, b"i" * 16, "title", "prompt"))
    assert 900_000 < len(file) < 1_700_000


@pytest.mark.parametrize(("width", "height"), [*RATIOS, (1536, 640), (640, 1536), (2016, 1152), (4096, 4096)])
def test_units_fill_the_scene_and_give_many_combinations(width: int, height: int) -> None:
    plan = layout(width, height)
    assert plan.units[0].top == 0
    for unit, following in zip(plan.units, plan.units[1:], strict=False):
        assert unit.top + unit.rows == following.top
    assert plan.units[-1].top + plan.units[-1].rows == plan.scene
    assert plan.caption >= plan.letters.least
    assert plan.combinations >= COMBINATIONS


def test_a_size_without_room_has_no_layout() -> None:
    with pytest.raises(ValueError, match="no room"):
        layout(199, 128)
