"""Captions: legible, cut to fit, never a failure."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageStat

from proofsheet.mockserver.media.image.caption import Captions
from proofsheet.mockserver.media.image.layout import layout
from proofsheet.mockserver.media.image.lettering import GLYPHS, GROUND, Lettering
from proofsheet.mockserver.media.image.picture import PNG, Picture

CAPTIONS = Captions()
LINES = Lettering(20, 16, 200)


def picture(title: str, prompt: str, width: int = 640, height: int = 400) -> Picture:
    return Picture(width, height, PNG, 1, b"i" * 16, title, prompt)


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(codec=None)), st.text(), st.sampled_from([200, 320, 640, 2048]))
def test_any_text_fits_its_caption(title: str, prompt: str, width: int) -> None:
    plan = layout(width, 1000)
    image = CAPTIONS.whole(plan, picture(title, prompt, width, 1000))
    assert (image.size, image.mode) == ((width, plan.caption), "RGB")


@pytest.mark.parametrize(
    "prompt", ["雪山下的湖泊", "Ελληνικά", "😀👩‍👩‍👧", "\ud800", "שלום", "a\x00b\r\n\tc", "é" * 9]
)
def test_scripts_beyond_ascii_leave_ink(prompt: str) -> None:
    image = LINES.line(prompt, 600)
    assert image.height == 20
    assert image.getextrema()[1] > 100


def test_different_characters_beyond_the_font_look_different() -> None:
    assert LINES.line("雪", 600).tobytes() != LINES.line("山", 600).tobytes()


def test_accents_fall_off() -> None:
    assert LINES.line("café", 600).tobytes() == LINES.line("cafe", 600).tobytes()


def test_a_long_text_ends_in_dots() -> None:
    dots = LINES.line("...", 600)
    cut = LINES.line("A lighthouse in a storm " * 200, 500)
    assert cut.width <= 500
    assert cut.crop((cut.width - dots.width, 0, *cut.size)).tobytes() == dots.tobytes()
    assert LINES.line("anything", 1).width <= 1


def test_the_usual_title_is_not_cut_at_640_pixels() -> None:
    plan = layout(640, 640)
    line = Lettering(plan.letters.lines[0], plan.letters.fonts[0], 250)
    title = "generateCore  seed 4294967294  1536 x 1536"
    assert line.line(title, 640 - 4 * 10 - 140).tobytes() == line.line(title, 2000).tobytes()


def test_the_text_stands_out() -> None:
    plan = layout(640, 400)
    image = CAPTIONS.text(plan, picture("title " * 5, "prompt " * 10)).convert("L")
    assert image.getextrema()[0] == GROUND
    assert image.getextrema()[1] > 220
    assert ImageStat.Stat(image).stddev[0] > 8


def test_glyphs_are_forgotten_in_the_end() -> None:
    lettering = Lettering(20, 16, 200)
    for start in range(0x4E00, 0x4E00 + 2 * GLYPHS, 100):
        lettering.line("".join(map(chr, range(start, start + 100))), 4096)
    assert len(lettering._glyphs) <= GLYPHS
