"""What is heard of a text: for each of its words which sounds, for how long; a pure function of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

VOWELS = "aeiou"
STEPS = 3  # pitches of a voice
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)
_SYLLABLE = re.compile(r"[^aeiouy]{0,6}[aeiouy]{1,3}(?:[^aeiouy]{1,6}$)?|.{1,6}", re.IGNORECASE)
_LETTER = 0.062  # seconds, about what people take who read aloud
_SYMBOL = 0.24  # of a writing in which a character is a syllable
_BREAKS = ((re.compile(r"[.!?。！？\n]"), 0.32), (re.compile(r"[,;:、，；：—-]"), 0.16))
_BREAK = 0.05
_SILENT = "mm"  # what is hummed for a text without words


@dataclass(frozen=True)
class Note:
    """A sound, or a rest (`sound` is None), and its seconds. A sound is a vowel's and a pitch's number."""

    seconds: float
    sound: tuple[int, int] | None = None
    word: int = -1  # which word it is part of


def words(text: str) -> list[str]:
    """The words of a text, each as long as people say it in one go."""
    return [each[0] for each in _WORD.finditer(text)]


def score(text: str, speed: float = 1.0) -> list[Note]:
    """The notes of a text, from its first word to its last; at twice the speed in half the time."""
    found, ended = list[Note](), 0
    for number, each in enumerate(_WORD.finditer(text) if words(text) else _WORD.finditer(_SILENT)):
        if number:
            found.append(Note(_pause(text[ended : each.start()]) / speed))
        found.extend(_notes(each[0], number, speed))
        ended = each.end()
    return found


def spans(text: str, seconds: float) -> list[tuple[str, float, float]]:
    """The words of a text with the seconds at which each begins and ends, where all takes so many."""
    notes = score(text)
    whole = sum(each.seconds for each in notes)
    starts, ends, at = dict[int, float](), dict[int, float](), 0.0
    for note in notes:
        starts.setdefault(note.word, at)
        at += note.seconds * seconds / whole
        ends[note.word] = at
    return [(each, starts[number], ends[number]) for number, each in enumerate(words(text))]


def _notes(word: str, number: int, speed: float) -> Iterator[Note]:
    digest = blake2b(word.lower().encode("utf-8", "replace"), digest_size=8).digest()
    syllables = [each[0] for each in _SYLLABLE.finditer(word)]
    for index, each in enumerate(syllables):
        vowel = next((VOWELS.index(one) for one in each.lower() if one in VOWELS), digest[0] % len(VOWELS))
        seconds = _LETTER * len(each) if each.isascii() else max(_SYMBOL, _LETTER * len(each))
        yield Note(seconds / speed, (vowel, digest[1 + index % 7] % STEPS), number)


def _pause(between: str) -> float:
    return next((seconds for pattern, seconds in _BREAKS if pattern.search(between)), _BREAK)
