"""What a video file is: decoded to its end."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from proofsheet.contracts.checks.decoded_media import decoded, size_problem
from proofsheet.contracts.exchange import Exchange


@dataclass(frozen=True)
class VideoFacts:
    """A file's facts; `problem` says why it is no whole video, and then the others may be missing.

    Frames are looked at at 64 by 64 points: `brightest` is their brightest point, `spread` how far the points
    of one are apart, `moved` how far a point goes from what it is in the first; 0 to 255. `first` are the
    points of that, in RGB. `level` is the loudest sample, from 0 to 1; None: there is no sound.
    """

    problem: str | None = None
    container: str = ""  # as FFmpeg calls it, as the others
    codec: str = ""
    width: int = 0
    height: int = 0
    frames: int = 0
    fps: float = 0.0
    seconds: float = 0.0
    level: float | None = None
    brightest: int = 0
    spread: int = 0
    moved: int = 0
    first: bytes = field(default=b"", repr=False)


def seen(exchange: Exchange) -> VideoFacts:
    """The facts of an answer's body, worked out once."""
    return exchange.once("video", lambda: watch(exchange.body))


def watch(data: bytes) -> VideoFacts:
    """The facts of a file; never raises."""
    if problem := size_problem("video", data):
        return VideoFacts(problem)
    found = decoded("video", data)
    first = base64.b64decode(found.pop("first", ""))
    return VideoFacts(**found, first=first)
