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
_PART = 8  # so much of the key's beginning counts as the key, for text is cut anywhere


@dataclass(frozen=True)
class Redaction:
    """Takes one key out of anything that becomes a record."""

    key: str | None

    def text(self, text: str) -> str:
        """`text` without the key, and without what no UTF-8 file can hold."""
        clean = text.encode("utf-8", "replace").decode("utf-8")
        return self._pattern.sub(lambda _: SHOWN, clean) if self._pattern else clean

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
        if self.key is None or len(self.key) < SHORTEST:
            return None
        forms = sorted({*_forms(self.key)}, key=len, reverse=True)
        return re.compile("|".join([*map(re.escape, forms), _beginning(self.key)]), re.IGNORECASE)


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
