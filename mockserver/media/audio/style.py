"""How music is to sound, by the words that ask for it: how fast, in which mood, on which instrument."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from proofsheet.mockserver.media.audio.cells import VOICES

SLOWEST, FASTEST = 60.0, 180.0  # beats a minute
_BEATS = re.compile(r"(\d{2,3})\s*bpm", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_SLOW = (
    "slow ballad ambient calm chill lofi lo soft lullaby sleep sad blues dream gentle relaxing 慢 抒情 安静"
)
_FAST = (
    "fast dance techno punk metal rock drum upbeat energetic happy party edm trance polka 快 摇滚 舞曲 欢快"
)
_MINOR = (
    "sad dark minor melancholic blues gothic night rain lonely metal tragic mysterious epic 悲伤 忧伤 黑暗 夜"
)
_MAJOR = "happy bright major cheerful upbeat summer joyful children sunny pop 快乐 欢快 阳光"
_PLAYED: Mapping[str, str] = {
    "bell": "bell ambient lullaby music box celesta dream vibraphone lofi chill pop 钢琴",
    "pluck": "piano guitar acoustic folk country jazz classical harp koto rock metal blues 吉他 民谣 古典",
    "reed": "electronic synth techno edm flute organ accordion clarinet trance house chip 电子",
}


@dataclass(frozen=True)
class Style:
    """Beats a minute, whether it is in minor, and who has the tune: one of cells.VOICES."""

    beats: float
    is_minor: bool
    voice: str


def style(texts: Sequence[str], identity: bytes) -> Style:
    """What the words ask for; what they leave open comes of the identity."""
    said = " ".join(texts).casefold()
    chance = blake2b(identity, digest_size=4).digest()
    return Style(_beats(said, chance[0]), _is_minor(said, chance[1]), _voice(said, chance[2]))


def _beats(said: str, chance: int) -> float:
    if found := _BEATS.search(said):
        return min(max(float(found[1]), SLOWEST), FASTEST)
    slow, fast = _count(said, _SLOW), _count(said, _FAST)
    lowest = 72.0 if slow > fast else 124.0 if fast > slow else 92.0
    return lowest + chance % 5 * 4


def _is_minor(said: str, chance: int) -> bool:
    dark, bright = _count(said, _MINOR), _count(said, _MAJOR)
    return dark > bright if dark != bright else chance % 2 == 1


def _voice(said: str, chance: int) -> str:
    counts = [_count(said, _PLAYED[each]) for each in VOICES]
    best = max(counts)
    return VOICES[counts.index(best) if best else chance % len(VOICES)]


def _count(said: str, known: str) -> int:
    """How many of some words are among what was said; those of scripts without blanks, anywhere in it."""
    words = {*_WORD.findall(said)}
    return sum(each in words if each.isascii() else each in said for each in known.split())
