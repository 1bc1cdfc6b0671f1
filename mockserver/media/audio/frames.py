"""The frames of one sound in one format: encoded once, and good in any order.

PyAV brings FFmpeg's codecs. It takes a tenth of a second to import and 100 MB on disk, so it is imported by
the first sound that is wanted and by nothing else.
"""

from __future__ import annotations

import array
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

RATE = 24_000  # samples a second, one channel of 16 bits
_LOUDNESS = 9_000  # of 32,767
_AROUND, _STEADY = 4, 6  # frames of silence around a sound that is encoded, and of the sound
FORMANTS = ((800, 1200), (500, 1900), (300, 2300), (500, 900), (350, 700))  # hertz, of a e i o u
_WIDTH = 180.0


@dataclass(frozen=True)
class Codec:
    """How frames are encoded: FFmpeg's name, samples in each, how many frames late they come out."""

    name: str | None  # None: as they are
    samples: int
    late: int = 0
    layout: str = "s16"
    bit_rate: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Of a frame."""
        return self.samples / RATE


# No frame needs another: an MP3 borrows no bits from the frame before, AAC has no noise in place of tones.
# An MP3 of 64,000 bits a second has frames of 192 bytes, which are taken for MPEG-TS where they are alike.
CODECS = {
    "pcm": Codec(None, 480),
    "flac": Codec("flac", 960, 0, "s16", None, {"frame_size": "960"}),
    "mp3": Codec("libmp3lame", 576, 1, "s16p", 80_000, {"reservoir": "0"}),
    "aac": Codec("aac", 1024, 1, "fltp", 64_000, {"aac_coder": "fast", "aac_pns": "0"}),
    "opus": Codec("libopus", 480, 0, "s16", 32_000, {"vbr": "off", "application": "audio"}),
}


@dataclass(frozen=True)
class Sound:
    """How a sound begins, goes on and ends: a frame each."""

    onset: bytes
    steady: bytes
    end: bytes
    silence: bytes

    def lasting(self, frames: int) -> list[bytes]:
        """So many frames of it."""
        if frames < 3:
            return [self.steady] * frames
        return [self.onset, *[self.steady] * (frames - 2), self.end]


@lru_cache(maxsize=2048)
def sound(codec: str, hertz: float, vowel: int) -> Sound:
    """A vowel at about that pitch. A frame holds whole waves, so that one follows another without a seam."""
    known = CODECS[codec]
    wave = _wave(known.samples, hertz, vowel)
    count = known.samples
    rising = [int(each * min(1.0, 2 * at / count)) for at, each in enumerate(wave)]
    falling = [int(each * (1 - at / count)) for at, each in enumerate(wave)]
    silent = [[0] * count] * _AROUND
    made = encoded(known, [*silent, rising, *[wave] * _STEADY, falling, *silent])
    first = _AROUND + known.late
    return Sound(made[first], made[first + _STEADY // 2 + 1], made[first + _STEADY + 1], made[2])


def _wave(count: int, hertz: float, vowel: int) -> list[int]:
    cycles = max(1, round(hertz * count / RATE))
    parts = []
    for number in range(1, 13):
        frequency = number * cycles * RATE / count
        near = sum(math.exp(-(((frequency - each) / _WIDTH) ** 2)) for each in FORMANTS[vowel])
        parts.append((number, (0.15 + near) / number))
    whole = sum(weight for _, weight in parts)
    step = 2 * math.pi * cycles / count
    return [
        int(_LOUDNESS * sum(weight * math.sin(step * number * at) for number, weight in parts) / whole)
        for at in range(count)
    ]


def encoded(codec: Codec, blocks: Sequence[Sequence[int]]) -> list[bytes]:
    if codec.name is None:
        return [array.array("h", each).tobytes() for each in blocks]
    import av

    context: Any = av.CodecContext.create(codec.name, "w")
    context.sample_rate, context.layout, context.format = RATE, "mono", codec.layout
    if codec.bit_rate:
        context.bit_rate = codec.bit_rate
    context.options = dict(codec.options)
    context.open()
    found: list[bytes] = []
    for number, each in enumerate(blocks):
        frame = av.AudioFrame(format=codec.layout, layout="mono", samples=codec.samples)
        frame.sample_rate, frame.pts = RATE, number * codec.samples
        floats = codec.layout.startswith("flt")
        data = array.array("f", [one / 32768 for one in each]) if floats else array.array("h", each)
        frame.planes[0].update(data.tobytes())
        found += map(bytes, context.encode(frame))
    found += map(bytes, context.encode(None))
    return found
