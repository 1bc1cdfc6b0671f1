"""What a video file is: decoded to its end by a process of its own, which a hostile file cannot hang."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from proofsheet.contracts.exchange import Exchange

PATIENCE = 40.0  # seconds
MOST = 256 * 1024 * 1024  # bytes that are looked at
_DECODER = Path(__file__).with_name("video_decoder.py")


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
    found: VideoFacts | None = exchange.memo.get("video")
    if found is None:
        found = exchange.memo["video"] = watch(exchange.body)
    return found


def watch(data: bytes) -> VideoFacts:
    """The facts of a file; never raises."""
    if not data or len(data) > MOST:
        return VideoFacts(f"has {len(data)} bytes")
    try:
        command = [sys.executable, "-I", str(_DECODER)]
        ended = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE, check=False)
        found = json.loads(ended.stdout)
    except subprocess.TimeoutExpired:
        return VideoFacts(f"takes more than {PATIENCE:g} seconds to decode")
    except ValueError:
        return VideoFacts("does not decode: the decoder ended before it did")
    first = base64.b64decode(found.pop("first", ""))
    return VideoFacts(**found, first=first)
