"""The key never enters a record: every form in which a target may echo it becomes `$KEY`."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, quote_plus

SHOWN = "$KEY"
SHORTEST = 4  # a shorter key would blot out half of every text; it stands in no header either way
_LONGEST_KEY = 8_000  # characters, in its longest form
_PART = 8  # so much of the key's beginning counts as the key, for text is cut anywhere


@dataclass(frozen=True)
class Redaction:
    """Takes one key, and those of `others`, out of anything that becomes a record."""

    key: str | None
    others: tuple[str, ...] = ()

    def text(self, text: str) -> str:
        """`text` without the key, and without what no UTF-8 file can hold."""
        clean = text.encode("utf-8", "replace").decode("utf-8")
        return self._pattern.sub(lambda _: SHOWN, clean) if self._pattern else clean

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
        keys = [key for key in (self.key, *self.others) if key and len(key) >= SHORTEST]
        forms = sorted({form for key in keys for form in _forms(key)}, key=len, reverse=True)
        whole = [*map(re.escape, forms), *map(_beginning, keys)]
        return re.compile("|".join(whole), re.IGNORECASE) if keys else None


def _forms(key: str) -> Iterator[str]:
    yield from (key, quote(key, safe=""), quote_plus(key), json.dumps(key)[1:-1], html.escape(key))
    yield json.dumps(key)[1:-1].replace("/", "\\/")
    for shift in range(3 if len(key) >= _PART else 0):
        # In base64 a text looks different at each of three places; its edges mix with its neighbours.
        whole = base64.b64encode(b"\0" * shift + key.encode()).decode().rstrip("=")
        middle = whole[(0, 2, 3)[shift] : -1]
        yield from (middle, middle.replace("+", "-").replace("/", "_"))


def _beginning(key: str) -> str:
    """A pattern for the key's first characters, as many as there are."""
    least = min(len(key), max(_PART, len(key) // 3))
    pattern = ""
    for mark in reversed(key[least:]):
        pattern = f"(?:{re.escape(mark)}{pattern})?"
    return re.escape(key[:least]) + pattern
