"""What is wrong with a request for words: schemas, tools and pictures deep in its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from proofsheet.mockserver.media.audio.upload import Audio
from proofsheet.mockserver.media.image.safe_decode import Unreadable
from proofsheet.mockserver.media.image.upload import Upload
from proofsheet.mockserver.sent_files import Given
from proofsheet.spec import pointers, schemas
from proofsheet.spec.completion import Completion
from proofsheet.spec.conversation import pairing_flaws
from proofsheet.spec.given_schemas import given_schema_flaws
from proofsheet.spec.request_bodies import Body
from proofsheet.spec.schemas import Flaw


def completion_flaws(
    body: Body, completion: Completion | None, fields: Any, earlier: Sequence[Any] = ()
) -> Iterator[Flaw]:
    """Every flaw of these kinds, in this order."""
    yield from given_schema_flaws(body.given_schemas, fields)
    if completion is None:
        return
    for tools in completion.tools:
        if (name := tools.undeclared(fields)) is not None:
            yield Flaw("tool-chosen", schemas.name(list(tools.choice)), {"value": name}, tools.choice)
    if completion.turns is not None:
        yield from pairing_flaws(completion.turns, fields, earlier)


def inner_sound_flaws(
    body: Body, given: Mapping[tuple[str | int, ...], Audio | Unreadable]
) -> Iterator[Flaw]:
    """That what stands for a sound deep in the fields is none, or one in another format."""
    for tokens, wanted in body.inner_sounds:
        options = {"options": ", ".join(f"'{each}'" for each in wanted.formats)}
        for path, heard in given.items():
            if _is_at(path, tokens) and not (isinstance(heard, Audio) and heard.format in wanted.formats):
                kind = "audio-format" if isinstance(heard, Audio) else "audio-broken"
                yield Flaw(kind, schemas.name(list(path)) if wanted.named else "", options, path)


def _is_at(path: Sequence[str | int], way: Sequence[str]) -> bool:
    return len(path) == len(way) and all(two in ("*", str(one)) for one, two in zip(path, way, strict=True))


def inner_picture_flaws(body: Body, given: Mapping[str, Sequence[Given]]) -> Iterator[Flaw]:
    """That what stands for a picture deep in the fields is none."""
    for tokens, wanted in body.inner_pictures:
        options = {"options": " | ".join(f"'{each}'" for each in wanted.formats)}
        for each in given.get(pointers.join(*tokens), ()):
            upload = each.upload
            if upload is None or (isinstance(upload, Upload) and upload.format in wanted.formats):
                continue
            kind = upload.reason if isinstance(upload, Unreadable) else "format"
            field = schemas.name(list(each.path)) if wanted.named else ""
            yield Flaw(f"picture-{kind}", field, options, each.path)
