"""A short text that a regular expression fits: for strings whose schema has a `pattern`."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

_parser: Any = getattr(re, "_parser")  # noqa: B009  (Python's own reading of an expression, which it does not publish)
_LETTERS = string.ascii_lowercase + string.digits
_MOST, _LONGEST = 1000, 20_000  # repeats of one thing; characters of it
_CATEGORIES = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_WORD": _LETTERS,
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": string.ascii_lowercase,
    "CATEGORY_NOT_WORD": "-",
    "CATEGORY_NOT_SPACE": _LETTERS,
}
_PRINTED = "".join(map(chr, range(32, 127)))


def fitting(pattern: str, random: Random) -> str:
    """A text made after the pattern. Raises re.error, and ValueError for what it cannot make.

    It may not fit where characters are looked ahead at. Whether it does is not asked here: Python's search
    may take for ever over an expression of a client's.
    """
    return _all(_parser.parse(pattern), random)


def _all(parsed: Any, random: Random) -> str:
    return "".join(_MAKERS.get(str(kind), _nothing)(value, random) for kind, value in parsed)


def _nothing(value: Any, random: Random) -> str:
    """Of what stands between characters: the beginning, the end, what is looked ahead at."""
    return ""


def _of_set(value: Any, random: Random) -> str:
    negated = bool(value) and str(value[0][0]) == "NEGATE"
    named = "".join(_named(str(kind), each) for kind, each in value)
    if not negated:
        return random.choice(named)
    return random.choice([each for each in _LETTERS + _PRINTED if each not in named])


def _named(kind: str, value: Any) -> str:
    if kind == "RANGE":
        return "".join(map(chr, range(value[0], min(value[1], value[0] + 128) + 1)))
    if kind == "CATEGORY":
        return _CATEGORIES.get(str(value), "")
    return chr(value) if kind == "LITERAL" else ""


def _repeated(value: Any, random: Random) -> str:
    least, most, inner = value
    if least > _MOST:
        raise ValueError(f"it repeats something {least} times")
    made = "".join(_all(inner, random) for _ in range(random.randint(least, min(most, max(least, 3)))))
    if len(made) > _LONGEST:
        raise ValueError(f"it is longer than {_LONGEST} characters")
    return made


_MAKERS: Mapping[str, Callable[[Any, Random], str]] = {
    "LITERAL": lambda value, random: chr(value),
    "NOT_LITERAL": lambda value, random: random.choice([each for each in _LETTERS if each != chr(value)]),
    "ANY": lambda value, random: random.choice(_LETTERS),
    "IN": _of_set,
    "BRANCH": lambda value, random: _all(random.choice(value[1]), random),
    "SUBPATTERN": lambda value, random: _all(value[3], random),
    "MAX_REPEAT": _repeated,
    "MIN_REPEAT": _repeated,
    "POSSESSIVE_REPEAT": _repeated,
}
