"""What music is put together of: a chord and a note over it, struck and dying away, encoded once.

A cell begins in silence and has all but died away at its end: one may follow another, cut short or not.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from proofsheet.mockserver.media.audio.frames import CODECS, FORMANTS, RATE, encoded

SECONDS = 0.384  # of a cell
NOTES = 4  # over each chord
_LENGTH = round(SECONDS * RATE)
_TABLE = 2048  # points of a wave
_ATTACK, _RELEASE, _BREATH = (
    96,
    480,
    1900,
)  # samples in which a sound comes and goes; before which a voice ends
_SILENCE = 4  # frames around each cell that is encoded
_ROOT = {False: 261.63, True: 220.0}  # hertz: C major, A minor
# By whether it is minor: the tones of each chord and the notes over it, in semitones above the root.
_CHORDS = {
    False: ((0, 4, 7), (5, 9, 12), (7, 11, 14), (-3, 0, 4)),
    True: ((0, 3, 7), (-4, 0, 3), (-2, 2, 5), (5, 8, 12)),
}
_OVER = {
    False: ((12, 14, 16, 19), (12, 17, 21, 19), (11, 14, 19, 16), (12, 16, 21, 14)),
    True: ((12, 15, 19, 14), (12, 15, 20, 17), (14, 17, 10, 19), (12, 17, 20, 15)),
}
# How strong each partial is, from the first, and after how many seconds a sound has died down to a third.
_VOICES = {
    "bell": ((1.0, 0.45, 0.05, 0.22, 0.0, 0.08), 0.16),
    "pluck": ((1.0, 0.5, 0.33, 0.25, 0.2, 0.12), 0.11),
    "reed": ((1.0, 0.05, 0.4, 0.03, 0.22, 0.02, 0.12), 0.19),
}
VOICES = tuple(_VOICES)


@dataclass(frozen=True)
class Cell:
    """A chord, whole with its bass or (`is_light`) one tone of it, and a note over it or a rest."""

    voice: str
    is_minor: bool
    chord: int
    is_light: bool
    note: int | None
    is_sung: bool = False


@lru_cache(maxsize=4096)
def cell_frames(codec: str, cell: Cell) -> tuple[bytes, ...]:
    """The frames of a cell."""
    known = CODECS[codec]
    count = -(-_LENGTH // known.samples)
    wave = [*_mixed(cell), *[0] * (count * known.samples - _LENGTH)]
    blocks = [wave[at : at + known.samples] for at in range(0, len(wave), known.samples)]
    silent = [[0] * known.samples] * _SILENCE
    made = encoded(known, [*silent, *blocks, *silent])
    first = _SILENCE + known.late
    return tuple(made[first : first + count])


@lru_cache(maxsize=8)
def silent_frame(codec: str) -> bytes:
    """A frame in which nothing is heard."""
    known = CODECS[codec]
    return encoded(known, [[0] * known.samples] * _SILENCE)[known.late + 1]


def _mixed(cell: Cell) -> list[int]:
    root, chord = _ROOT[cell.is_minor], _CHORDS[cell.is_minor][cell.chord]
    parts: list[Sequence[int]] = []
    if cell.is_light:
        parts.append(_struck("pluck", _hertz(root, chord[2]), 4600))
    else:
        parts.append(_struck("reed", _hertz(root, chord[0] - 12), 7400))
        parts += [_struck("pluck", _hertz(root, each), 3300) for each in chord]
    if cell.note is not None:
        hertz = _hertz(root, _OVER[cell.is_minor][cell.chord][cell.note])
        parts.append(_sung(hertz, cell.note) if cell.is_sung else _struck(cell.voice, hertz, 10_500))
    return [sum(each) for each in zip(*parts, strict=True)]


def _hertz(root: float, semitones: int) -> float:
    return root * 2 ** (semitones / 12)


@lru_cache(maxsize=512)
def _struck(voice: str, hertz: float, loud: int) -> array[int]:
    partials, seconds = _VOICES[voice]
    return _sounding(_wave(partials), hertz, _dying(seconds), loud)


@lru_cache(maxsize=256)
def _sung(hertz: float, vowel: int) -> array[int]:
    """A vowel on a note: it is held, and over before the shortest cell is."""
    numbers = range(1, 13)
    near = [
        sum(math.exp(-(((each * hertz - one) / 180) ** 2)) for one in FORMANTS[vowel]) for each in numbers
    ]
    partials = tuple((0.12 + each) / number for number, each in zip(numbers, near, strict=True))
    return _sounding(_wave(partials), hertz, _held(), 11_500)


def _sounding(wave: Sequence[float], hertz: float, envelope: Sequence[float], loud: int) -> array[int]:
    """Packed, for many are kept: a tuple of numbers would take seven times as much."""
    step = hertz * _TABLE / RATE
    return array("i", (int(loud * each * wave[int(at * step) % _TABLE]) for at, each in enumerate(envelope)))


@lru_cache(maxsize=256)
def _wave(partials: tuple[float, ...]) -> tuple[float, ...]:
    """One period, as loud as 1 at most."""
    whole = sum(partials)
    turns = [2 * math.pi * at / _TABLE for at in range(_TABLE)]
    return tuple(
        sum(each * math.sin(number * turn) for number, each in enumerate(partials, 1)) / whole
        for turn in turns
    )


@lru_cache(maxsize=8)
def _dying(seconds: float) -> tuple[float, ...]:
    return tuple(
        min(1.0, at / _ATTACK) * math.exp(-at / (seconds * RATE)) * min(1.0, (_LENGTH - 1 - at) / _RELEASE)
        for at in range(_LENGTH)
    )


@lru_cache(maxsize=1)
def _held() -> tuple[float, ...]:
    end = _LENGTH - 2 * _BREATH
    return tuple(min(1.0, at / _RELEASE) * max(0.0, min(1.0, (end - at) / _BREATH)) for at in range(_LENGTH))
