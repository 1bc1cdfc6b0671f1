"""Model files read strictly: GLB, the binary form of glTF 2.0 (ISO/IEC 12113), by its own bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAGIC = b"glTF"
_JSON, _BINARY = b"JSON", b"BIN\0"
_BYTES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}  # of a component
_COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_WHOLE = {5121: "B", 5123: "H", 5125: "I"}  # kinds of index


@dataclass(frozen=True)
class ModelFile:
    """What a GLB file holds, or what is wrong with it; `end` is where it says that it ends."""

    problem: str | None = None
    vertices: int = 0
    texture: bytes = b""  # the first; none: it has no texture of its own
    end: int | None = None


class _Broken(Exception):
    """A rule of the format that the file breaks."""


def read_model(data: bytes) -> ModelFile:
    """The facts of a GLB file; never raises."""
    try:
        return _read(data)
    except _Broken as problem:
        return ModelFile(str(problem))
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError, struct.error) as error:
        return ModelFile(f"is no valid glTF: {type(error).__name__} {error}")


def _read(data: bytes) -> ModelFile:
    magic, version, length = struct.unpack_from("<4sII", data)
    if magic != MAGIC or version != 2:
        raise _Broken(f"is no GLB of glTF 2.0: it begins with {data[:8]!r}")
    if length > len(data):
        raise _Broken(f"is cut off: {length} bytes are declared, {len(data)} came")
    scene, binary = _chunks(data[:length])
    if scene["asset"]["version"] != "2.0":
        raise _Broken(f"is of glTF {scene['asset']['version']}, not 2.0")
    vertices = sum(
        _primitive(each, scene, binary) for mesh in scene.get("meshes", ()) for each in mesh["primitives"]
    )
    if not vertices:
        raise _Broken("holds no mesh")
    return ModelFile(None, vertices, _texture(scene, binary), length)


def _chunks(data: bytes) -> tuple[Mapping[str, Any], bytes]:
    """The scene and the binary chunk; others are passed over, as the format has it."""
    found: dict[bytes, bytes] = {}
    at = 12
    while at < len(data):
        size, kind = struct.unpack_from("<I4s", data, at)
        if at + 8 + size > len(data):
            raise _Broken(f"is cut off within its {kind!r} chunk")
        if size % 4:
            raise _Broken(f"has a {kind!r} chunk of {size} bytes, which is no multiple of 4")
        if not found and kind != _JSON:
            raise _Broken(f"begins with a {kind!r} chunk instead of JSON")
        found.setdefault(kind, data[at + 8 : at + 8 + size])
        at += 8 + size
    return json.loads(found[_JSON]), found.get(_BINARY, b"")


def _primitive(primitive: Mapping[str, Any], scene: Mapping[str, Any], binary: bytes) -> int:
    """How many vertices a primitive has; every accessor within its view, every index within the vertices."""
    counts = {name: _accessor(index, scene, binary)[0] for name, index in primitive["attributes"].items()}
    count = counts["POSITION"]
    if any(each != count for each in counts.values()):
        raise _Broken(f"has attributes of unlike counts: {counts}")
    if "indices" in primitive:
        indices, kind, data = _accessor(primitive["indices"], scene, binary)
        if kind not in _WHOLE:
            raise _Broken(f"has indices of the component type {kind}")
        if data is not None:
            largest = max(struct.unpack_from(f"<{indices}{_WHOLE[kind]}", data), default=0)
            if largest >= count:
                raise _Broken(f"has the index {largest} where there are {count} vertices")
    return count


def _accessor(index: int, scene: Mapping[str, Any], binary: bytes) -> tuple[int, int, bytes | None]:
    """(how many, of which kind of component, the bytes from its first on); None: they are elsewhere."""
    found = scene["accessors"][index]
    count, kind = int(found["count"]), int(found["componentType"])
    size = _BYTES[kind] * _COMPONENTS[found["type"]]
    if "bufferView" not in found:
        return count, kind, None
    view = scene["bufferViews"][found["bufferView"]]
    data = _view(view, scene, binary)
    offset, step = found.get("byteOffset", 0), view.get("byteStride", size)
    if count < 1 or offset < 0 or offset + step * (count - 1) + size > view["byteLength"]:
        raise _Broken(f"has an accessor {index} that goes beyond its view")
    return count, kind, None if data is None else data[offset:]


def _view(view: Mapping[str, Any], scene: Mapping[str, Any], binary: bytes) -> bytes | None:
    """The bytes of a view of the binary chunk; None where they are elsewhere."""
    if "uri" in scene["buffers"][view["buffer"]]:
        return None
    start = view.get("byteOffset", 0)
    if start < 0 or start + view["byteLength"] > len(binary):
        raise _Broken("has a view that goes beyond the binary chunk")
    return binary[start : start + view["byteLength"]]


def _texture(scene: Mapping[str, Any], binary: bytes) -> bytes:
    for image in scene.get("images", ()):
        if "bufferView" in image:
            return _view(scene["bufferViews"][image["bufferView"]], scene, binary) or b""
    return b""
