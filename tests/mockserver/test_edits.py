"""Requests that bring pictures: as files, as base64, in lists, as links; what comes of them."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image, ImageChops, ImageStat
from support import InProcess

from proofsheet.mockserver.media.image.edits import stand_in
from proofsheet.spec.document import Document

KEY = {"x-key": "sk-a"}
URL = "https://pictures.example/a.png"


def saved(
    size: tuple[int, int] = (96, 80), colour: tuple[int, int, int] = (200, 40, 30), kind: str = "PNG"
) -> bytes:
    out = io.BytesIO()
    ramp = Image.linear_gradient("L").resize(size)
    Image.composite(Image.new("RGB", size, colour), Image.new("RGB", size, (225, 225, 235)), ramp).save(
        out, kind
    )
    return out.getvalue()


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def opened(response: httpx.Response) -> Image.Image:
    assert response.status_code == 200, response.text
    image = Image.open(io.BytesIO(response.content))
    image.load()
    return image


def errors(response: httpx.Response) -> list[str]:
    assert response.status_code == 400, response.text
    found: list[str] = response.json()["errors"]
    return found


@pytest.fixture
def mock(serve: Callable[..., InProcess], edits: Document) -> InProcess:
    return serve(edits, rate_limit=False)


def form(mock: InProcess, path: str, files: dict[str, bytes], **fields: Any) -> httpx.Response:
    parts = {name: (f"{name}.png", data, "image/png") for name, data in files.items()}
    return mock.post(path, data={k: str(v) for k, v in fields.items()}, files=parts, headers=KEY)


def sent(mock: InProcess, path: str, **fields: Any) -> httpx.Response:
    return mock.post(path, json=fields, headers=KEY)


def test_an_extension_is_as_large_as_its_picture_and_its_margins(mock: InProcess) -> None:
    data = saved()
    image = opened(form(mock, "/extend", {"image": data}, left=30, down=200))
    assert image.size == (96 + 30, 80 + 200)
    kept = image.crop((30, 0, 126, 80))
    assert kept.tobytes() == Image.open(io.BytesIO(data)).tobytes()


def test_a_rule_about_any_of_several_fields_is_kept(mock: InProcess) -> None:
    assert errors(form(mock, "/extend", {"image": saved()})) == ["One side grows at least."]


def test_a_mask_is_grown_and_turned_as_the_fields_say(mock: InProcess) -> None:
    data = saved()
    mask = Image.new("L", (96, 80))
    mask.paste(255, (40, 30, 60, 50))
    out = io.BytesIO()
    mask.save(out, "PNG")

    def changed(**fields: Any) -> tuple[int, int, int, int] | None:
        image = opened(
            form(mock, "/repaint", {"image": data, "mask": out.getvalue()}, prompt="a cat", **fields)
        )
        difference = ImageChops.difference(image, Image.open(io.BytesIO(data)))
        return difference.convert("L").point([0] + [255] * 255).getbbox()

    assert changed(grow=0) == (40, 30, 60, 50)
    assert changed() == (35, 25, 65, 55)
    assert changed(grow=0, shows="BLACK") == (0, 0, 96, 80)


def test_a_cut_out_is_as_large_as_its_picture_and_has_alpha(mock: InProcess) -> None:
    image = opened(form(mock, "/cut-out", {"image": saved((120, 70))}))
    assert (image.mode, image.size) == ("RGBA", (120, 70))
    assert image.getchannel("A").getextrema() == (0, 255)


def test_a_picture_turned_by_its_orientation_is_measured_upright(mock: InProcess) -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(io.BytesIO(saved((120, 80)))).save(out, "JPEG", exif=exif)
    assert opened(form(mock, "/extend", {"image": out.getvalue()}, left=10)).size == (90, 120)


@pytest.mark.parametrize(
    "write",
    [
        text,
        lambda data: "data:image/png;base64," + text(data),
        lambda data: "DATA:image/png;charset=x;BASE64," + text(data),
        lambda data: text(data).rstrip("="),
        lambda data: "\n".join(text(data)[at : at + 76] for at in range(0, len(text(data)), 76)),
    ],
)
def test_base64_is_read_as_it_is_written(mock: InProcess, write: Callable[[bytes], str]) -> None:
    small = opened(sent(mock, "/enlarge", image=write(saved())))
    assert small.size == (192, 160)
    assert small.tobytes() == opened(sent(mock, "/enlarge", image=text(saved()))).tobytes()


def test_one_side_decides_and_the_other_follows(mock: InProcess) -> None:
    assert opened(sent(mock, "/enlarge", image=text(saved()), width=480)).size == (480, 400)
    assert opened(sent(mock, "/enlarge", image=text(saved()), height=400, width=None)).size == (480, 400)


def test_a_link_is_not_fetched_and_a_picture_of_its_text_stands_in(mock: InProcess) -> None:
    image = opened(sent(mock, "/enlarge", image=URL))
    (shown,) = mock.double.state.journal()[-1]["pictures"]
    assert shown.title.endswith("(the URL was not fetched)")
    assert image.size == (2 * stand_in(URL).width,) * 2
    other = opened(sent(mock, "/enlarge", image=URL + "?other"))
    assert max(ImageStat.Stat(ImageChops.difference(image, other)).mean) > 5


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("data:text/plain;base64," + text(b"hello"), "image is one of 'png' | 'jpeg'"),
        ("data:image/png,plain", "image is one of 'png' | 'jpeg'"),
        ("no base64 at all!", "image is one of 'png' | 'jpeg'"),
        ("", "image is one of 'png' | 'jpeg'"),
        (text(saved()[:-60]), "image does not decode"),
        (text(saved(kind="GIF")), "image is one of 'png' | 'jpeg'"),
        (text(saved((1025, 64))), "image has sides of 1024 pixels or fewer"),
        ("é" * 10, "image is one of 'png' | 'jpeg'"),
        ("A" * 100_001, "image is one of 'png' | 'jpeg'"),
    ],
)
def test_text_that_is_no_such_picture_is_refused(mock: InProcess, value: str, said: str) -> None:
    assert errors(sent(mock, "/enlarge", image=value)) == [said]


def test_a_list_is_judged_item_by_item(mock: InProcess) -> None:
    good = text(saved())
    assert errors(sent(mock, "/blend", images=[good, "bad!", good, text(saved(kind="BMP"))])) == [
        "images[1] is one of 'png' | 'jpeg'",
        "images[3] is one of 'png' | 'jpeg'",
    ]
    assert errors(sent(mock, "/blend", images=[good, 7])) == ["images[1] is number, expected string"]
    assert errors(sent(mock, "/blend", images=good)) == ["images is string, expected array"]


def test_every_picture_of_a_list_counts_and_the_first_gives_the_ratio(mock: InProcess) -> None:
    red, blue = text(saved((100, 50))), text(saved((50, 80), (20, 40, 220)))
    one = opened(sent(mock, "/blend", images=[red, red]))
    two = opened(sent(mock, "/blend", images=[red, blue]))
    three = opened(sent(mock, "/blend", images=[red, red], style=blue))
    assert one.size == two.size == three.size == (362, 181)
    assert len({one.tobytes(), two.tobytes(), three.tobytes()}) == 3
    again = opened(sent(mock, "/blend", images=[red, red], style=None))
    assert again.size == one.size


def test_what_is_kept_is_kept(mock: InProcess) -> None:
    data = saved((100, 50))
    shown = [opened(sent(mock, "/blend", images=[text(data)] * 2, kept=kept)) for kept in (0, 0.5, 1)]
    whole = Image.open(io.BytesIO(data)).resize((362, 181), Image.Resampling.BICUBIC)
    above = (0, 0, 362, 120)
    away = [
        sum(ImageStat.Stat(ImageChops.difference(each.crop(above), whole.crop(above))).mean) for each in shown
    ]
    assert away == sorted(away, reverse=True)
    assert away[-1] < 1


def test_a_picture_that_no_field_asks_for_is_not_read(mock: InProcess) -> None:
    assert opened(sent(mock, "/blend", images=[text(saved())] * 2, other="bad")).size[0] > 0
    # A style has no bounds of its own: what cannot be read is passed over.
    assert opened(sent(mock, "/blend", images=[text(saved())] * 2, style="bad")).size[0] > 0


def test_the_journal_draws_an_edit_again(mock: InProcess) -> None:
    made = sent(mock, "/enlarge", image=text(saved()))
    entry = mock.get("/_mock/journal", headers={"authorization": "Bearer sk-a"}).json()["entries"][-1]
    shown = mock.get("/_mock/" + entry["pictures"][0])
    assert shown.content == made.content


def test_a_size_beyond_what_can_be_drawn_is_not_drawn(mock: InProcess) -> None:
    tall = saved((64, 3000))
    response = form(mock, "/extend", {"image": tall}, left=2000, right=2000, up=2000, down=2000)
    assert opened(response).size == (4064, 7000)
    wide = sent(mock, "/enlarge", image=text(saved((1000, 64))), height=4096)  # 64,000 x 4,096 pixels
    assert opened(wide).size == (1024, 1024)
