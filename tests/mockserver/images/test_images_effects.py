"""Pictures that come from pictures: each does what the name of its effect says, and nothing else."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from proofsheet.mockserver.media.image.edits import stand_in
from proofsheet.mockserver.media.image.effects import EFFECTS
from proofsheet.mockserver.media.image.picture import JPEG, LARGEST_EDIT, PNG, WEBP, Edit, Picture
from proofsheet.mockserver.media.image.regions import grown
from proofsheet.mockserver.media.image.renderer import Renderer
from proofsheet.mockserver.media.image.safe_decode import Unreadable
from proofsheet.mockserver.media.image.upload import open_upright

SIZE = (320, 240)
BOX = (180, 60, 280, 140)  # what the mask shows
BALL = (100, 60, 220, 180)
GROUND = (225, 228, 232)
URL = "https://pictures.example/a.png"
RENDERER = Renderer()


def saved(image: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def ball() -> Image.Image:
    image = Image.new("RGB", SIZE, GROUND)
    ImageDraw.Draw(image).ellipse(BALL, fill=(205, 50, 40))
    return image


def masked(inside: int = 255, outside: int = 0) -> bytes:
    mask = Image.new("L", SIZE, outside)
    mask.paste(inside, BOX)
    return saved(mask)


SOURCE = saved(ball())


def made(effect: str, size: tuple[int, int] = SIZE, media_type: str = PNG, **edit: Any) -> Picture:
    edit = {"sources": (SOURCE,), **edit}
    return Picture(*size, media_type, 7, b"i" * 16, "title", "prompt", edit=Edit(effect, **edit))


def drawn(picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(RENDERER.draw(picture)))
    image.load()
    return image


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of the channels, 0 to 255."""
    means = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean
    return sum(means) / 3


def within(box: tuple[int, int, int, int]) -> Image.Image:
    mask = Image.new("L", SIZE)
    mask.paste(255, box)
    return mask


@pytest.mark.parametrize("media_type", [PNG, JPEG, WEBP])
@pytest.mark.parametrize("effect", EFFECTS)
def test_every_effect_gives_the_file_that_is_declared_and_always_the_same(
    effect: str, media_type: str
) -> None:
    others = (
        ((90, 400), (1, 1), (700, 50)) if media_type == PNG else ()
    )  # the shape is no matter of the format
    for size in (SIZE, *others):
        picture = made(effect, size, media_type, sources=(SOURCE, URL, stand_in("other")), mask=masked())
        data = RENDERER.draw(picture)
        image = Image.open(io.BytesIO(data))
        image.load()
        assert image.size == size
        assert f"image/{image.format}".lower() == media_type
        assert image.mode == ("RGBA" if effect == "cut-out" and media_type != JPEG else "RGB")
        assert data == Renderer(cache_bytes=0).draw(picture)


@pytest.mark.parametrize("effect", EFFECTS)
def test_every_effect_shows_its_source(effect: str) -> None:
    """Another source gives another picture, nearer to it than to the first."""
    blue = Image.new("RGB", SIZE, (20, 30, 160))
    ImageDraw.Draw(blue).rectangle((30, 30, 120, 200), fill=(240, 220, 40))
    one, other = (drawn(made(effect, sources=(each,), mask=masked())) for each in (SOURCE, saved(blue)))
    assert difference(one, other) > 2


def test_an_enlargement_shows_the_same_scene_larger_above_its_caption() -> None:
    large = drawn(made("enlarge", (1280, 960)))
    again = large.resize(SIZE, Image.Resampling.BOX)
    above = (0, 0, SIZE[0], 200)
    assert difference(again.crop(above), ball().crop(above)) < 1
    assert difference(again.crop((0, 230, 320, 240)), ball().crop((0, 230, 320, 240))) > 50


@pytest.mark.parametrize("margins", [(40, 0, 0, 0), (0, 33, 17, 0), (100, 90, 80, 70), (700, 0, 0, 500)])
def test_an_extension_keeps_the_picture_in_its_place(margins: tuple[int, int, int, int]) -> None:
    left, right, up, down = margins
    size = SIZE[0] + left + right, SIZE[1] + up + down
    whole = drawn(made("extend", size, margins=margins))
    kept = whole.crop((left, up, left + SIZE[0], up + SIZE[1]))
    assert kept.tobytes() == ball().tobytes()
    for at in {(max(left - 1, 0), up + 5), (left + 5, max(up - 1, 0))}:  # the surroundings go on from it
        seen = whole.getpixel(at)
        assert isinstance(seen, tuple)
        assert max(abs(a - b) for a, b in zip(seen, GROUND, strict=True)) < 12


@pytest.mark.parametrize("effect", ["repaint", "erase"])
@pytest.mark.parametrize(("region", "mask"), [("white", masked()), ("black", masked(0, 255))])
def test_a_mask_changes_its_region_and_nothing_else(effect: str, region: str, mask: bytes) -> None:
    image = drawn(made(effect, region=region, mask=mask))
    changed = ImageChops.difference(image, ball()).convert("L").point([0] + [255] * 255)
    box = changed.getbbox()
    assert box is not None
    assert ImageChops.subtract(changed, within(BOX)).getbbox() is None
    assert difference(image.crop(BOX), ball().crop(BOX)) > 10


def test_a_mask_grows_by_the_pixels_that_are_asked_for() -> None:
    for pixels in (0, 1, 2, 5, 20, 100):
        left, top, right, bottom = BOX
        wider = (left - pixels, top - pixels, right + pixels, bottom + pixels)
        assert ImageChops.difference(grown(within(BOX), pixels), within(wider)).getbbox() is None
    image = drawn(made("repaint", mask=masked(), grow=9))
    changed = ImageChops.difference(image, ball()).convert("L").point([0] * 3 + [255] * 253)
    assert changed.getbbox() == (BOX[0] - 9, BOX[1] - 9, BOX[2] + 9, BOX[3] + 9)


def test_without_a_mask_the_transparent_part_is_repainted_and_nothing_where_there_is_none() -> None:
    hollow = ball().convert("RGBA")
    hollow.putalpha(ImageChops.invert(within(BOX)))
    for region in ("white", "alpha"):
        image = drawn(made("repaint", sources=(saved(hollow),), region=region))
        rest = Image.composite(ball(), image, ImageChops.invert(within(BOX)))
        assert difference(rest, image) == 0
        assert difference(image.crop(BOX), ball().crop(BOX)) > 10
    assert drawn(made("repaint")).tobytes() == ball().tobytes()


def test_what_is_erased_is_filled_from_its_surroundings() -> None:
    spot = Image.new("RGB", SIZE, GROUND)
    spot.paste((10, 10, 10), BOX)
    image = drawn(made("erase", sources=(saved(spot),), mask=masked(), grow=2))
    assert difference(image, Image.new("RGB", SIZE, GROUND)) < 0.5


def test_a_cut_out_keeps_its_subject_and_loses_its_background() -> None:
    alpha = drawn(made("cut-out")).getchannel("A")
    assert alpha.getpixel((160, 120)) == 255
    assert all(alpha.getpixel(at) == 0 for at in ((0, 0), (319, 0), (5, 120), (310, 230), (60, 120)))
    shown = Image.new("L", SIZE)
    ImageDraw.Draw(shown).ellipse(BALL, fill=255)
    assert ImageStat.Stat(ImageChops.difference(alpha, shown)).mean[0] < 6


def test_a_subject_that_is_cut_out_already_stays_as_it_is() -> None:
    hollow = ball().convert("RGBA")
    hollow.putalpha(within(BALL))
    alpha = drawn(made("cut-out", sources=(saved(hollow),))).getchannel("A")
    assert alpha.tobytes() == within(BALL).tobytes()


def test_a_flat_picture_has_a_subject_too() -> None:
    alpha = drawn(made("cut-out", sources=(saved(Image.new("RGB", SIZE, GROUND)),))).getchannel("A")
    assert alpha.getpixel((160, 120)) == 255
    assert alpha.getpixel((0, 0)) == 0


def test_another_background_leaves_the_subject() -> None:
    middle = (130, 90, 190, 150)
    scene = drawn(made("replace-background"))
    given = drawn(made("replace-background", sources=(SOURCE, saved(Image.new("RGB", SIZE, (0, 90, 0))))))
    for image in (scene, given):
        assert difference(image.crop(middle), ball().crop(middle)) < 2
        assert difference(image.crop((0, 0, 80, 80)), ball().crop((0, 0, 80, 80))) > 10
    assert given.getpixel((5, 5)) == (0, 90, 0)


def test_recolouring_a_subject_leaves_what_is_around_it() -> None:
    image = drawn(made("recolor", region="subject"))
    assert difference(image.crop((130, 90, 190, 150)), ball().crop((130, 90, 190, 150))) > 10
    assert difference(image.crop((0, 0, 90, 240)), ball().crop((0, 0, 90, 240))) < 1


def test_a_style_gives_its_colours_to_the_scene() -> None:
    green = Image.linear_gradient("L").resize(SIZE)
    source = saved(Image.merge("RGB", (green.point(lambda v: v // 4), green, green.point(lambda v: v // 4))))
    red, shade, blue = ImageStat.Stat(drawn(made("style", sources=(source,))).crop((0, 0, 320, 160))).mean
    assert shade > 2 * max(red, blue)


def test_a_url_is_drawn_from_its_text_alone() -> None:
    one, again, other = (drawn(made("enlarge", sources=(each,))) for each in (URL, URL, URL + "?2"))
    assert one.tobytes() == again.tobytes()
    assert difference(one, other) > 2
    assert (
        difference(one.crop((0, 0, 320, 180)), drawn(stand_in(URL)).resize(SIZE).crop((0, 0, 320, 180))) < 3
    )


def test_a_source_that_is_no_picture_is_an_error_of_ours() -> None:
    with pytest.raises(Unreadable):
        RENDERER.draw(made("enlarge", sources=(b"no picture",)))


def test_sizes_are_bounded() -> None:
    with pytest.raises(ValueError, match="no picture is"):
        made("extend", (LARGEST_EDIT, 1000))
    assert drawn(made("extend", (5000, 40), margins=(4680, 0, 0, 0))).size == (5000, 40)


def test_what_it_holds_is_what_its_uploads_weigh() -> None:
    inner = made("enlarge", mask=b"12345")
    outer = made("blend", sources=(inner, b"123", URL))
    assert inner.bytes_held == len(SOURCE) + 5
    assert outer.bytes_held == inner.bytes_held + 3 + len(URL)
    assert outer.without_uploads().bytes_held == 0
    assert replace(outer, edit=None).bytes_held == 0


def test_uploads_keep_their_alpha_only_where_it_is_asked_for() -> None:
    hollow = Image.new("RGBA", (4, 4), (1, 2, 3, 0))
    assert open_upright(saved(hollow), alpha=True).mode == "RGBA"
    assert open_upright(saved(hollow)).getpixel((0, 0)) == (255, 255, 255)
