"""What a picture is beyond decoding: ended where its file ends, in colour, sharp, and no placeholder."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.checks.extraction import decoding
from proofsheet.contracts.checks.image_facts import ImageFacts
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.contracts.history import Unjudged

FEWEST_COLOURS = 16  # of a picture seen at 64 by 64; blurred ones have hundreds
LEAST_SPREAD = 2.0  # shades
FEWEST_SHAPES = 2  # of a drawing: a ground, and something on it
# Shades in the sharpest tile (see image_facts). Of the double's pictures the successes have 14 and more, the
# filtered ones 0.8 and less; a Gaussian blur with a radius of four pixels leaves 1.4 to 2.2 of a success.
LEAST_SHARPNESS = 2.0


def decoded(answer: Answer) -> list[ImageFacts]:
    """The pictures there are to look at. Raises Unjudged where there is none."""
    if found := list(decoding(answer.exchange, answer.operation)):
        return found
    raise Unjudged("there is no picture to look at")


def with_pixels(answer: Answer) -> list[ImageFacts]:
    """Those of them that have pixels: a drawing is drawn by who shows it. Raises Unjudged where none has."""
    if found := [each for each in decoded(answer) if each.shapes is None]:
        return found
    raise Unjudged("a drawing has no pixels to look at")


class FileEnds(Expectation):
    """Nothing follows the end of a picture, and the end is there."""

    of = "file"

    def findings(self, answer: Answer) -> Iterator[str]:
        for picture in decoded(answer):
            if picture.trailing is None and not picture.problem:
                yield "the picture's file has no end"
            elif picture.trailing:
                yield f"{picture.trailing} bytes follow the end of the picture"


class InColour(Expectation):
    """A picture has three colours, with transparency or without."""

    of = "file"

    def findings(self, answer: Answer) -> Iterator[str]:
        for picture in with_pixels(answer):
            if picture.mode not in ("RGB", "RGBA"):
                yield f"expected a picture in RGB or RGBA, came {picture.mode}"


class ShowsSomething(Expectation):
    """A picture shows something: more than a few colours, and not all of one shade; a drawing has shapes."""

    of = "file"

    def findings(self, answer: Answer) -> Iterator[str]:
        for picture in decoded(answer):
            if picture.shapes is not None:
                if picture.shapes < FEWEST_SHAPES:
                    yield f"the drawing is a placeholder: it has {picture.shapes} shapes"
            elif picture.colours < FEWEST_COLOURS or picture.spread < LEAST_SPREAD:
                yield f"the picture is a placeholder: {picture.colours} colours, spread {picture.spread:.1f}"


class IsSharp(Expectation):
    """Something in a picture is sharp: what is blurred all over is a filtered result, no plain success."""

    of = "file"

    def findings(self, answer: Answer) -> Iterator[str]:
        for picture in with_pixels(answer):
            if picture.sharpness < LEAST_SHARPNESS:
                shades = f"{picture.sharpness:.1f}, expected {LEAST_SHARPNESS:.1f} or more"
                yield f"the picture is blurred all over: shades of detail in its sharpest part {shades}"
