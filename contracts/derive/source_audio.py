"""Sound to start from: a melody of some seconds as a WAV file, for whatever takes audio."""

from __future__ import annotations

import io
import math
import wave
from array import array
from functools import cache

RATE = 16_000
SECONDS = 2.0
_HERTZ = (220, 277, 330, 440, 330, 277, 220, 165)


@cache
def source_audio(seconds: float = SECONDS) -> bytes:
    """A file that lasts so long, in one channel of 16 bits."""
    count = round(seconds * RATE)
    note = max(count // len(_HERTZ), 1)
    samples = array("h")
    for at in range(count):
        hertz = _HERTZ[min(at // note, len(_HERTZ) - 1)]
        loud = math.sin(math.pi * (at % note) / note)
        samples.append(int(12_000 * loud * math.sin(2 * math.pi * hertz * at / RATE)))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def seconds_of(data: bytes) -> float:
    """How long a WAV file lasts; 0 for what is none."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            return float(file.getnframes() / file.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError):
        return 0.0


def is_audio(data: bytes) -> bool:
    """Whether a file is one of these."""
    return data.startswith(b"RIFF")
