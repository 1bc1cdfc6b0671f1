"""From a call to the pieces of music that it asks for: a pure function of the request and the seed."""

from __future__ import annotations

import asyncio
from hashlib import blake2b
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.drawing import pictures
from proofsheet.mockserver.media.audio.frames import CODECS
from proofsheet.mockserver.media.audio.music import LONGEST, Music, file
from proofsheet.mockserver.media.audio.style import style
from proofsheet.mockserver.media.image.picture import JPEG
from proofsheet.spec import pointers
from proofsheet.spec.artifact import Artifact, Tokens

USUAL = 60.0  # seconds, where nothing says how many


def compositions(call: Call, double: Double, blurred: bool) -> tuple[Music, ...]:
    """The pieces of a call, in order: each has the picture that the call would be drawn as its cover."""
    artifact = call.operation.artifact
    if artifact is None:
        return ()
    known = call.known_fields
    texts = [each for place in artifact.style for each in _texts(known, place)]
    words = next(iter(_texts(known, artifact.lyrics)), "") if artifact.lyrics else ""
    covers = pictures(call, double, blurred, JPEG)
    return tuple(
        Music(
            picture=each,
            seconds=_lasting(artifact, known, each.identity + bytes([each.seed % 251])),
            style=style(texts, each.identity),
            words=words,
            is_sung=artifact.is_sung(known),
            media_type=str(call.artifact_media),
        )
        for each in covers
    )


def _texts(fields: Any, place: Tokens) -> list[str]:
    return [each for each in pointers.find(fields, place) if isinstance(each, str) and each.strip()]


def _lasting(artifact: Artifact, fields: dict[str, Any], identity: bytes) -> float:
    """How long a piece is, in whole frames of an MP3: as asked for, or within what the service makes."""
    seconds = artifact.seconds_of(fields) or USUAL
    if between := artifact.seconds_between(fields):
        share = int.from_bytes(blake2b(identity, digest_size=2).digest()) / 0xFFFF
        seconds = between[0] + (between[1] - between[0]) * share
    frame = CODECS["mp3"].seconds
    return round(max(1, int(min(seconds, LONGEST) / frame)) * frame, 2)


async def compose(music: Music, double: Double) -> list[bytes]:
    """The pieces of the file; made off the event loop."""
    async with double.drawing:
        return [await asyncio.to_thread(file, music)]
