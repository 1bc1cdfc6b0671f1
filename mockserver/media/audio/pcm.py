"""Raw sound of one channel as bytes: PCM of 16 bits, and G.711; how long it is and how loud.

G.711 (ITU-T G.711) has 8,000 samples a second, PCM 24,000. FFmpeg knows the tables of G.711 (see frames).
"""

from __future__ import annotations

import array
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from proofsheet.mockserver.media.audio.frames import CODECS, RATE, sound

RATES = {"pcm16": RATE, "g711-ulaw": 8_000, "g711-alaw": 8_000}
FRAME = 20  # milliseconds over which a level is measured
PIECE_FRAMES = 3  # that a piece of text is spoken for
PIECE_MS = round(1000 * PIECE_FRAMES * CODECS["pcm"].seconds)
_CODECS: Mapping[str, Any] = {"g711-ulaw": "pcm_mulaw", "g711-alaw": "pcm_alaw"}
_FULL = 32_767
_LOUD = 0.12  # of full scale: the level of a voice, at which a threshold of 0.5 is passed easily
_LOWEST = 180.0  # hertz


def samples(data: bytes, form: str) -> array.array[int]:
    """The samples of bytes in a form. Raises ValueError where they are none."""
    if form == "pcm16":
        if len(data) % 2:
            raise ValueError("half a sample")
        return _swapped(array.array("h", data))
    table = _decoding(form)
    return array.array("h", [table[each] for each in data])


def encoded(found: array.array[int], form: str) -> bytes:
    """Samples as bytes in a form."""
    if form == "pcm16":
        return _swapped(array.array("h", found)).tobytes()
    table = _encoding(form)
    return bytes(table[each + _FULL + 1] for each in found)


def _swapped(found: array.array[int]) -> array.array[int]:
    """From or to the order of bytes that PCM has, the lower one first."""
    if sys.byteorder == "big":
        found.byteswap()
    return found


def milliseconds(count: int, form: str) -> float:
    """How long so many samples last."""
    return 1000 * count / RATES[form]


def levels(found: array.array[int], form: str) -> Iterator[float]:
    """How loud each whole frame is, 0 to 1: its root mean square by that of a loud voice."""
    size = RATES[form] * FRAME // 1000
    for start in range(0, len(found) - size + 1, size):
        frame = found[start : start + size]
        power = math.sqrt(sum(each * each for each in frame) / size) / _FULL
        yield min(1.0, power / _LOUD)


def spoken(text: str, form: str) -> bytes:
    """The sound that stands for a piece of text: its pitch by the text."""
    return _spoken(sum(text.encode("utf-8", "surrogatepass")) % 24, form)


@lru_cache(maxsize=128)
def _spoken(step: int, form: str) -> bytes:
    frames = sound("pcm", _LOWEST * 2 ** (step / 12), 0).lasting(PIECE_FRAMES)
    made = array.array("h", b"".join(frames))
    times = RATE // RATES[form]
    means = [sum(made[at : at + times]) // times for at in range(0, len(made), times)]
    return encoded(array.array("h", means), form)


def _context(form: str, mode: Any) -> Any:
    import av

    context: Any = av.CodecContext.create(_CODECS[form], mode)
    context.sample_rate, context.layout, context.format = RATES[form], "mono", "s16"
    return context


@lru_cache(maxsize=2)
def _decoding(form: str) -> Sequence[int]:
    """The sample of each code."""
    import av

    (frame,) = _context(form, "r").decode(av.Packet(bytes(range(256))))
    return array.array("h", bytes(frame.planes[0])[:512])


@lru_cache(maxsize=2)
def _encoding(form: str) -> bytes:
    """The nearest code of each sample, from the lowest on."""
    import av

    every = array.array("h", range(-_FULL - 1, _FULL + 1))
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(every))
    frame.sample_rate = RATES[form]
    frame.planes[0].update(every.tobytes())
    return b"".join(map(bytes, _context(form, "w").encode(frame)))
