"""How fast tasks go: at once, quickly, by seconds, as long as was documented, or by looks."""

from __future__ import annotations

import re
from dataclasses import dataclass

QUICK_SECONDS = 1.0
_LOOKS = re.compile(r"looks(?:=([1-9]\d{0,5}))?")
REAL = re.compile(r"real(?:\*(\d{1,6}(?:\.\d{1,6})?))?")
EXPECTED = "quick, instant, looks, looks=N, SECONDS, real or real*FACTOR"


@dataclass(frozen=True)
class Pace:
    """`total`: seconds (or looks, where `by_looks`) from start to end; None: as documented, times `factor`.

    By looks without a total, each look sees the next state.
    """

    text: str
    total: float | None = QUICK_SECONDS
    by_looks: bool = False
    factor: float = 1.0


QUICK = Pace("quick")
IMMEDIATE = Pace("immediate", 0.0)


def parse_pace(text: str) -> Pace:
    """A pace as people write it. Raises ValueError, which says what was expected."""
    if text == "quick":
        return QUICK
    if text == "instant":
        return Pace(text, 0.0)
    if found := _LOOKS.fullmatch(text):
        return Pace(text, float(found[1]) if found[1] else None, by_looks=True)
    if found := REAL.fullmatch(text):
        return Pace(text, None, factor=float(found[1] or 1))
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 1_000_000:
        raise ValueError(f"expected {EXPECTED}, came {text!r}")
    return Pace(text, seconds)
