"""Clearly not English? Conservative: in doubt, a prompt is English.

Two signs: most letters belong to another script, or a prompt of several words is full of the function
words of one other language and has none of English. A language library would know more languages, but
costs this server more memory and start-up time than all else; words.yaml is data that anyone can extend.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from proofsheet.spec.yaml_reader import read

_LATIN_ENOUGH = re.compile(r"[\x00-\x7f]*")
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


class Language:
    """A detector, its word lists read once."""

    def __init__(self, path: Path | None = None) -> None:
        table = read(path or Path(__file__).parent / "words.yaml").value
        self._english = frozenset(table["english"])
        self._others = {name: frozenset(words) for name, words in table["others"].items()}

    def is_foreign(self, text: str) -> bool:
        """Whether `text` is clearly not English."""
        words = [word.lower() for word in _WORDS.findall(text[:2000])]
        if not words:
            return False
        if not _LATIN_ENOUGH.fullmatch(text) and _other_script("".join(words)):
            return True
        return self._function_words(words)

    def _function_words(self, words: list[str]) -> bool:
        if len(words) < 4 or not self._english.isdisjoint(words):
            return False
        # "La la land" is one foreign word, said twice.
        hits = [[word for word in words if word in known] for known in self._others.values()]
        return any(len(set(found)) >= 2 and len(found) * 4 >= len(words) for found in hits)


def _other_script(letters: str) -> bool:
    foreign = sum(not unicodedata.name(letter, "LATIN").startswith("LATIN") for letter in letters)
    return foreign * 2 > len(letters)
