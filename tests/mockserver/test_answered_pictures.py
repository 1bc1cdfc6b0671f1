"""The pictures of answers: sizes, formats, seeds, samples, filters, and uploads of every kind."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFilter, ImageStat
from sample_requests import BALANCE, CORE, PROMPT, SD3, TEXTS, ULTRA, V1, bearer, fields_of, opened, picture
from support import InProcess

from proofsheet.spec.load import Library

DOCUMENT = Library().load("stability")
DRAWING = [
    each
    for each in DOCUMENT.operations.values()
    if each.artifact is not None and each.artifact.size and not each.artifact.is_edit
]
RATIOS = [
    pytest.param(operation.path, ratio, tuple(size), id=f"{operation.id}-{ratio}")
    for operation in DRAWING
    for ratio, size in operation.artifact.size.table.items()  # type: ignore[union-attr]
]


def test_there_are_ratios_to_test() -> None:
    assert len(RATIOS) == 27


@pytest.mark.parametrize(("path", "ratio", "size"), RATIOS)
def test_every_ratio_has_its_size(house: InProcess, path: str, ratio: str, size: tuple[int, int]) -> None:
    response = house.form(path, {"prompt": PROMPT, "aspect_ratio": ratio, "output_format": "jpeg"})
    found = opened(response.content)
    assert (found.size, found.mode, found.format) == (size, "RGB", "JPEG")


@pytest.mark.parametrize("path", [CORE, ULTRA, SD3])
@pytest.mark.parametrize(("name", "form"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_every_format_in_both_representations(house: InProcess, path: str, name: str, form: str) -> None:
    fields = {"prompt": PROMPT, "output_format": name, "seed": "5", "aspect_ratio": "9:21"}
    as_bytes = house.form(path, fields)
    as_json = house.form(path, fields, headers={"accept": "application/json"})
    assert as_bytes.headers["content-type"] == f"image/{name}"
    assert as_json.headers["content-type"] == f"application/json; type=image/{name}"
    assert opened(as_bytes.content).format == form
    assert base64.b64decode(as_json.json()["image"], validate=True) == as_bytes.content
    assert (as_json.json()["seed"], as_json.json()["finish_reason"]) == (5, "SUCCESS")
    assert (as_bytes.headers["seed"], as_bytes.headers["finish-reason"]) == ("5", "SUCCESS")
    assert not {"seed", "finish-reason"} & set(as_json.headers)
    assert len(as_bytes.headers["x-request-id"]) == 32


def _drawn(mock: InProcess, **fields: str) -> Any:
    return mock.form(SD3, {"prompt": PROMPT, "output_format": "jpeg", **fields})


def test_same_request_same_picture_other_seed_or_prompt_another(house: InProcess) -> None:
    first = _drawn(house, seed="1").content
    assert _drawn(house, seed="1").content == first
    assert _drawn(house, seed="1", negative_prompt="").content == first
    others = [
        {"seed": "2"},
        {"seed": "1", "prompt": "a cat"},
        {"seed": "1", "negative_prompt": "fog"},
        {"seed": "1", "style_preset": "anime"},
        {"seed": "1", "model": "sd3.5-medium"},
        {"seed": "1", "cfg_scale": "2"},
    ]
    pictures = {first, *(_drawn(house, **each).content for each in others)}
    assert len(pictures) == len(others) + 1


def test_another_double_draws_the_same(serve: Any, document: Any, house: InProcess) -> None:
    assert _drawn(serve(document), seed="77").content == _drawn(house, seed="77").content


@pytest.mark.parametrize("fields", [{}, {"seed": "0"}, {"seed": ""}, {"seed": "-0"}, {"seed": "0.0"}])
def test_a_seed_that_is_not_given_is_fresh_and_reported(house: InProcess, fields: dict[str, str]) -> None:
    seeds = {_drawn(house, **fields).headers["seed"] for _ in range(2)}
    assert len(seeds) == 2
    response = _drawn(house, **fields)
    assert _drawn(house, seed=response.headers["seed"]).content == response.content


@pytest.mark.parametrize(
    ("sent", "told"), [("1", "1"), ("4294967294", "4294967294"), ("7.0", "7"), ("1e3", "1000")]
)
def test_a_given_seed_is_echoed(house: InProcess, sent: str, told: str) -> None:
    assert _drawn(house, seed=sent).headers["seed"] == told


def test_the_largest_seed_and_one_more(house: InProcess) -> None:
    assert fields_of(_drawn(house, seed="4294967295")) == ["seed"]
    largest = house.post(V1, json={**TEXTS, "seed": 4294967295, "samples": 2})
    seeds = [each["seed"] for each in largest.json()["artifacts"]]
    assert seeds[0] == 4294967295
    assert len(set(seeds)) == 2
    assert all(0 < seed <= 4294967295 for seed in seeds)
    assert house.post(V1, json={**TEXTS, "seed": 4294967296}).status_code == 400


def test_fresh_seeds_repeat_where_the_double_has_a_seed(serve: Any, document: Any) -> None:
    seeds = [
        [_drawn(mock).headers["seed"] for _ in range(2)]
        for mock in (serve(document, seed=3), serve(document, seed=3))
    ]
    assert seeds[0] == seeds[1]


@pytest.mark.parametrize("samples", [1, 2, 10])
def test_v1_samples(house: InProcess, samples: int) -> None:
    body = {**TEXTS, "samples": samples, "seed": 9, "width": 640, "height": 1536}
    found = house.post(V1, json=body).json()["artifacts"]
    assert [each["seed"] for each in found] == list(range(9, 9 + samples))
    assert {each["finishReason"] for each in found} == {"SUCCESS"}
    pictures = [base64.b64decode(each["base64"], validate=True) for each in found]
    assert len(set(pictures)) == samples
    assert {opened(each).size for each in pictures} == {(640, 1536)}


def test_a_sample_is_the_picture_of_its_seed(house: InProcess) -> None:
    second = house.post(V1, json={**TEXTS, "samples": 2, "seed": 9}).json()["artifacts"][1]
    alone = house.post(V1, json={**TEXTS, "seed": 10}, headers={"accept": "image/png"})
    assert base64.b64decode(second["base64"]) == alone.content
    assert (alone.headers["seed"], alone.headers["finish-reason"]) == ("10", "SUCCESS")


def _away(first: Image.Image, second: Image.Image) -> float:
    # The caption band at the foot is never mixed.
    box = (0, 0, first.width, first.height * 3 // 4)
    return float(sum(ImageStat.Stat(ImageChops.difference(first.crop(box), second.crop(box))).mean))


@pytest.mark.parametrize(("path", "more"), [(ULTRA, {}), (SD3, {"mode": "image-to-image"})])
def test_strength_says_how_much_of_the_upload_is_lost(
    house: InProcess, path: str, more: dict[str, str]
) -> None:
    plain = Image.new("RGB", (1024, 1024), (200, 30, 30))
    files = {"image": ("a.png", picture((256, 256)), "image/png")}
    distances = []
    for strength in ("0", "0.5", "1"):
        fields = {"prompt": PROMPT, "seed": "5", "strength": strength, **more}
        distances.append(_away(opened(house.form(path, fields, files=files).content), plain))
    assert distances[0] < 3
    assert distances[0] < distances[1] < distances[2]


@pytest.mark.parametrize(("path", "more"), [(ULTRA, {}), (SD3, {"mode": "image-to-image"})])
def test_at_both_ends_of_strength_one_side_counts_for_nothing(
    house: InProcess, path: str, more: dict[str, str]
) -> None:
    red, noise = picture((256, 256)), _noise((300, 200))

    def drawn(upload: bytes | None, **fields: str) -> bytes:
        files = {"image": ("a.png", upload, "image/png")} if upload else {}
        response = house.form(path, {"prompt": PROMPT, "seed": "5", **more, **fields}, files=files)
        assert response.status_code == 200, response.text
        return bytes(response.content)

    ignored = drawn(red, strength="1")
    assert ignored == drawn(noise, strength="1.0") == drawn(noise, strength="1")
    assert ignored != drawn(red, strength="1", seed="6")
    assert drawn(red, strength="0.5") != drawn(noise, strength="0.5")
    assert drawn(red, strength="0") == drawn(red, strength="0.0", seed="6", prompt="a boat")
    assert drawn(red, strength="0") != drawn(noise, strength="0")
    plain = Image.new("RGB", (1024, 1024), (200, 30, 30))
    kept = opened(drawn(red, strength="0"))
    assert ImageStat.Stat(ImageChops.difference(kept, plain)).mean == [0, 0, 0]  # and no caption over it
    if not more:
        assert ignored == drawn(None) == drawn(None, strength="0.3")


def _noise(size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(out, "PNG")
    return out.getvalue()


def _frames(form: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), (index * 90, 0, 0)) for index in range(3)]
    frames[0].save(out, form, save_all=True, append_images=frames[1:])
    return out.getvalue()


def _bomb() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 16000, 16000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 4096))
        + chunk(b"IEND", b"")
    )


def _turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture((64, 100), "JPEG", exif=exif)


FINE = {
    "png": picture(),
    "jpeg": picture(form="JPEG"),
    "webp": picture(form="WEBP"),
    "gray": picture(mode="L", color=9),
    "one bit": picture(mode="1", color=1),
    "palette": picture(mode="P", color=1),
    "alpha": picture(mode="RGBA", color=(1, 2, 3, 4)),
    "16 bit": picture(mode="I;16", color=40000),
    "cmyk": picture(form="JPEG", mode="CMYK", color=(1, 2, 3, 4)),
    "turned": _turned(),
    "animated webp": _frames("WEBP"),
    "animated png": _frames("PNG"),
    "long": picture((64, 2000)),
}
WRONG = {
    "gif": picture(form="GIF"),
    "animated gif": _frames("GIF"),
    "bmp": picture(form="BMP"),
    "tiff": picture(form="TIFF"),
    "63 wide": picture((63, 64)),
    "63 high": picture((64, 63), "JPEG"),
    "truncated png": _noise((64, 64))[:-3000],
    "truncated jpeg": picture((200, 200), "JPEG")[:-100],
    "bomb": _bomb(),
    "text": b"no picture at all",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "only a signature": b"\x89PNG\r\n\x1a\n",
    "riff": b"RIFF\0\0\0\0WEBPVP8X",
}


def _upload(mock: InProcess, data: bytes, strength: str = "0.5", **headers: str) -> Any:
    files = {"image": ("upload.bin", data, "application/octet-stream")}
    return mock.form(
        ULTRA, {"prompt": PROMPT, "strength": strength, "output_format": "jpeg"}, files=files, headers=headers
    )


@pytest.mark.parametrize("name", FINE)
def test_uploads_that_are_fine(house: InProcess, name: str) -> None:
    response = _upload(house, FINE[name])
    assert response.status_code == 200, response.text
    assert opened(response.content).size == (1024, 1024)


@pytest.mark.parametrize("name", WRONG)
def test_uploads_that_are_not(house: InProcess, name: str) -> None:
    response = _upload(house, WRONG[name])
    # A side too few is too few pixels as well: the same field may be named twice.
    assert (response.status_code, set(fields_of(response))) == (400, {"image"})


def test_a_side_beyond_the_largest(house: InProcess) -> None:
    assert _upload(house, picture((16384, 64), mode="1", color=1), strength="1").status_code == 200
    assert fields_of(_upload(house, picture((16385, 64), mode="1", color=1))) == ["image"]


SEEDS = [FINE[name] for name in ("png", "jpeg", "webp", "animated webp", "palette", "turned")]


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_no_upload_makes_the_double_fail(house: InProcess, data: Any) -> None:
    found = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(0, 6))):
        found[data.draw(st.integers(0, len(found) - 1))] = data.draw(st.integers(0, 255))
    broke = "Bearer sk-mock-broke"  # decoded, judged and not drawn
    response = _upload(house, bytes(found[: data.draw(st.integers(0, len(found)))]), authorization=broke)
    assert response.status_code in (400, 402)


@settings(deadline=None, max_examples=12)
@given(st.data())
def test_no_upload_that_is_drawn_makes_the_double_fail(house: InProcess, data: Any) -> None:
    found = bytearray(data.draw(st.sampled_from(SEEDS)))
    found[data.draw(st.integers(0, len(found) - 1))] = data.draw(st.integers(0, 255))
    assert _upload(house, bytes(found)).status_code in (200, 400)


def _sharpness(image: Image.Image) -> float:
    edges = image.convert("L").filter(ImageFilter.FIND_EDGES)
    return float(ImageStat.Stat(edges.crop((4, 4, image.width - 4, image.height - 4))).mean[0])


@pytest.mark.parametrize(("path", "cost"), [(CORE, 3), (SD3, 6.5), (ULTRA, 8)])
def test_a_filtered_picture_is_blurred_marked_and_charged(
    mock: InProcess, key: str, path: str, cost: float
) -> None:
    fields = {"prompt": f"{PROMPT} mock:filtered", "seed": "5", "aspect_ratio": "9:21"}
    as_bytes = mock.form(path, fields, headers=bearer(key))
    as_json = mock.form(path, fields, headers=bearer(key, accept="application/json"))
    clear = mock.form(path, {**fields, "prompt": PROMPT})
    assert as_bytes.headers["finish-reason"] == as_json.json()["finish_reason"] == "CONTENT_FILTERED"
    assert base64.b64decode(as_json.json()["image"]) == as_bytes.content
    assert _sharpness(opened(as_bytes.content)) * 2 < _sharpness(opened(clear.content))
    assert mock.get(BALANCE, headers=bearer(key)).json() == {"credits": 1000 - 2 * cost}
