"""What an edit leaves of its picture: what passes, what is found, what is harmless."""

from __future__ import annotations

import copy
import inspect
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from judging import Judged
from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from proofsheet.contracts.checks import edited_pictures, media_quality
from proofsheet.contracts.checks.edited_pictures import ChangesPicture, IsCutOut, KeepsPicture
from proofsheet.contracts.checks.image_facts import SMALL, small
from proofsheet.contracts.derive.answer_forms import PaidRequest
from proofsheet.contracts.derive.edited_pictures import changed, kept, size_of
from proofsheet.contracts.derive.samples import smallest
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.derive.source_pictures import SIDES, in_json, mask_picture, source_picture
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.contracts.plan.plan import plan
from proofsheet.spec import build
from proofsheet.spec.document import Document
from proofsheet.spec.load import resolve
from proofsheet.spec.resized import Resized
from proofsheet.spec.yaml_reader import Source as Plain

GIVEN = Image.open(io.BytesIO(source_picture({})))
MASK = Image.open(io.BytesIO(mask_picture({}, {}))).convert("L")
MARGINS = (64, 64, 64, 64)
CANVAS = Resized("image", canvas=(("width",), ("height",), ("x",), ("y",)))
NEW = Image.radial_gradient("L").resize(SIDES).convert("RGB")


def told(
    check: Expectation, picture: Image.Image, document: Document, kind: str = "PNG", **how: Any
) -> list[str]:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    headers = (("content-type", "image/png"),)
    exchange = Exchange("POST", "http://t.test/x", (), b"", 200, headers, out.getvalue())
    return list(check.findings(Answer(exchange, document.operations["extendPicture"])))


def extended(around: tuple[int, int, int] = (90, 120, 60), at: tuple[int, int] = (64, 64)) -> Image.Image:
    whole = Image.new("RGB", (SIDES[0] + 128, SIDES[1] + 128), around)
    whole.paste(GIVEN, at)
    return whole


def repainted(mask: Image.Image = MASK) -> Image.Image:
    return Image.composite(NEW, GIVEN, mask)


def expected(
    edits: Document, name: str, which: Callable[..., Expectation | None], **fields: Any
) -> Expectation:
    operation = edits.operations[name]
    request = PaidRequest(operation, smallest(operation, **fields), "image/png")
    found = which(request, "r")
    assert found is not None
    return found


def marked(picture: Image.Image) -> Image.Image:
    """With a service's mark in a corner."""
    marked = picture.copy()
    marked.paste(
        (255, 255, 255), (picture.width - 80, picture.height - 24, picture.width - 8, picture.height - 8)
    )
    return marked


HARMLESS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as it is": lambda picture: picture,
    "brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.06),
    "softer": lambda picture: picture.filter(ImageFilter.GaussianBlur(1.5)),
    "moved by a pixel": lambda picture: ImageChops.offset(picture, 1, 1),
    "through another size": lambda picture: picture.reduce(2).resize(picture.size),
    "with a mark": marked,
    "with alpha": lambda picture: picture.convert("RGBA"),
}


@pytest.mark.parametrize("how", HARMLESS)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_what_is_kept_passes_however_it_is_packed(edits: Document, how: str, kind: str) -> None:
    change = HARMLESS[how]
    mode = "RGB" if kind == "JPEG" else None
    for name, picture in (("extendPicture", extended()), ("repaintPicture", repainted())):
        shown = change(picture)
        shown = shown.convert(mode) if mode else shown
        assert told(expected(edits, name, kept), shown, edits, kind, quality=60) == [], name
    assert told(expected(edits, "repaintPicture", changed), change(repainted()), edits) == []


def test_an_extension_that_loses_its_picture_is_found(edits: Document) -> None:
    check = expected(edits, "extendPicture", kept)
    for wrong in (
        extended().transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        extended(at=(0, 0)),
        GIVEN.resize(extended().size),
        NEW.resize(extended().size),
        ImageChops.invert(extended()),
        extended().convert("L").convert("RGB"),
    ):
        [message] = told(check, wrong, edits)
        assert "of the given picture there or more, came" in message


def test_a_mask_that_is_ignored_or_turned_is_found(edits: Document) -> None:
    keeps, changes = (expected(edits, "repaintPicture", which) for which in (kept, changed))
    other = repainted(ImageChops.invert(MASK))
    assert told(keeps, other, edits) != []
    assert told(changes, other, edits) == ["expected another picture where the mask is, came the given one"]
    assert told(changes, GIVEN, edits) != []
    assert told(keeps, GIVEN, edits) == []
    assert told(keeps, NEW, edits) != []
    assert told(changes, NEW, edits) == []


def test_a_mask_may_spread_as_far_as_it_is_grown(edits: Document) -> None:
    wider = MASK.filter(ImageFilter.MaxFilter(41)).filter(ImageFilter.GaussianBlur(3))
    assert told(expected(edits, "repaintPicture", kept, grow=20), repainted(wider), edits) == []


def test_what_the_mask_shows_is_what_the_field_says(edits: Document) -> None:
    turned = ImageChops.invert(MASK)
    for which in (kept, changed):
        check = expected(edits, "repaintPicture", which, shows="BLACK")
        assert told(check, repainted(turned), edits) == []
        assert told(check, repainted(), edits) != []


def test_without_a_mask_nothing_is_expected(edits: Document) -> None:
    operation = edits.operations["repaintPicture"]
    body = {name: each for name, each in smallest(operation).items() if name != "mask"}
    request = PaidRequest(operation, body, "image/png")
    assert kept(request, "r") is None
    assert changed(request, "r") is None


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA"])
def test_a_subject_without_its_background_passes_in_every_mode(edits: Document, mode: str) -> None:
    cut = GIVEN.convert("RGBA")
    cut.putalpha(MASK)
    shown = cut.quantize(64) if mode == "P" else cut.convert(mode)
    assert told(IsCutOut("r"), shown, edits) == []
    assert told(IsCutOut("r"), cut, edits, "WEBP") == []


def test_of_a_jpeg_no_transparency_is_asked(edits: Document) -> None:
    assert told(IsCutOut("r"), GIVEN, edits, "JPEG") == []


def test_a_background_that_is_still_there_is_found(edits: Document) -> None:
    opaque, nothing = GIVEN.convert("RGBA"), GIVEN.convert("RGBA")
    nothing.putalpha(0)
    assert told(IsCutOut("r"), GIVEN, edits) == ["expected a picture with transparency, came RGB"]
    assert told(IsCutOut("r"), opaque, edits) == [
        "expected a subject without its background; 0% is transparent"
    ]
    assert told(IsCutOut("r"), nothing, edits) == [
        "expected a subject without its background; 100% is transparent"
    ]


def test_points_are_counted_where_they_are_asked_for() -> None:
    where = bytes(SMALL * SMALL // 2) + b"\1" * (SMALL * SMALL // 2)
    one, other = small(GIVEN).tobytes(), small(NEW).tobytes()
    half = one[: len(one) // 2] + other[len(one) // 2 :]
    assert KeepsPicture("r", other, where, 1.0) != KeepsPicture("r", one, where, 1.0)
    assert ChangesPicture("r", one, where, 0.1) == ChangesPicture("r", bytes(one), where, 0.1)
    assert half[: len(one) // 2] == one[: len(one) // 2]


def test_a_size_follows_from_the_given_picture(edits: Document) -> None:
    assert size_of_body(edits, "extendPicture", left=10, down=7) == (384 + 10 + 128 - 64, 320 + 7 + 128 - 64)
    assert size_of_body(edits, "enlargePicture") == (768, 640)
    assert size_of_body(edits, "enlargePicture", width=192) == (192, 160)
    assert size_of_body(edits, "blendPictures") == (280, 234)


def size_of_body(edits: Document, name: str, **fields: Any) -> tuple[int, int]:
    check: Any = expected(edits, name, size_of, **fields)
    return check.width, check.height


def test_pictures_are_made_within_their_bounds() -> None:
    for bounds in (
        {"min-side": 700},
        {"max-side": 100},
        {"min-pixels": 1_000_000},
        {"max-pixels": 5_000},
        {"formats": ["jpeg"], "min-side": 64, "max-pixels": 8_000},
    ):
        picture = Image.open(io.BytesIO(source_picture({"x-picture": bounds})))
        mask = Image.open(io.BytesIO(mask_picture({}, {"x-picture": bounds})))
        assert mask.size == picture.size
        assert min(picture.size) >= bounds.get("min-side", 1)
        assert max(picture.size) <= bounds.get("max-side", 1e9)
        pixels = picture.width * picture.height
        assert bounds.get("min-pixels", 0) <= pixels <= bounds.get("max-pixels", 1e9)
        assert picture.format == ("JPEG" if "formats" in bounds else "PNG")


def test_bytes_are_base64_in_json_and_a_data_url_where_the_pattern_says_so() -> None:
    plain = {"properties": {"a": {}, "b": {"items": {"pattern": "^data:"}}}}
    assert in_json({"a": b"hello", "b": [b"hello"], "c": 1}, plain) == {
        "a": "aGVsbG8=",
        "b": ["data:image/jpeg;base64,aGVsbG8="],
        "c": 1,
    }


@pytest.mark.parametrize("profile", ["core", "extended"])
def test_a_double_that_keeps_it_passes(edits: Document, profile: str) -> None:
    found = Judged(edits, plan(Source(edits), profile), rate_limit=False).all().told()
    left = {name: why for name, why in found.items() if ".any." not in name and "credits.none" not in name}
    assert left == {}


def _ignored(raw: dict[str, Any]) -> None:
    """Every edit is a new picture."""
    for name in ("extend", "repaint", "cut-out", "enlarge"):
        raw["paths"][f"/{name}"]["post"]["x-artifact"]["effect"] = "style"


def _turned(raw: dict[str, Any]) -> None:
    """What is white stays."""
    raw["paths"]["/repaint"]["post"]["x-artifact"]["region"]["table"] = {"WHITE": "black", "BLACK": "white"}


def _small(raw: dict[str, Any]) -> None:
    """Everything is as large as what came."""
    for name in ("extend", "enlarge", "blend"):
        source = "/images" if name == "blend" else "/image"
        raw["paths"][f"/{name}"]["post"]["x-artifact"]["size"] = {"of": source}


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (
            _ignored,
            {"cutOut.picture.cut-out", "enlargePicture.picture.kept", "extendPicture.picture.kept"}
            | {"repaintPicture.picture.kept"},
        ),
        (_turned, {"repaintPicture.picture.kept", "repaintPicture.picture.changed"}),
        (_small, {"extendPicture.picture.size", "enlargePicture.picture.size", "blendPictures.picture.size"}),
    ],
)
def test_one_that_does_not_is_found(
    edits: Document, change: Callable[[dict[str, Any]], None], broken: set[str]
) -> None:
    raw = copy.deepcopy(dict(edits.source))
    change(raw)
    served = build.document("edits", resolve(Plain(Path("edits.yaml"), raw, {})), raw)
    found = Judged(edits, plan(Source(edits), "core"), served, rate_limit=False).all().told()
    assert {name.removeprefix("edits.") for name in found} >= broken


def test_what_looks_at_a_picture_looks_at_the_file_of_a_task() -> None:
    looking = [
        each
        for module in (edited_pictures, media_quality)
        for each in vars(module).values()
        if isinstance(each, type) and each.__module__ == module.__name__
        if re.search(r"(decoded|with_pixels)\(answer\)", inspect.getsource(each))
    ]
    assert KeepsPicture in looking
    assert [each.__name__ for each in looking if each.of != "file"] == []


@pytest.mark.parametrize(
    ("where", "margins"),
    [
        ({}, (100, 100, 26, 26)),  # amid it
        ({"x": 0, "y": None}, (0, 200, 26, 26)),
        ({"x": -20, "y": 60}, (-20, 220, 60, -8)),  # partly beyond it
        ({"x": 300, "y": -48}, (100, 100, 26, 26)),  # wholly beyond it: amid
        ({"width": 80, "height": "wide"}, (-10, -10, 0, 0)),  # smaller than the picture; no number
    ],
)
def test_a_picture_lies_on_a_canvas_where_it_is_told(where: dict[str, Any], margins: tuple[int, ...]) -> None:
    fields = {"width": 300, "height": 100, **where}
    assert CANVAS.margins_of((100, 48), fields) == margins
    left, right, up, down = margins
    assert CANVAS.sides((100, 48), fields) == (100 + left + right, 48 + up + down)
