"""What an operation says in words (`text` in x-artifact), by name: as documents bind it with `$text.NAME`."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence

from PIL import Image

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.drawing import edit_of
from proofsheet.mockserver.media.image.edits import stand_in
from proofsheet.mockserver.media.image.upload import open_upright
from proofsheet.mockserver.media.text import describe, shorten

Texts = tuple[tuple[str, str], ...]
_GLANCE = (512, 512)  # pixels: a picture is described by its colours


def texts(call: Call, double: Double, turn: int = 0) -> Texts:
    """The texts of a call, each with its name; another turn gives others where there are any."""
    artifact = call.operation.artifact
    return tuple(_TEXTS[artifact.text](call, double, turn)) if artifact and artifact.text else ()


def _described(call: Call, double: Double, turn: int) -> Iterator[tuple[str, str]]:
    artifact = call.operation.artifact
    if artifact is None:
        return
    edit = edit_of(call, artifact)
    source = edit.sources[0] if edit else str(call.value(artifact.sources[:1]))  # unreadable: by its text
    if isinstance(source, bytes):
        picture = open_upright(source, near=_GLANCE)
    else:
        drawn = stand_in(source) if isinstance(source, str) else source
        picture = Image.open(io.BytesIO(double.studio.draw(drawn))).convert("RGB")
    found = describe(picture, turn=turn)
    yield from _numbered(found.prompts)
    yield "ratio", found.ratio


def _shortened(call: Call, double: Double, turn: int) -> Iterator[tuple[str, str]]:
    artifact = call.operation.artifact
    found = shorten(artifact.prompt(call.fields).text if artifact else "")
    yield from _numbered(found.prompts)
    yield "marked", found.marked


def _numbered(prompts: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((str(number), each) for number, each in enumerate(prompts, 1))


_TEXTS: Mapping[str, Callable[[Call, Double, int], Iterator[tuple[str, str]]]] = {
    "describe": _described,
    "shorten": _shortened,
}
