"""Texts: pictures described by what is in them, prompts shortened to what matters in them."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from proofsheet.mockserver.media.text import describe, shorten


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (96, 96)) -> Image.Image:
    return Image.new("RGB", size, colour)


def test_a_description_names_colours_light_and_shape() -> None:
    night = describe(plain((16, 30, 80), (192, 96)))
    assert len(set(night.prompts)) == 4
    assert all("navy" in each for each in night.prompts)
    assert any("night" in each or "shadow" in each for each in night.prompts)
    assert any("panorama" in each for each in night.prompts)
    day = describe(plain((250, 236, 200), (96, 192)))
    assert all("cream" in each for each in day.prompts)
    assert any("portrait" in each for each in day.prompts)


def test_two_colours_are_both_named_the_commoner_first() -> None:
    picture = plain((206, 40, 44))
    ImageDraw.Draw(picture).rectangle((0, 0, 96, 20), fill=(48, 104, 206))
    assert "in red and blue" in describe(picture).prompts[0]


def test_a_description_is_a_function_of_the_pixels() -> None:
    assert describe(plain((10, 200, 30))) == describe(plain((10, 200, 30)))
    assert describe(plain((10, 200, 30))) != describe(plain((10, 200, 90)))


@pytest.mark.parametrize(
    ("size", "ratio"),
    [
        *(((1024, 1024), "1:1"), ((1456, 816), "16:9"), ((816, 1456), "9:16"), ((1344, 896), "3:2")),
        *(((960, 1200), "4:5"), ((1, 1), "1:1"), ((500, 1), "500:1"), ((1, 500), "1:500")),
    ],
)
def test_the_ratio_is_the_simplest_that_is_near(size: tuple[int, int], ratio: str) -> None:
    assert describe(plain((1, 2, 3), size)).ratio == ratio


def test_filler_is_struck_out_and_what_matters_is_bold() -> None:
    found = shorten("a lighthouse on a cliff, in the style of watercolour")
    assert found.marked.startswith("~~a~~ **lighthouse** ~~on~~ ~~a~~")
    assert (
        found.marked.replace("**", "").replace("~~", "")
        == "a lighthouse on a cliff, in the style of watercolour"
    )


def test_prompts_become_shorter_and_keep_order_and_commas() -> None:
    prompt = "old lighthouse, stormy sea, seagulls, wooden boat, lantern, rocks"
    found = shorten(prompt)
    lengths = [len(each.split()) for each in found.prompts]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] < len(prompt.split())
    for each in found.prompts:
        words = each.replace(",", "").split()
        assert words == [word for word in prompt.replace(",", "").split() if word in words]
    assert "lighthouse, stormy" in found.prompts[0]


@pytest.mark.parametrize("prompt", ["", " ,, ", "a of the", "猫", "x" * 5000])
def test_any_prompt_is_shortened(prompt: str) -> None:
    found = shorten(prompt)
    assert len(found.prompts) == 5
    assert found.marked.replace("**", "").replace("~~", "") == prompt
