"""A text as a vector of length one: near for texts that share words, and the same for the same text."""

from __future__ import annotations

import math
import re
import sys
from array import array
from collections.abc import Iterator
from hashlib import blake2b, shake_128

_WORD = re.compile(r"[^\W_]+")
_PLACES = 12  # numbers of a vector that each feature moves
_SHARE_OF_NOISE = 0.15  # of the length; else most of the numbers would be nought
_MOST_FEATURES = 4000


def vector(text: str, dimensions: int) -> array[float]:
    """So many numbers in single precision."""
    found = [0.0] * dimensions
    for feature, weight in _features(text):
        digest = blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=4 * _PLACES).digest()
        for at in range(0, len(digest), 4):
            number = int.from_bytes(digest[at : at + 4], "little")
            found[(number >> 1) % dimensions] += weight if number & 1 else -weight
    noise = array("h", shake_128(text.encode("utf-8", "surrogatepass")).digest(2 * dimensions))
    length = math.hypot(*found) or 1.0
    scale = _SHARE_OF_NOISE / (math.hypot(*noise) or 1.0)
    mixed = [value / length + other * scale for value, other in zip(found, noise, strict=True)]
    length = math.hypot(*mixed)
    return array("f", [each / length for each in mixed])


def packed(found: array[float]) -> bytes:
    """Its numbers in single precision, little-endian."""
    if sys.byteorder == "big":
        found = array("f", found)
        found.byteswap()
    return found.tobytes()


def _features(text: str) -> Iterator[tuple[str, float]]:
    """Words, which matter more the longer they are, and their beginnings, so that forms of one are near."""
    words = _WORD.findall(text.lower())[:_MOST_FEATURES] or [text]
    for word in words:
        weight = math.log2(1 + len(word))
        yield word, weight
        yield word[:4], weight / 2
