"""What an operation says in words (`text` in x-artifact), by name: as documents bind it with `$text.NAME`."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from PIL import Image

from proofsheet.mockserver import drawing
from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.media.image.edits import stand_in
from proofsheet.mockserver.media.image.picture import PNG, Picture
from proofsheet.mockserver.media.image.upload import open_upright
from proofsheet.mockserver.media.text import describe, lyrics, shorten
from proofsheet.spec import pointers

Texts = tuple[tuple[str, str], ...]
Named = Sequence[tuple[str, str]]
_GLANCE = (512, 512)  # pixels: a picture is described by its colours


async def texts(call: Call, double: Double, pictures: Sequence[Any], turn: int = 0) -> Texts:
    """The texts of a call that makes these pictures, each with its name; another turn gives others."""
    artifact = call.operation.artifact
    if artifact is None or artifact.text is None:
        return ()
    return tuple(await _TEXTS[artifact.text](call, double, pictures, turn))


async def _described(call: Call, double: Double, pictures: Sequence[Any], turn: int) -> Named:
    known = pictures or drawing.pictures(call, double, blurred=False, media_type=PNG)  # of words alone: none
    made = next((each for each in known[:1] if isinstance(each, Picture)), None)
    if made is None:
        return []
    async with double.editing:  # a picture is decoded or drawn for it
        found = await asyncio.to_thread(lambda: describe(_shown(made, double), turn=turn))
    return [*_numbered(found.prompts), ("ratio", found.ratio)]


def _shown(made: Picture, double: Double) -> Image.Image:
    """The picture that was given, or what is drawn where none was, or an unreadable one."""
    source = made.edit.sources[0] if made.edit else made
    if isinstance(source, bytes):
        return open_upright(source, near=_GLANCE)
    described = stand_in(source) if isinstance(source, str) else source
    return Image.open(io.BytesIO(double.renderer.draw(described))).convert("RGB")


async def _shortened(call: Call, double: Double, pictures: Sequence[Any], turn: int) -> Named:
    artifact = call.operation.artifact
    found = shorten(artifact.prompt(call.fields).text if artifact else "")
    return [*_numbered(found.prompts), ("marked", found.marked)]


async def _sung(call: Call, double: Double, pictures: Sequence[Any], turn: int) -> Named:
    artifact, known = call.operation.artifact, call.known_fields
    song = lyrics(next((each for each in call.prompts if each.strip()), ""), call.seed or 0)
    if artifact is None or artifact.kind != "music":
        return [("title", song.title), ("lyrics", song.words), ("tags", song.tags)]
    words = song.words if artifact.is_sung(known) else ""
    return [
        ("title", pointers.text(known, artifact.title) or song.title),
        ("lyrics", pointers.text(known, artifact.lyrics) or words),
        ("tags", pointers.text(known, artifact.style[0] if artifact.style else None) or song.tags),
    ]


def _numbered(prompts: Sequence[str]) -> Named:
    return [(str(number), each) for number, each in enumerate(prompts, 1)]


_TEXTS: Mapping[str, Callable[[Call, Double, Sequence[Any], int], Awaitable[Named]]] = {
    "describe": _described,
    "shorten": _shortened,
    "lyrics": _sung,
}
