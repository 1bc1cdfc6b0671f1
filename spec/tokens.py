"""How a text falls into tokens, as the double and the judge's prices count them.

The vendors' own tables are no part of this: words, numbers, punctuation and characters are cut by rule. Of
English prose and code it makes as many tokens as o200k_base within some seven in a hundred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

# Runs of Latin letters, of ideographs and syllables, of other letters, of digits, signs and spaces.
_RUN = re.compile(
    r"( ?[A-Za-z\u00c0-\u024f]+)|( ?[\u2e80-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]+)"
    r"|( ?[^\W\d_]+?(?=[A-Za-z\u00c0-\u024f\u2e80-\ud7ff]|[\W\d_]|$))|\d{1,3}| ?[^\w\s]{1,3}|_+|\s+|."
)
_LONGEST_WORD = 11  # Latin letters that are one token
_CUT = 8  # letters of each token of a longer word
_SHORT = 500  # characters
_OTHER = 5  # letters of a token in other alphabets


def tokens(text: str) -> tuple[str, ...]:
    """The tokens of a text: joined they are the text, and the first so many of them are counted so again."""
    return _of_short(text) if len(text) <= _SHORT else tuple(_each(text))


def count(text: str) -> int:
    """How many tokens a text has."""
    return len(_of_short(text)) if len(text) <= _SHORT else sum(1 for _ in _each(text))


@lru_cache(maxsize=1024)  # names of tools, prompts of tests, answers that were written down: most come again
def _of_short(text: str) -> tuple[str, ...]:
    return tuple(_each(text))


def _each(text: str) -> Iterator[str]:
    for found in _RUN.finditer(text):
        part, kind = found[0], found.lastindex
        if kind is None or len(part) <= 2 or (kind == 1 and len(part.lstrip(" ")) <= _LONGEST_WORD):
            yield part
        else:
            yield from _cut(part, kind)


def _cut(part: str, kind: int) -> Iterator[str]:
    """The tokens of a long run; a space before it belongs to the first."""
    lead = len(part) - len(part.lstrip(" "))
    length, start = len(part) - lead, 0
    size = _CUT if kind == 1 else _OTHER
    # Three ideographs make two tokens: the first of one, the second of two.
    ends = (n for n in range(1, length) if n % 3 != 2) if kind == 2 else range(size, length, size)
    for end in (*ends, length):
        yield part[start : lead + end]
        start = lead + end
