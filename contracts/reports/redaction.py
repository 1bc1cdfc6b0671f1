"""The key never enters a record: every form in which a target may echo it becomes `$KEY`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from typing import Any

from proofsheet.traffic.secret_forms import forms

SHOWN = "$KEY"
SHORTEST = 4  # a shorter key would blot out half of every text; only from headers it is taken
_LONGEST_KEY = 48_000  # characters, in its longest form; a key itself has 8,000 at most
_PART = 8  # so much of the key's beginning counts as the key, for text is cut anywhere


@dataclass(frozen=True)
class Redaction:
    """Takes one key, and those of `others`, out of anything that becomes a record."""

    key: str | None
    others: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything that is taken out as a whole, the longest first."""
        return tuple(sorted(filter(None, (self.key, *self.others)), key=len, reverse=True))

    def also(self, more: Iterable[str]) -> Redaction:
        """The same for further texts, such as a token that was made of the key."""
        return replace(self, others=(*self.others, *(each for each in more if each not in self.keys)))

    def text(self, text: str) -> str:
        """`text` without the key, and without what no UTF-8 file can hold."""
        clean = text.encode("utf-8", "replace").decode("utf-8")
        if self._pattern is None:
            return clean
        clean = self._pattern.sub(lambda _: SHOWN, clean)
        for start, key in self._starts:
            clean = _without(clean, start, key)
        return clean

    def header(self, text: str) -> str:
        """The value of a header that was sent; a key of any length is taken from its end."""
        key = next((each for each in self.keys if f" {text}".endswith(f" {each}")), None)
        return self.text(text if key is None else text.removesuffix(key) + SHOWN)

    def clipped(self, text: str, longest: int) -> str:
        """The beginning of a text without the key, and how much was left out; quick for any length.

        What is cut off is never looked at, and no key is longer than what is looked at beyond the cut.
        """
        head = self.text(text[: longest + _LONGEST_KEY])
        left = len(text) - longest
        return head if left <= 0 else f"{head[:longest]}… ({left:,} characters more)"

    def value(self, value: Any) -> Any:
        """The same for all texts in a JSON value, names of members included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(name): self.value(each) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        return value

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        known = sorted({form for key in self._keys for form in forms(key)}, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, known)), re.IGNORECASE) if known else None

    @cached_property
    def _starts(self) -> list[tuple[re.Pattern[str], str]]:
        """For each key what counts as its beginning, the longest key first."""
        keys = sorted(self._keys, key=len, reverse=True)
        return [(re.compile(re.escape(key[: _least(key)]), re.IGNORECASE), key) for key in keys]

    @property
    def _keys(self) -> list[str]:
        return [key for key in (self.key, *self.others) if key and len(key) >= SHORTEST]


def _least(key: str) -> int:
    return min(len(key), max(_PART, len(key) // 3))


def _without(text: str, start: re.Pattern[str], key: str) -> str:
    """`text` without the key's first characters, as many as there are."""
    pieces, place = [], 0
    while found := start.search(text, place):
        end = found.end()
        rest = zip(text[end : end + len(key)], key[_least(key) :], strict=False)
        end += sum(1 for _ in takewhile(lambda pair: pair[0].lower() == pair[1].lower(), rest))
        pieces += [text[place : found.start()], SHOWN]
        place = end
    return "".join([*pieces, text[place:]])
