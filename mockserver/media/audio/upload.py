"""What an audio file is: decoded to its end in a process of its own, within a limit of time and memory.

FFmpeg reads whatever it is given, and some of it was made to hurt: a process can be ended, a thread cannot.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofsheet.mockserver.media.audio.speech import said_of
from proofsheet.mockserver.media.image.safe_decode import Unreadable

PATIENCE = 20.0  # seconds for all of a file
_READER = Path(__file__).with_name("reader.py")


@dataclass(frozen=True)
class Audio:
    """What an audio file was found to be; `level` is its loudest sample, from 0 to 1.

    `said` is what a file of the double's own was made of: its text, voice and speed.
    """

    format: str
    seconds: float
    level: float
    said: dict[str, Any] | None = None


def read_audio(data: bytes) -> Audio:
    """Decode a file. Raises Unreadable for what is no audio, ends too early or takes too long."""
    try:
        ended = subprocess.run(
            [sys.executable, "-I", str(_READER)],
            input=data,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        found = json.loads(ended.stdout)
    except subprocess.TimeoutExpired:
        raise Unreadable("bomb", f"it takes more than {PATIENCE:g} seconds to decode") from None
    except ValueError:
        raise Unreadable("broken", "the decoder ended before the file did") from None
    if problem := found.get("problem"):
        raise Unreadable(found["reason"], problem)
    return Audio(found["format"], found["seconds"], found["level"], said_of(found["comment"]))
