"""Sound as dialogues have it: samples of 16 bits, one channel; how loud it is; tones that stand for words.

G.711 is read and written by its tables (ITU-T G.711), 8,000 samples a second; PCM has 24,000.
"""

from __future__ import annotations

import array
import math
import sys
from collections.abc import Iterator
from functools import lru_cache

RATES = {"pcm16": 24_000, "g711-ulaw": 8_000, "g711-alaw": 8_000}
FRAME = 20  # milliseconds over which a level is measured
TOKEN_MS = 60  # how long a token is spoken
_FULL = 32_767
_LOUD = 0.12  # of full scale: the level of a voice, at which a threshold of 0.5 is passed easily


def samples(data: bytes, form: str) -> array.array[int]:
    """The samples of bytes in a form. Raises ValueError where they are none."""
    if form == "pcm16":
        if len(data) % 2:
            raise ValueError("half a sample")
        found = array.array("h", data)
        if sys.byteorder == "big":
            found.byteswap()
        return found
    table = _decoding(form)
    return array.array("h", [table[each] for each in data])


def encoded(found: array.array[int], form: str) -> bytes:
    """Samples as bytes in a form."""
    if form == "pcm16":
        made = array.array("h", found)
        if sys.byteorder == "big":
            made.byteswap()
        return made.tobytes()
    table = _encoding(form)
    return bytes(table[each >> 3] for each in found)


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
    """A tone that stands for a piece of text: its pitch by the text, as long as the piece is spoken."""
    return _tone(sum(text.encode("utf-8", "surrogatepass")) % 24, form)


@lru_cache(maxsize=128)
def _tone(step: int, form: str) -> bytes:
    rate = RATES[form]
    size = rate * TOKEN_MS // 1000
    pitch = 2 * math.pi * 180 * 2 ** (step / 12) / rate
    fade = size // 6
    made = array.array(
        "h", [round(9000 * min(1, n / fade, (size - n) / fade) * math.sin(pitch * n)) for n in range(size)]
    )
    return encoded(made, form)


@lru_cache(maxsize=2)
def _decoding(form: str) -> tuple[int, ...]:
    return tuple(_ulaw(each) if form == "g711-ulaw" else _alaw(each) for each in range(256))


def _ulaw(code: int) -> int:
    code = ~code & 0xFF
    value = (((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84
    return -value if code & 0x80 else value


def _alaw(code: int) -> int:
    code ^= 0x55
    value, segment = (code & 0x0F) << 4, (code & 0x70) >> 4
    value = value + 8 if segment == 0 else value + 0x108 << segment - 1
    return value if code & 0x80 else -value


@lru_cache(maxsize=2)
def _encoding(form: str) -> dict[int, int]:
    """The nearest code of each value, by its upper 13 bits."""
    known = sorted((value, code) for code, value in enumerate(_decoding(form)))
    found, at = {}, 0
    for upper in range(-4096, 4096):
        wanted = upper << 3
        while at + 1 < len(known) and abs(known[at + 1][0] - wanted) <= abs(known[at][0] - wanted):
            at += 1
        found[upper] = known[at][1]
    return found
