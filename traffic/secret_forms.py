"""Secrets found in what is written: whole, in every form in which an answer may echo them, and cut off."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from urllib.parse import quote, quote_plus

_SHORTEST = 8  # characters; what is shorter has no base64 that is its own
_PART = 8  # so much of a secret's beginning counts as the secret, for text is cut anywhere
_QUICK = 4096  # bytes that the slow search may read without asking whether there is anything to find


class Secrets:
    """Finds secrets in bytes, letters of either case; of those shorter than `shortest` it finds none."""

    def __init__(self, secrets: Iterable[str], shortest: int) -> None:
        long = [each for each in secrets if len(each) >= shortest]
        self._keys = [code.lower() for each in long for code in _encoded(each)]
        known = {code.lower() for each in long for form in forms(each) for code in _encoded(form)}
        starts = {key[: _least(key)] for key in self._keys}
        self._hints = {each[:6] for each in known | starts}
        longest_first = sorted(known, key=len, reverse=True) + sorted(starts, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, longest_first)), re.IGNORECASE)

    def hide(self, data: bytes, shown: Callable[[int], bytes]) -> bytes:
        """`data` with something else in the place of each secret: `shown`, of the length that it had."""
        if not self._keys or (len(data) > _QUICK and not self._may_be_in(data.lower())):
            return data
        pieces, place = [], 0
        while found := self._pattern.search(data, place):
            end = self._end(data, found.start(), found.end())
            pieces += [data[place : found.start()], shown(end - found.start())]
            place = end
        return b"".join([*pieces, data[place:]]) if pieces else data

    def _may_be_in(self, lower: bytes) -> bool:
        return any(hint in lower for hint in self._hints)

    def _end(self, data: bytes, start: int, end: int) -> int:
        """Where a secret ends that begins at `start`: as far as one of them goes on."""
        for key in self._keys:
            pairs = zip(key, data[start : start + len(key)].lower(), strict=False)
            same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
            if same >= _least(key):
                end = max(end, start + same)
        return end


def _least(secret: bytes) -> int:
    return min(len(secret), max(_PART, len(secret) // 3))


def _encoded(text: str) -> Iterator[bytes]:
    """Its bytes in a body, and those in a header."""
    yield text.encode("utf-8", "replace")
    if not text.isascii() and all(ord(letter) < 256 for letter in text):
        yield text.encode("latin-1")


def forms(secret: str) -> Iterator[str]:
    """The secret itself, in a URL, a form, JSON and HTML, and what any base64 text that holds it has."""
    inner = json.dumps(secret)[1:-1]
    yield from (secret, quote(secret, safe="", errors="replace"), quote_plus(secret, errors="replace"))
    yield from (inner, html.escape(secret), inner.replace("/", "\\/"))
    for shift in range(3 if len(secret) >= _SHORTEST else 0):
        # In base64 a text looks different at each of three places; its edges mix with its neighbours.
        whole = base64.b64encode(b"\0" * shift + secret.encode("utf-8", "replace")).decode().rstrip("=")
        middle = whole[(0, 2, 3)[shift] : -1]
        yield from (middle, middle.replace("+", "-").replace("/", "_"))
