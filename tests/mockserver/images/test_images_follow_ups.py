"""Grids of four, and what follow-ups make of a picture: a person sees that it is the same scene."""

from __future__ import annotations

import io
import zlib
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from proofsheet.mockserver.follow_up_pictures import followed
from proofsheet.mockserver.media.image.layout import layout
from proofsheet.mockserver.media.image.picture import JPEG, PNG, WEBP, Picture
from proofsheet.mockserver.media.image.renderer import Renderer
from proofsheet.spec.follow_up import FollowUp, follow_up

RENDERER = Renderer()
GRID = Picture(640, 512, PNG, 5, b"grid" * 8, "imagine  seed 5", "a boat", grid=True)
OWN = Picture(64, 64, PNG, 9, b"next" * 8, "upscale  seed 9", "a boat")
SAME, NEAR = 4, 15  # mean differences at most: what is coded anew is not the same to the bit


def drawn(picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(RENDERER.draw(picture)))
    image.load()
    return image


def scene(image: Image.Image) -> Image.Image:
    """A picture without its caption."""
    return image.crop((0, 0, image.width, layout(image.width, image.height).scene))


def quarter_of(image: Image.Image, number: int) -> Image.Image:
    width, height = image.width // 2, image.height // 2
    left, top = (number - 1) % 2 * width, (number - 1) // 2 * height
    return image.crop((left, top, left + width, top + height))


def difference(one: Image.Image, other: Image.Image) -> float:
    means = ImageStat.Stat(ImageChops.difference(one, other.resize(one.size))).mean
    return sum(means) / len(means)


def after(parent: Picture, **how: Any) -> Picture:
    return followed(parent, follow_up(how), OWN)


@pytest.mark.parametrize("media_type", [PNG, JPEG, WEBP])
@pytest.mark.parametrize("size", [(640, 512), (600, 500), (642, 514), (300, 290)])
def test_a_grid_is_four_pictures_in_one_file(size: tuple[int, int], media_type: str) -> None:
    grid = Picture(*size, media_type, 5, b"grid" * 8, "imagine", "a boat", grid=True)
    image = drawn(grid)
    assert (image.size, image.mode) == (size, "RGB")
    for number in (1, 2, 3, 4):
        assert difference(quarter_of(image, number), drawn(grid.quarter(number))) < SAME


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_quarter_shows_the_scene_that_the_grid_has_in_its_place(number: int) -> None:
    taken = after(GRID, effect="quarter", index=number)
    assert (taken.width, taken.height, taken.grid) == (320, 256, False)
    assert taken.title == "upscale  seed 9"
    image, grid = scene(drawn(taken)), drawn(GRID)
    away = {each: difference(image, scene(quarter_of(grid, each))) for each in (1, 2, 3, 4)}
    assert away[number] < SAME
    assert all(each > 2 * away[number] for other, each in away.items() if other != number)


def test_a_grid_is_a_function_of_its_description() -> None:
    assert RENDERER.draw(GRID) == Renderer().draw(GRID)
    assert len({GRID.quarter(number) for number in (1, 2, 3, 4)}) == 4


def test_near_pictures_are_like_the_one_that_they_vary_and_no_two_are_alike() -> None:
    taken = after(GRID, effect="quarter", index=2)
    near = after(GRID, effect="vary", index=2, strength=0.2, layout="grid")
    assert (near.width, near.height) == (640, 512)
    image = drawn(near)
    quarters = [scene(quarter_of(image, number)) for number in (1, 2, 3, 4)]
    assert all(difference(each, scene(drawn(taken))) < NEAR for each in quarters)
    assert len({each.tobytes() for each in quarters}) == 4
    again = after(near, effect="vary", index=3, strength=0.2)
    assert difference(scene(drawn(again)), quarters[2]) < NEAR


def test_a_strong_variation_changes_more_than_a_subtle_one() -> None:
    taken = after(GRID, effect="quarter", index=1)
    shown = scene(drawn(taken))
    subtle, strong = (drawn(after(taken, effect="vary", strength=each)) for each in (0.1, 1.0))
    assert 0 < difference(shown, scene(subtle)) < difference(shown, scene(strong))


def test_enlarging_shows_the_same_scene_in_more_pixels() -> None:
    taken = after(GRID, effect="quarter", index=4)
    larger = after(taken, effect="enlarge", times=2)
    assert (larger.width, larger.height) == (640, 512)
    upper = (0, 0, 640, 300)
    assert difference(drawn(taken).crop((0, 0, 320, 150)), drawn(larger).crop(upper)) < SAME
    creative = drawn(after(taken, effect="enlarge", times=2, strength=0.2))
    assert 0.1 < difference(drawn(larger), creative) < NEAR


@pytest.mark.parametrize("times", [1.5, 2])
def test_zooming_out_leaves_the_picture_smaller_in_the_middle(times: float) -> None:
    taken = after(GRID, effect="quarter", index=3)
    wider = after(taken, effect="extend", times=times)
    assert (wider.width, wider.height) == (320, 256)
    width, height = round(320 / times), round(256 / times)
    left, top = (320 - width) // 2, (256 - height) // 2
    middle = drawn(wider).crop((left, top, left + width, top + height))
    assert difference(middle, drawn(taken).resize((width, height), Image.Resampling.LANCZOS)) < SAME


@pytest.mark.parametrize(
    ("side", "size", "at"),
    [
        *(("left", (480, 256), (160, 0)), ("right", (480, 256), (0, 0))),
        *(("up", (320, 384), (0, 128)), ("down", (320, 384), (0, 0))),
    ],
)
def test_panning_adds_to_one_side(side: str, size: tuple[int, int], at: tuple[int, int]) -> None:
    taken = after(GRID, effect="quarter", index=3)
    panned = after(taken, effect="extend", times=1.5, side=side, layout="grid")
    assert (panned.width, panned.height) == (2 * size[0], 2 * size[1])
    image = drawn(panned)
    for number in (1, 2, 3, 4):
        kept = quarter_of(image, number).crop((*at, at[0] + 320, at[1] + 256))
        assert difference(kept, drawn(taken)) < SAME


def test_a_region_is_drawn_anew_where_the_mask_is_white() -> None:
    taken = after(GRID, effect="quarter", index=1)
    mask = Image.new("L", (320, 256))
    ImageDraw.Draw(mask).rectangle((40, 20, 200, 160), fill=255)
    file = io.BytesIO()
    mask.save(file, "PNG")
    how = follow_up({"effect": "repaint", "mask": "/mask"})
    image, before = drawn(followed(taken, how, OWN, {}, file.getvalue())), drawn(taken)
    assert difference(image.crop((0, 170, 320, 256)), before.crop((0, 170, 320, 256))) < 2
    assert difference(image.crop((60, 40, 180, 140)), before.crop((60, 40, 180, 140))) > 5
    assert followed(taken, how, OWN).near  # without a mask it is a variation


def test_what_comes_of_an_edit_goes_on_from_it() -> None:
    wide = after(after(GRID, effect="quarter", index=2), effect="extend", times=2, layout="grid")
    taken = after(wide, effect="quarter", index=3)
    assert difference(drawn(taken), quarter_of(drawn(wide), 3)) < SAME
    assert difference(drawn(taken), drawn(after(taken, effect="vary", strength=0.2))) < NEAR


def test_a_long_line_of_follow_ups_can_be_drawn() -> None:
    picture = Picture(208, 160, JPEG, 1, b"x" * 32, "t", "p")
    for _ in range(60):
        picture = after(picture, effect="extend", times=1.5)
    assert drawn(picture).size == (208, 160)


@pytest.mark.parametrize(
    "how", [{"effect": "enlarge"}, {"effect": "extend", "side": "left"}, {"effect": "vary"}]
)
def test_what_cannot_become_larger_stays_as_it_is(how: dict[str, Any]) -> None:
    picture = Picture(4096, 2048, JPEG, 1, b"x" * 32, "t", "p")
    for _ in range(8):
        picture = after(picture, layout="grid", **how)
        assert picture.width * picture.height <= 64_000_000


@pytest.mark.parametrize(
    ("times", "fields", "worth"),
    [
        (1.5, {}, 1.5),
        (None, {}, 2),
        ("/n", {"n": 1.2}, 1.2),
        ("/n", {"n": "x"}, 2),
        ("/n", {}, 2),
        (90, {}, 4),
    ],
)
def test_how_many_times_may_stand_in_the_request(times: Any, fields: dict[str, Any], worth: float) -> None:
    how = follow_up({"effect": "extend", "times": times})
    assert how.times_of(fields) == worth


def test_an_unknown_effect_is_refused_when_it_is_read() -> None:
    with pytest.raises(ValueError, match="'melt' is none of quarter, vary"):
        follow_up({"effect": "melt"})
    assert follow_up({"effect": "vary"}) == FollowUp("vary")


@pytest.mark.parametrize("media_type", [PNG, JPEG])
def test_kept_rows_of_a_grid_change_its_speed_and_not_its_bytes(media_type: str) -> None:
    grid = replace(GRID, media_type=media_type)
    renderer = Renderer()
    first = renderer.draw(grid)
    assert renderer.draw(grid) == first
    assert Renderer(cache_bytes=0).draw(grid) == first
    assert renderer.kept(grid) is None  # joining thousands of rows is no work for an event loop


def test_a_grid_is_read_by_a_strict_reader() -> None:
    """Pillow passes over the Adler-32 of a PNG's pixels; zlib does not."""
    file = RENDERER.draw(GRID)
    data, at = b"", 8
    while at < len(file):
        length = int.from_bytes(file[at : at + 4], "big")
        kind, body = file[at + 4 : at + 8], file[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + body) == int.from_bytes(file[at + 8 + length : at + 12 + length], "big")
        data += body if kind == b"IDAT" else b""
        at += 12 + length
    assert len(zlib.decompress(data)) == 512 * (1 + 3 * 640)
