"""From a call to the videos it asks for: a pure function of the request and the seed, like a picture."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.drawing import last_picture, pictures
from proofsheet.mockserver.media.image.picture import JPEG, Picture
from proofsheet.mockserver.media.video.video import LONGEST, Video, pieces

USUAL = 5.0  # seconds, where nothing says how many


def videos(call: Call, double: Double, blurred: bool) -> tuple[Video, ...]:
    """The videos of a call, in order: each begins with the picture that the call would be drawn."""
    artifact = call.operation.artifact
    if artifact is None:
        return ()
    seconds = artifact.seconds_of(call.known_fields)
    lasts = min(seconds, LONGEST) if seconds and seconds > 0 else USUAL
    sounds = artifact.sounds(call.known_fields)
    found = pictures(call, double, blurred, JPEG)
    last = last_picture(call, artifact, _even(found[0])) if found and artifact.last else None
    return tuple(Video(_even(each), lasts, artifact.fps, sounds, last=last) for each in found)


def _even(picture: Picture) -> Picture:
    """The picture with even sides, as colours of a video stand for two pixels across and down."""
    return replace(picture, width=max(2, picture.width & ~1), height=max(2, picture.height & ~1))


async def film(video: Video, double: Double) -> list[bytes]:
    """The pieces of the video's file, or of a picture of it; made off the event loop."""
    async with double.editing:
        return await asyncio.to_thread(pieces, video, double.renderer.draw)
