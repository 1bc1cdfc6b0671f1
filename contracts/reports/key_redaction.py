"""The key never enters a record: every form in which a target may echo it becomes `$KEY`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from proofsheet.contracts.reports.text import more
from proofsheet.traffic.secret_forms import Secrets

SHOWN = "$KEY"
SHORTEST = 4  # a shorter key would blot out half of every text; only from headers it is taken
_LONGEST_KEY = 48_000  # characters, in its longest form; a key itself has 8,000 at most


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
        hidden = self._secrets.hide(text.encode("utf-8", "replace"), lambda length: SHOWN.encode())
        return hidden.decode("utf-8", "replace")

    def header(self, text: str) -> str:
        """The value of a header that was sent; a key of any length is taken from its end."""
        key = next((each for each in self.keys if f" {text}".endswith(f" {each}")), None)
        return self.text(text if key is None else text.removesuffix(key) + SHOWN)

    def clipped(self, text: str, longest: int) -> str:
        """The beginning of a text without the key, and how much was left out; quick for any length.

        What is cut off is never looked at, and no key is longer than what is looked at beyond the cut.
        """
        head = self.text(text[: longest + _LONGEST_KEY])
        return head if len(text) <= longest else more(head[:longest], len(text) - longest)

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
    def _secrets(self) -> Secrets:
        return Secrets(self.keys, SHORTEST)
