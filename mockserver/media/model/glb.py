"""GLB, the binary form of glTF 2.0 (ISO/IEC 12113): one mesh with one texture."""

from __future__ import annotations

import json
import struct
import sys
from array import array
from collections.abc import Mapping
from typing import Any

from proofsheet.mockserver.media.model.relief import Mesh

GLB = "model/gltf-binary"
_JSON, _BINARY = 0x4E4F534A, 0x004E4942  # kinds of chunk
_FLOAT, _WORD = 5126, 5125  # kinds of component: 32 bits each
_VERTICES, _INDICES = 34962, 34963  # what a view is for


def written(mesh: Mesh, texture: bytes, extras: Mapping[str, Any]) -> list[bytes]:
    """The pieces of the file of a mesh; `texture` is a PNG, `extras` what the file says of itself."""
    numbers: tuple[array[Any], ...] = (mesh.positions, mesh.normals, mesh.coordinates, mesh.indices)
    parts = [*map(_little, numbers), texture]
    targets = (_VERTICES, _VERTICES, _VERTICES, _INDICES, None)
    binary, views = b"", []
    for part, target in zip(parts, targets, strict=True):
        view = {"buffer": 0, "byteOffset": len(binary), "byteLength": len(part)}
        views.append(view | ({"target": target} if target else {}))
        binary += part + b"\0" * (-len(part) % 4)
    text = json.dumps(_scene(mesh, views, len(binary), extras), separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sII", b"glTF", 2, 12 + 8 + len(text) + 8 + len(binary))
    return [
        head,
        struct.pack("<II", len(text), _JSON),
        text,
        struct.pack("<II", len(binary), _BINARY),
        binary,
    ]


def _little(numbers: array[Any]) -> bytes:
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def _scene(mesh: Mesh, views: list[Any], size: int, extras: Mapping[str, Any]) -> dict[str, Any]:
    axes = [mesh.positions[axis::3] for axis in range(3)]
    vectors = {"componentType": _FLOAT, "count": mesh.vertices, "type": "VEC3"}
    return {
        "asset": {"version": "2.0", "generator": "Proofsheet", "extras": dict(extras)},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "relief"}],
        "meshes": [
            {
                "primitives": [
                    {"attributes": {"POSITION": 0, "NORMAL": 1, "TEXCOORD_0": 2}, "indices": 3, "material": 0}
                ]
            }
        ],
        "materials": [
            {
                "pbrMetallicRoughness": {
                    "baseColorTexture": {"index": 0},
                    "metallicFactor": 0.0,
                    "roughnessFactor": 0.8,
                },
                "alphaMode": "MASK",
                "alphaCutoff": 0.5,
                "doubleSided": True,
            }
        ],
        "textures": [{"source": 0, "sampler": 0}],
        "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}],
        "images": [{"bufferView": 4, "mimeType": "image/png"}],
        "accessors": [
            {
                "bufferView": 0,
                **vectors,
                "min": [min(each) for each in axes],
                "max": [max(each) for each in axes],
            },
            {"bufferView": 1, **vectors},
            {"bufferView": 2, "componentType": _FLOAT, "count": mesh.vertices, "type": "VEC2"},
            {"bufferView": 3, "componentType": _WORD, "count": len(mesh.indices), "type": "SCALAR"},
        ],
        "bufferViews": views,
        "buffers": [{"byteLength": size}],
    }
