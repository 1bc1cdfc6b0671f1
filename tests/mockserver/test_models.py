"""Models: real GLB files whose every number is in its place, from the picture that was given."""

from __future__ import annotations

import io
import json
import math
import struct
from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw
from support import InProcess

from proofsheet.mockserver.media.image.picture import PNG, Picture
from proofsheet.mockserver.media.model.glb import GLB
from proofsheet.mockserver.media.model.model import Model
from proofsheet.mockserver.media.model.relief import relief
from proofsheet.spec.document import Document

TEXTURE = Picture(64, 64, PNG, 1, b"1" * 16, "", "a cat")
SIZES = {"SCALAR": 1, "VEC2": 2, "VEC3": 3}


def ball(size: tuple[int, int] = (160, 80)) -> bytes:
    image = Image.new("RGB", size, (225, 228, 232))
    ImageDraw.Draw(image).ellipse((40, 10, 110, 70), fill=(205, 50, 40))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@dataclass
class Read:
    """A GLB file, taken apart by its specification."""

    scene: dict[str, Any]
    binary: bytes

    def view(self, index: int) -> bytes:
        found = self.scene["bufferViews"][index]
        assert found["byteOffset"] % 4 == 0
        assert found["byteOffset"] + found["byteLength"] <= self.scene["buffers"][0]["byteLength"]
        return self.binary[found["byteOffset"] :][: found["byteLength"]]

    def numbers(self, index: int) -> array[Any]:
        found = self.scene["accessors"][index]
        numbers = array({5126: "f", 5125: "I"}[found["componentType"]], self.view(found["bufferView"]))
        assert len(numbers) == found["count"] * SIZES[found["type"]]
        return numbers


def taken_apart(data: bytes) -> Read:
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size, kind = struct.unpack_from("<I4s", data, 12)
    assert (size % 4, kind) == (0, b"JSON")
    scene = json.loads(data[20 : 20 + size])
    rest, kind = struct.unpack_from("<I4s", data, 20 + size)
    assert (rest % 4, kind) == (0, b"BIN\0")
    assert 28 + size + rest == length
    assert scene["buffers"][0]["byteLength"] == rest
    return Read(scene, data[28 + size :])


@pytest.fixture
def mock(serve: Callable[..., InProcess], edits: Document) -> InProcess:
    return serve(edits, rate_limit=False)


def made(mock: InProcess, data: bytes | None = None, **fields: Any) -> httpx.Response:
    files = {"image": ("a.png", ball() if data is None else data, "image/png")}
    sent = {name: str(value) for name, value in fields.items()}
    return mock.post("/model", data=sent, files=files, headers={"x-key": "sk-a"})


@pytest.mark.parametrize(
    ("vertices", "expected"), [(-1, 2048), (8, 8), (500, 450), (20000, 20000), (3, 2048)]
)
def test_every_number_of_a_model_is_in_its_place(mock: InProcess, vertices: int, expected: int) -> None:
    answer = made(mock, vertices=vertices)
    assert answer.headers["content-type"] == GLB
    read = taken_apart(answer.content)
    primitive = read.scene["meshes"][0]["primitives"][0]
    positions, normals, coordinates = (
        read.numbers(primitive["attributes"][name]) for name in ("POSITION", "NORMAL", "TEXCOORD_0")
    )
    indices = read.numbers(primitive["indices"])
    assert len(positions) == len(normals) == 3 * expected
    assert len(coordinates) == 2 * expected
    assert max(indices) == expected - 1
    assert all(0 <= each <= 1 for each in coordinates)
    bounds = read.scene["accessors"][primitive["attributes"]["POSITION"]]
    assert bounds["min"] == pytest.approx([-1.0, -0.5, min(positions[2::3])])  # twice as wide as high
    assert bounds["max"] == pytest.approx([1.0, 0.5, max(positions[2::3])])
    long = [math.hypot(*normals[at : at + 3]) for at in range(0, len(normals), 3)]
    assert min(long) == pytest.approx(1) == max(long)


@pytest.mark.parametrize("texture", [64, 128])
def test_its_texture_is_the_picture_cut_out(mock: InProcess, texture: int) -> None:
    read = taken_apart(made(mock, texture=texture).content)
    image = Image.open(io.BytesIO(read.view(read.scene["images"][0]["bufferView"])))
    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (texture, texture))
    red, green, blue, alpha = image.getpixel((texture // 2, texture // 2))  # type: ignore[misc]
    assert (red > 150, green < 100, blue < 100, alpha) == (True, True, True, 255)
    assert image.getchannel("A").getpixel((2, 2)) == 0


def test_its_shape_is_that_of_the_subject_and_closed() -> None:
    shape = Image.new("L", (100, 100))
    ImageDraw.Draw(shape).ellipse((20, 20, 80, 80), fill=255)
    mesh = relief(shape, 1.0, 2 * 21 * 21)
    heights = {
        (round(x, 2), round(y, 2)): z
        for x, y, z in zip(mesh.positions[::3], mesh.positions[1::3], mesh.positions[2::3], strict=True)
        if z > 0
    }
    assert heights[0.0, 0.0] == max(heights.values())
    assert all(math.hypot(x, y) < 0.75 for x, y in heights)
    front, behind = mesh.positions[2 : 3 * 441 : 3], mesh.positions[3 * 441 + 2 :: 3]
    assert list(front) == [-z for z in behind]


def test_the_same_request_gives_the_same_file_and_another_picture_another(mock: InProcess) -> None:
    one, again = made(mock, vertices=200, seed=1), made(mock, vertices=200, seed=1)
    assert one.content == again.content
    other = made(mock, ball((90, 90)), vertices=200)
    assert other.content != one.content


def test_the_journal_shows_its_texture(mock: InProcess) -> None:
    made(mock)
    entry = mock.get("/_mock/journal", headers={"authorization": "Bearer sk-a"}).json()["entries"][-1]
    shown = mock.get("/_mock/" + entry["pictures"][0])
    assert shown.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(shown.content)).size == (128, 128)
    assert entry["media_type"] == GLB


@pytest.mark.parametrize("made", [TEXTURE, Model(TEXTURE, 1.0, 100)])
def test_what_a_filter_leaves_of_an_artifact_is_blurred(made: Picture | Model) -> None:
    assert not made.preview.blurred
    assert made.filtered().preview == replace(TEXTURE, blurred=True)
