"""Model files read strictly: what GLB leaves open passes, what breaks its rules is named."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from typing import Any

import pytest
from judging import derived
from PIL import Image

from proofsheet.contracts.checks.image_facts import inspect
from proofsheet.contracts.checks.model_files import read_model
from proofsheet.spec.document import Document

Scene = dict[str, Any]


def texture() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, "PNG")
    return out.getvalue()


def scene(indices: str = "H", picture: bytes | None = None) -> tuple[Scene, bytes]:
    """A triangle with a texture: its description and its numbers."""
    picture = texture() if picture is None else picture
    parts = [
        struct.pack("<9f", 0, 0, 0, 1, 0, 0, 0, 1, 0),
        struct.pack("<6f", 0, 0, 1, 0, 0, 1),
        struct.pack(f"<3{indices}", 0, 1, 2),
        picture,
    ]
    binary, views = b"", []
    for each in parts:
        views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": len(each)})
        binary += each + b"\0" * (-len(each) % 4)
    kinds = {"B": 5121, "H": 5123, "I": 5125}
    made = {
        "asset": {"version": "2.0"},
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "TEXCOORD_0": 1}, "indices": 2}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5126, "count": 3, "type": "VEC2"},
            {"bufferView": 2, "componentType": kinds[indices], "count": 3, "type": "SCALAR"},
        ],
        "bufferViews": views,
        "buffers": [{"byteLength": len(binary)}],
        "images": [{"bufferView": 3, "mimeType": "image/png"}],
    }
    return made, binary


def glb(made: Scene, binary: bytes, more: bytes = b"", version: int = 2) -> bytes:
    text = json.dumps(made).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<I4s", len(text), b"JSON") + text
    body += struct.pack("<I4s", len(binary), b"BIN\0") + binary + more
    return struct.pack("<4sII", b"glTF", version, 12 + len(body)) + body


def changed(change: Callable[[Scene], None]) -> bytes:
    made, binary = scene()
    change(made)
    return glb(made, binary)


@pytest.mark.parametrize("indices", ["B", "H", "I"])
def test_a_model_is_read(indices: str) -> None:
    data = glb(*scene(indices))
    found = read_model(data)
    assert (found.problem, found.vertices, found.end) == (None, 3, len(data))
    assert found.texture == texture()
    facts = inspect(data)
    assert (facts.problem, facts.format, facts.width, facts.height, facts.trailing) == (
        None,
        "GLB",
        256,
        256,
        0,
    )


def _without_indices(made: Scene) -> None:
    del made["meshes"][0]["primitives"][0]["indices"]


def _compressed(made: Scene) -> None:
    for each in made["accessors"]:
        del each["bufferView"]


def _interleaved(made: Scene) -> None:
    made["bufferViews"][0] |= {"byteStride": 12}


def _untextured(made: Scene) -> None:
    del made["images"]


def _elsewhere(made: Scene) -> None:
    made["images"] = [{"uri": "texture.png"}]


@pytest.mark.parametrize("change", [_without_indices, _compressed, _interleaved, _untextured, _elsewhere])
def test_what_the_format_leaves_open_passes(change: Callable[[Scene], None]) -> None:
    found = read_model(changed(change))
    assert (found.problem, found.vertices) == (None, 3)
    assert inspect(changed(change)).problem is None


def test_chunks_of_other_kinds_are_passed_over() -> None:
    data = glb(*scene(), more=struct.pack("<I4s", 4, b"XTRA") + b"more")
    assert read_model(data).problem is None


def test_what_follows_the_end_is_counted() -> None:
    data = glb(*scene())
    assert inspect(data + b"more").trailing == 4
    assert inspect(data + b"more").problem is None


def _set(*way: Any, value: Any) -> Callable[[Scene], None]:
    def change(made: Scene) -> None:
        place: Any = made
        for step in way[:-1]:
            place = place[step]
        place[way[-1]] = value

    return change


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (lambda: glb(*scene(), version=1), "is no GLB of glTF 2.0"),
        (lambda: glb(*scene())[:-8], "is cut off"),
        (lambda: changed(_set("asset", "version", value="1.0")), "is of glTF 1.0"),
        (lambda: changed(_set("meshes", value=[])), "holds no mesh"),
        (lambda: changed(_set("accessors", 0, "count", value=99)), "goes beyond its view"),
        (lambda: changed(_set("accessors", 1, "count", value=2)), "attributes of unlike counts"),
        (lambda: changed(_set("accessors", 2, "componentType", value=5126)), "goes beyond its view"),
        (lambda: changed(_set("bufferViews", 0, "byteLength", value=10**9)), "beyond the binary chunk"),
        (lambda: changed(_set("bufferViews", 0, "byteOffset", value=-4)), "beyond the binary chunk"),
        (lambda: changed(_set("accessors", 0, "bufferView", value=77)), "is no valid glTF"),
        (lambda: changed(_set("meshes", 0, "primitives", value=7)), "is no valid glTF"),
        (lambda: changed(lambda made: made.pop("asset")), "is no valid glTF: KeyError"),
        (lambda: glb(scene()[0], b""), "beyond the binary chunk"),
        (lambda: glb(*scene(picture=b"no picture")), "has a texture that does not decode"),
        (lambda: glb(*scene(picture=texture()[:-40])), "has a texture that is cut off"),
        (lambda: b"glTF", "is no valid glTF"),
        (lambda: b"glTF" + struct.pack("<II", 2, 16) + b"\xff" * 4, "is no valid glTF"),
        (lambda: b"glTF" + struct.pack("<II", 2, 24) + struct.pack("<I4s", 4, b"JSON") + b"[[[[", "no valid"),
    ],
)
def test_what_breaks_a_rule_is_named(data: Callable[[], bytes], said: str) -> None:
    problem = inspect(data()).problem
    assert problem is not None
    assert said in problem


def test_an_index_beyond_the_vertices_is_named() -> None:
    made, binary = scene()
    at = made["bufferViews"][2]["byteOffset"]
    harmed = binary[:at] + struct.pack("<3H", 0, 1, 3) + binary[at + 6 :]
    assert read_model(glb(made, harmed)).problem == "has the index 3 where there are 3 vertices"


def test_a_seed_that_no_answer_has_a_place_for_is_asked_of_none(edits: Document) -> None:
    topics = derived(edits, "makeModel")
    assert "seed.type" in topics
    assert not {"seed.reported.bytes", "seed.fresh", "seed.default", "seed.largest", "seed.distinct"} & set(
        topics
    )
