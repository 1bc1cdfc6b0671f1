"""What an edit leaves of the picture that it was given: all of it, a part in its place, a subject alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from proofsheet.contracts.checks.media_quality import with_pixels
from proofsheet.contracts.expectation import Answer, Expectation

SAME_SHADE = 24  # shades of a channel: coding it again, in another size, stays well below
OTHER = 12
LEAST_CLEAR = 0.02  # share of a picture that is cut out, and of one that is left


@dataclass(frozen=True)
class KeepsPicture(Expectation):
    """A share of the points at `where` (0 or 1 each) shows what is `expected` there.

    Both are as ImageFacts.small: 64 by 64 points, `expected` three bytes each.
    """

    of = "file"

    expected: bytes = field(repr=False)
    where: bytes = field(repr=False)
    share: float

    def findings(self, answer: Answer) -> Iterator[str]:
        for each in with_pixels(answer):
            away = list(distances(each.small, self.expected, self.where))
            kept_share = sum(each <= SAME_SHADE for each in away) / len(away)
            if kept_share < self.share:
                yield f"expected {self.share:.0%} of the given picture there or more, came {kept_share:.0%}"


@dataclass(frozen=True)
class ChangesPicture(Expectation):
    """A share of the points at `where` shows something else than the picture `given`."""

    of = "file"

    given: bytes = field(repr=False)
    where: bytes = field(repr=False)
    share: float

    def findings(self, answer: Answer) -> Iterator[str]:
        for each in with_pixels(answer):
            away = list(distances(each.small, self.given, self.where))
            if sum(each > OTHER for each in away) < self.share * len(away):
                yield "expected another picture where the mask is, came the given one"


class IsCutOut(Expectation):
    """A part of the picture is transparent, a part is not. A JPEG has no transparency: nothing is asked."""

    of = "file"

    def findings(self, answer: Answer) -> Iterator[str]:
        for each in with_pixels(answer):
            if each.format == "JPEG":
                continue
            if each.clear is None:
                yield f"expected a picture with transparency, came {each.mode}"
            elif each.clear < LEAST_CLEAR or each.clear > 1 - LEAST_CLEAR:
                yield f"expected a subject without its background; {each.clear:.0%} is transparent"


class IsOpaque(Expectation):
    """No part of the picture is transparent."""

    of = "file"

    def findings(self, answer: Answer) -> Iterator[str]:
        for each in with_pixels(answer):
            if each.clear:
                yield f"expected an opaque picture; {each.clear:.0%} is transparent"


def distances(one: bytes, other: bytes, where: bytes) -> Iterator[int]:
    """How far each point at `where` is apart in two pictures: the largest difference of a channel."""
    for index, inside in enumerate(where):
        if inside:
            at = 3 * index
            yield max(abs(a - b) for a, b in zip(one[at : at + 3], other[at : at + 3], strict=True))
