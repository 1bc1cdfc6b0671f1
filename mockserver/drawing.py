"""From a call to the pictures it asks for. A picture is a pure function of the request and the seed."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.media.image.picture import LARGEST_SIDE, Picture
from proofsheet.mockserver.media.image.upload import Upload
from proofsheet.spec.document import Artifact


def pictures(call: Call, double: Double, blurred: bool) -> tuple[Picture, ...]:
    """The pictures of a call, in order; sample n is drawn with the seed n further on."""
    artifact = call.operation.artifact
    if artifact is None:
        return ()
    call.seed = _effective_seed(call, artifact, double)
    width, height = _size(call, artifact)
    prompt = " · ".join(call.prompts)
    strength = _strength(call, artifact)
    source = _source(call, artifact) if strength < 1 else None
    identity = _identity(call, artifact, source)
    most = artifact.seed.maximum if artifact.seed else 0
    found = []
    for number in range(call.count):
        seed = call.seed + number if call.seed + number <= most else number
        found.append(
            Picture(
                width=width,
                height=height,
                media_type=str(call.artifact_media),
                seed=seed,
                identity=identity,
                title=f"{call.operation.id}  seed {seed}  {width} x {height}",
                prompt=prompt,
                source=source,
                strength=strength,
                blurred=blurred,
            )
        )
    return tuple(found)


async def draw(picture: Picture, double: Double) -> list[bytes]:
    """The pieces of the picture's file; drawn off the event loop unless they are there already."""
    if (kept := double.studio.kept(picture)) is not None:
        return kept
    async with double.drawing:
        return await asyncio.to_thread(double.studio.pieces, picture)


def _effective_seed(call: Call, artifact: Artifact, double: Double) -> int:
    if artifact.seed is None:
        return 0
    sent = call.value(artifact.seed.field)
    usable = isinstance(sent, int | float) and 0 <= sent <= artifact.seed.maximum and sent == int(sent)
    if not usable or int(sent) == artifact.seed.random:
        return double.state.fresh_seed(call.account, artifact.seed.maximum)
    return int(sent)


def _identity(call: Call, artifact: Artifact, source: bytes | None) -> bytes:
    """A digest of the request without what only the seed or the wrapping of the picture changes.

    At a strength of 1 there is no `source`: the upload counts for nothing then, and so does its strength.
    """
    left_out = {artifact.seed.field[0] if artifact.seed else "", *artifact.media.field[:1]}
    left_out |= set(artifact.count or ())
    if source is None:
        left_out |= {artifact.source or "", artifact.strength or ""}
    defaults = call.body.defaults if call.body else {}
    fields = {**defaults, **call.fields} if isinstance(call.fields, dict) else {}
    kept = {name: value for name, value in fields.items() if name not in left_out}
    digest = hashlib.blake2b(digest_size=32)
    digest.update(json.dumps([call.operation.id, call.path_params, kept], sort_keys=True).encode())
    for name in sorted(call.files.keys() - left_out):
        digest.update(name.encode() + hashlib.blake2b(call.files[name].data).digest())
    return digest.digest()


def _size(call: Call, artifact: Artifact) -> tuple[int, int]:
    if artifact.sides:
        width, height = (_side(call.value(field)) for field in artifact.sides)
        return width, height
    width, height = artifact.size.pick(call.fields) if artifact.size else (1024, 1024)
    return int(width), int(height)


def _side(value: Any) -> int:
    # Forced outcomes draw for requests that no gate has seen.
    return int(value) if isinstance(value, int | float) and 1 <= value <= LARGEST_SIDE else 512


def _source(call: Call, artifact: Artifact) -> bytes | None:
    # A forced success may come with an upload that no gate has judged.
    name = artifact.source or ""
    return call.files[name].data if isinstance(call.uploads.get(name), Upload) else None


def _strength(call: Call, artifact: Artifact) -> float:
    value = call.value((artifact.strength,)) if artifact.strength else None
    return float(value) if isinstance(value, int | float) and 0 <= value <= 1 else 1.0
