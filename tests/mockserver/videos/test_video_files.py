"""Videos are real files: as large and as long as asked for, with the picture first and a mark that moves."""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import av
import pytest
from PIL import Image, ImageChops, ImageStat

from proofsheet.mockserver.media.image.picture import JPEG, PNG, WEBP, Edit, Picture
from proofsheet.mockserver.media.image.renderer import Renderer
from proofsheet.mockserver.media.video.bits import Reader, Writer, hidden, shown
from proofsheet.mockserver.media.video.motion import place
from proofsheet.mockserver.media.video.video import Video, pieces

RENDERER = Renderer()


def described(width: int = 320, height: int = 192, seconds: float = 1.0, fps: int = 24, **more: Any) -> Video:
    picture = Picture(width, height, JPEG, more.pop("seed", 7), b"x" * 32, "title", "a prompt — mit Umlaut")
    return Video(picture, seconds, fps, **{"sounds": True, **more})


@lru_cache
def file(video: Video) -> bytes:
    return b"".join(pieces(video, RENDERER.draw))


def frames(data: bytes) -> list[Image.Image]:
    with av.open(io.BytesIO(data)) as container:
        container.streams.video[0].codec_context.options = {"err_detect": "explode"}
        return [each.to_image() for each in container.decode(video=0)]


def apart(one: Image.Image, other: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).rms)


@pytest.mark.parametrize(
    ("size", "seconds", "fps"),
    [((320, 192), 1.0, 24), ((322, 182), 0.5, 30), ((64, 64), 2.0, 10), ((16, 16), 0.01, 24)],
)
def test_it_is_as_large_and_long_and_fast_as_asked(size: tuple[int, int], seconds: float, fps: int) -> None:
    data = file(described(*size, seconds, fps))
    count = max(1, round(seconds * fps))
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", *size)
        assert (stream.frames, stream.average_rate) == (count, Fraction(fps))
    assert len(frames(data)) == count


def test_equal_requests_give_equal_bytes_and_another_seed_other_ones() -> None:
    data = file(described())
    assert b"".join(pieces(described(), Renderer().draw)) == data
    assert file(described(seed=8)) != data


def test_the_first_frame_is_the_picture_and_only_the_mark_moves() -> None:
    video = described()
    first, *_, last = frames(file(video))
    drawn = Image.open(io.BytesIO(RENDERER.draw(video.picture)))
    assert apart(first, drawn) < 8
    column, row = place((20, 12), 23 / 24, 7)
    changed = ImageChops.difference(first, last).point(lambda value: 255 * (value > 12)).getbbox()
    assert changed is not None
    assert (changed[0] // 16, changed[1] // 16) == (column, row)
    assert changed[2] - changed[0] <= 32
    assert changed[3] - changed[1] <= 32


def test_an_animated_picture_is_the_first_frame_without_a_caption() -> None:
    out = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").resize((320, 192)).save(out, "PNG")
    edit = Edit("animate", (out.getvalue(),))
    picture = Picture(320, 192, JPEG, 1, b"x" * 32, "title", "prompt", edit=edit)
    first = frames(file(Video(picture, 0.2, 10, False)))[0]
    assert apart(first, Image.open(io.BytesIO(out.getvalue()))) < 8


def test_it_ends_with_another_picture_where_one_is_given() -> None:
    out = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").resize((320, 192)).save(out, "PNG")
    first = described()
    video = replace(first, last=replace(first.picture, edit=Edit("animate", (out.getvalue(),))), sounds=False)
    shown = frames(file(video))
    assert len(shown) == 24
    for number in (0, 15):
        assert apart(shown[number], frames(file(first))[0]) < 30
    for number in (16, 23):
        assert apart(shown[number], Image.open(io.BytesIO(out.getvalue()))) < 30
    with av.open(io.BytesIO(file(video))) as container:
        assert [each.is_keyframe for each in container.demux(video=0)][:24].count(True) == 2
    assert (video.still("first-frame"), video.still("last-frame")) == (video.picture, video.last)


def test_it_sounds_as_long_as_it_lasts_or_not_at_all() -> None:
    with av.open(io.BytesIO(file(described(seconds=2.0)))) as container:
        heard = list(container.decode(audio=0))
    assert sum(each.samples for each in heard) / 24_000 == pytest.approx(2.0, abs=0.05)
    floats = [memoryview(bytes(each.planes[0])[: 4 * each.samples]).cast("f") for each in heard]
    assert max(map(max, floats)) > 0.02
    with av.open(io.BytesIO(file(described(sounds=False)))) as container:
        assert not container.streams.audio


def test_it_says_what_it_was_made_of() -> None:
    with av.open(io.BytesIO(file(described()))) as container:
        assert "a prompt — mit Umlaut" in container.metadata["comment"]
        assert container.metadata["title"] == "title"


def test_its_index_comes_first_so_that_it_plays_while_it_comes() -> None:
    data = file(described())
    assert data.index(b"moov") < data.index(b"mdat")


def test_it_is_shown_as_a_thumbnail_and_a_sprite_sheet() -> None:
    video = described(1280, 720)
    small = Image.open(io.BytesIO(file(video.shown_as(WEBP))))
    sheet = Image.open(io.BytesIO(file(video.shown_as(JPEG))))
    assert (small.format, small.size) == ("WEBP", (512, 288))
    assert (sheet.format, sheet.size) == ("JPEG", (1600, 90))
    assert Image.open(io.BytesIO(file(video.shown_as(PNG)))).format == "PNG"


def test_bits_are_read_as_they_were_written_and_hide_start_codes() -> None:
    made = Writer().golomb(0).golomb(7).fixed(5, 3).golomb(300).ended()
    read = Reader(made)
    assert [read.golomb(), read.golomb(), read.fixed(3), read.golomb()] == [0, 7, 5, 300]
    for data in (b"\0\0\1", b"\0\0\0\0\3", b"\0\0\4", b"x\0\0\2\0\0\0"):
        assert b"\0\0\1" not in hidden(data)
        assert shown(hidden(data)) == data
