"""Drawings (SVG): of the size asked for, the same each time, with the prompt as text, and safe."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageDraw

from proofsheet.mockserver.media.image.picture import PNG, SVG, Edit, Picture
from proofsheet.mockserver.media.image.renderer import Renderer
from proofsheet.mockserver.media.vector.tracing import layers

ONE = Picture(640, 400, SVG, 7, b"one" * 11, "generateImage  seed 7", "A boat")
NAME = "{http://www.w3.org/2000/svg}"


def drawn(picture: Picture) -> ElementTree.Element:
    return ElementTree.fromstring(Renderer().draw(picture))


def test_a_drawing_has_the_size_and_says_what_it_shows() -> None:
    root = drawn(ONE)
    assert root.tag == f"{NAME}svg"
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("640", "400", "0 0 640 400")
    assert [each.text for each in root.iter(f"{NAME}text")] == [ONE.title, ONE.prompt]
    assert len({each.get("fill") for each in root.iter(f"{NAME}path")}) > 3


def test_equal_descriptions_give_equal_files_and_others_do_not() -> None:
    assert Renderer().draw(ONE) == Renderer().draw(ONE)
    assert Renderer().draw(ONE) != Renderer().draw(replace(ONE, seed=8))


@pytest.mark.parametrize(
    "prompt",
    [
        "<script>alert(1)</script>",
        "]]></title><script/>",
        "&lt;&#0;",
        "\x00\x0b\ufffe\ud800",
        "é 日本 \U0001f600",
        "x" * 9999,
    ],
)
def test_no_prompt_breaks_out(prompt: str) -> None:
    kinds = {each.tag.removeprefix(NAME) for each in drawn(replace(ONE, prompt=prompt)).iter()}
    assert kinds == {"svg", "title", "desc", "path", "rect", "text"}


def test_a_picture_becomes_its_shapes_and_what_is_clear_stays_clear() -> None:
    given, out = Image.new("RGBA", (400, 300), (0, 0, 0, 0)), BytesIO()
    ImageDraw.Draw(given).ellipse((100, 50, 300, 250), fill=(200, 30, 30, 255))
    given.save(out, "PNG")
    root = drawn(replace(ONE, width=400, height=300, edit=Edit("convert", (out.getvalue(),))))
    assert not list(root.iter(f"{NAME}text")), "a caption would hide the picture"
    reds = [curve for (red, green, _), curves in layers(given) if red > green + 99 for curve in curves]
    assert reds
    xs, ys = zip(*(point for curve in reds for point in curve), strict=True)
    assert (min(xs), max(xs), min(ys), max(ys)) == pytest.approx((1 / 4, 3 / 4, 1 / 6, 5 / 6), abs=0.02)


def test_small_and_flat_pictures_are_drawn_too() -> None:
    assert drawn(replace(ONE, width=16, height=9)).get("viewBox") == "0 0 16 9"
    assert len(list(layers(Image.new("RGB", (50, 50), "red")))) == 1


def test_where_only_pixels_can_be_shown_it_is_a_picture() -> None:
    assert ONE.preview == replace(ONE, media_type=PNG)
