"""From a call to the speech it asks for: a pure function of the request."""

from __future__ import annotations

import asyncio
import hashlib
import json

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.media.audio.speech import Speech, file
from proofsheet.spec import pointers

_SLOWEST, _FASTEST = 0.1, 10.0  # forced outcomes speak for requests that no gate saw
_LONGEST = 20_000  # characters


def speeches(call: Call, double: Double, blurred: bool) -> tuple[Speech, ...]:
    """The speech of a call: its prompt in the voice, at the speed and in the format that it names."""
    artifact = call.operation.artifact
    if artifact is None:
        return ()
    voice = next(pointers.find(call.known_fields, artifact.voice), None) if artifact.voice else None
    wanted = next(pointers.find(call.known_fields, artifact.speed), None) if artifact.speed else None
    speed = float(wanted) if isinstance(wanted, int | float) and _SLOWEST <= wanted <= _FASTEST else 1.0
    said = json.dumps(voice, sort_keys=True)
    made = Speech(
        text=" ".join(call.prompts)[:_LONGEST],
        voice=voice if isinstance(voice, str) else said,
        speed=speed,
        media_type=str(call.artifact_media),
        seed=0,
        identity=hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=16).digest(),
        title=f"{call.operation.id}  {voice}",
    )
    return (made,)


async def speak(speech: Speech, double: Double) -> list[bytes]:
    """The pieces of the speech's file; made off the event loop."""
    async with double.drawing:
        return [await asyncio.to_thread(file, speech)]
