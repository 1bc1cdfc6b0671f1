"""One row of the result: the figure, what ours and the peer gave, and whether it is enough."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A bound on the row's ratio (or on ours alone); without one the row is extra."""

    text: str = ""
    at_least: float | None = None
    at_most: float | None = None

    def verdict(self, value: float) -> str:
        if self.at_least is None and self.at_most is None:
            return "extra"
        enough = self.at_least is None or value >= self.at_least
        little = self.at_most is None or value <= self.at_most
        return "met" if enough and little else "missed"


@dataclass(frozen=True)
class Row:
    figure: str
    ours: str = "–"
    peer: str = "–"
    ratio: str = "–"
    target: str = ""
    verdict: str = "extra"
    profile: tuple[str, ...] = ()  # the requests to profile ours under if the target is missed
    notes: tuple[str, ...] = ()


EXTRA = Target()


def at_least(bound: float, unit: str) -> Target:
    return Target(f"≥ {bound:g}{unit}", at_least=bound)


def at_most(bound: float, unit: str) -> Target:
    return Target(f"≤ {bound:g}{unit}", at_most=bound)


def spread(values: Sequence[float], form: str, unit: str) -> str:
    """The median and, of several, the least and the greatest: "1,234 req/s (1,200–1,300)"."""
    middle = f"{statistics.median(values):{form}}{unit}"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):{form}}–{max(values):{form}})"


def ratio(ours: Sequence[float], peer: Sequence[float]) -> tuple[float, str]:
    """Ratio of the medians, and the range of the ratios of neighbouring runs."""
    value = statistics.median(ours) / statistics.median(peer)
    pairs = [one / other for one, other in zip(ours, peer, strict=True)]
    if len(pairs) == 1:
        return value, f"{value:.2f} x"
    return value, f"{value:.2f} x ({min(pairs):.2f}–{max(pairs):.2f})"
