"""Uploads: read to the last byte, refused with a reason, never trusted."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from proofsheet.mockserver.media.image.picture import PNG, Edit, Picture
from proofsheet.mockserver.media.image.renderer import Renderer
from proofsheet.mockserver.media.image.safe_decode import Unreadable
from proofsheet.mockserver.media.image.upload import Upload, open_upright, read_upload, thumbnail


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def busy(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    ramp = Image.linear_gradient("L").resize(size)
    return Image.merge("RGB", (ramp, ramp.rotate(180), ramp.rotate(90).resize(size))).convert(mode)


def deep() -> Image.Image:
    greys = busy("L").tobytes()
    return Image.frombytes("I;16", (60, 40), b"".join(b"\x10%c" % grey for grey in greys))


def animation(kind: str) -> bytes:
    frames = [busy(), busy().rotate(180), busy().rotate(5)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:])


def orientation(turn: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = turn
    return saved(busy(), "JPEG", exif=exif)


def png_claiming(width: int, height: int) -> bytes:
    """A short file that declares a size, with honest checksums."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def heavy_metadata() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("note", "x" * 900_000)
    return saved(busy(), "PNG", pnginfo=notes, icc_profile=bytes(500_000))


FILES: dict[str, tuple[Callable[[], bytes], Upload]] = {
    "png": (lambda: saved(busy(), "PNG"), Upload(60, 40, "png", 1)),
    "png with alpha": (lambda: saved(busy("RGBA"), "PNG"), Upload(60, 40, "png", 1)),
    "png of one bit": (lambda: saved(busy("1"), "PNG"), Upload(60, 40, "png", 1)),
    "png with a palette": (lambda: saved(busy("P"), "PNG"), Upload(60, 40, "png", 1)),
    "png of 16 bits": (lambda: saved(deep(), "PNG"), Upload(60, 40, "png", 1)),
    "png grey": (lambda: saved(busy("LA"), "PNG"), Upload(60, 40, "png", 1)),
    "png animated": (lambda: animation("PNG"), Upload(60, 40, "png", 3)),
    "png heavy": (heavy_metadata, Upload(60, 40, "png", 1)),
    "jpeg": (lambda: saved(busy(), "JPEG"), Upload(60, 40, "jpeg", 1)),
    "jpeg grey": (lambda: saved(busy("L"), "JPEG"), Upload(60, 40, "jpeg", 1)),
    "jpeg cmyk": (lambda: saved(busy("CMYK"), "JPEG"), Upload(60, 40, "jpeg", 1)),
    "jpeg progressive": (
        lambda: saved(busy(), "JPEG", progressive=True),
        Upload(60, 40, "jpeg", 1),
    ),
    "jpeg lying": (lambda: orientation(6), Upload(40, 60, "jpeg", 1)),
    "jpeg upside down": (lambda: orientation(3), Upload(60, 40, "jpeg", 1)),
    "webp": (lambda: saved(busy(), "WEBP"), Upload(60, 40, "webp", 1)),
    "webp lossless": (
        lambda: saved(busy("RGBA"), "WEBP", lossless=True),
        Upload(60, 40, "webp", 1),
    ),
    "webp extended": (
        lambda: saved(busy(), "WEBP", icc_profile=bytes(200)),
        Upload(60, 40, "webp", 1),
    ),
    "webp animated": (lambda: animation("WEBP"), Upload(60, 40, "webp", 3)),
    "gif": (lambda: saved(busy("P"), "GIF"), Upload(60, 40, "gif", 1)),
    "gif animated": (lambda: animation("GIF"), Upload(60, 40, "gif", 2)),
    "bmp": (lambda: saved(busy(), "BMP"), Upload(60, 40, "bmp", 1)),
    "tiff": (lambda: saved(busy(), "TIFF"), Upload(60, 40, "tiff", 1)),
}


@pytest.mark.parametrize("name", FILES)
def test_every_kind_is_read_and_drawn_from(name: str) -> None:
    make, expected = FILES[name]
    data = make()
    assert read_upload(data) == expected
    flat = open_upright(data)
    assert (flat.mode, flat.size) == ("RGB", (expected.width, expected.height))
    low, high = flat.convert("L").getextrema()
    assert high - low > 60, "the ramp is still there"
    picture = Picture(208, 160, PNG, 1, b"i" * 16, "t", "p", edit=Edit("reimagine", (data,), strength=0.3))
    assert Image.open(io.BytesIO(Renderer().draw(picture))).size == (208, 160)


@pytest.mark.parametrize("name", [name for name in FILES if "animated" not in name])
def test_a_truncated_file_is_found(name: str) -> None:
    data = FILES[name][0]()
    cuts = [len(data) // 2, len(data) * 9 // 10]
    if name.startswith(("png", "jpeg", "webp")):
        cuts += [len(data) - 1, len(data) - 2]
    for cut in [len(data) // 5, *cuts]:
        with pytest.raises(Unreadable) as refusal:
            read_upload(data[:cut])
        assert refusal.value.reason == "broken"
        assert str(refusal.value)


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"%PDF-1.7", b"RIFF\x00\x00\x00\x00WAVEfmt ", b"\x00" * 64, b"<svg/>"],
)
def test_what_is_no_picture_has_no_format(data: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_upload(data)
    assert refusal.value.reason == "format"


def test_formats_that_are_not_on_the_list_are_unknown() -> None:
    for kind in ("ICO", "PPM", "TGA", "AVIF"):
        with pytest.raises(Unreadable) as refusal:
            read_upload(saved(busy(), kind))
        assert refusal.value.reason == "format"


@pytest.mark.parametrize("size", [(60_000, 60_000), (10_000, 9_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_found_before_it_is_decoded(size: tuple[int, int]) -> None:
    webp = bytearray(saved(busy(), "WEBP", icc_profile=bytes(200)))
    webp[24:30] = b"\xff\x3f\x00\xff\x3f\x00"
    gif = bytearray(saved(busy("P"), "GIF"))
    gif[6:10] = b"\xff\xff\xff\xff"
    for data in (png_claiming(*size), bytes(webp), bytes(gif)):
        with pytest.raises(Unreadable) as refusal:
            read_upload(data)
        assert refusal.value.reason == "bomb"


def test_the_cap_is_the_callers() -> None:
    data = saved(busy(), "PNG")
    assert read_upload(data, max_pixels=2400).width == 60
    with pytest.raises(Unreadable) as refusal:
        read_upload(data, max_pixels=2399)
    assert refusal.value.reason == "bomb"


def test_a_picture_without_pixels_is_broken() -> None:
    with pytest.raises(Unreadable) as refusal:
        read_upload(png_claiming(0, 5))
    assert refusal.value.reason == "broken"


def test_a_wrong_checksum_is_found() -> None:
    data = bytearray(saved(busy(), "PNG"))
    data[data.index(b"IDAT") + 20] ^= 1
    with pytest.raises(Unreadable) as refusal:
        read_upload(bytes(data))
    assert refusal.value.reason == "broken"


def test_transparency_turns_white_and_16_bits_keep_their_greys() -> None:
    clear = Image.new("RGBA", (10, 10), (255, 0, 0, 0))
    assert open_upright(saved(clear, "PNG")).getpixel((5, 5)) == (255, 255, 255)
    grey = Image.new("I;16", (10, 10), 0x8000)
    assert open_upright(saved(grey, "PNG")).getpixel((5, 5)) == (128, 128, 128)


def test_an_upload_is_turned_upright() -> None:
    image = Image.new("RGB", (64, 32), (255, 255, 255))
    image.paste((0, 0, 0), (0, 0, 32, 32))  # black on the left
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise: black at the top
    upright = open_upright(saved(image, "JPEG", exif=exif))
    assert upright.size == (32, 64)
    assert upright.getpixel((16, 5)) == (0, 0, 0)
    assert upright.getpixel((16, 60)) == (255, 255, 255)


def test_a_thumbnail_is_a_small_jpeg() -> None:
    small = Image.open(io.BytesIO(thumbnail(saved(busy(size=(900, 300)), "PNG"), 96)))
    assert (small.format, small.size) == ("JPEG", (96, 32))
    with pytest.raises(Unreadable):
        thumbnail(b"no picture", 96)


SEEDS = [make() for name, (make, _) in FILES.items() if name != "png heavy"]


def check(data: bytes) -> None:
    """Reads the data; any error but Unreadable fails the test."""
    try:
        upload: Upload | None = read_upload(data, max_pixels=1_000_000)
        reason = ""
    except Unreadable as refusal:
        upload, reason = None, refusal.reason
    if upload is None:
        assert reason in ("format", "broken", "bomb")
    else:
        assert min(upload.width, upload.height, upload.frames) > 0
        assert upload.width * upload.height <= 1_000_000


STARTS = [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"BM", b"II*\x00", b"MM\x00*"]
CHUNKS = [b"RIFF\x10\x00\x00\x00WEBP" + kind for kind in (b"VP8 ", b"VP8X", b"VP8L", b"")]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6),
    st.floats(0, 1.2),
)
def test_mutated_files_are_read_or_refused(data: bytes, changes: list[tuple[float, int]], end: float) -> None:
    mutant = bytearray(data)
    for place, value in changes:
        mutant[int(place * (len(mutant) - 1))] = value
    check(bytes(mutant[: round(len(mutant) * end)]))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(STARTS + CHUNKS), st.binary(max_size=300))
def test_random_bytes_are_refused(start: bytes, rest: bytes) -> None:
    check(start + rest)
