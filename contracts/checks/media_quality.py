"""What a picture is beyond decoding: ended where its file ends, in colour, and no placeholder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.contracts.checks.extraction import shown
from proofsheet.contracts.checks.image_facts import ImageFacts
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.history import Unjudged
from proofsheet.spec.document import Operation

FEWEST_COLOURS = 16  # of a picture seen at 64 by 64; blurred ones have hundreds
LEAST_SPREAD = 2.0  # shades


def _shown(exchange: Exchange, operation: Operation) -> list[ImageFacts]:
    """The pictures there are to look at. Raises Unjudged where there is none."""
    if found := list(shown(exchange, operation)):
        return found
    raise Unjudged("there is no picture to look at")


def ended(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """Nothing follows the end of a picture, and the end is there."""
    for picture in _shown(exchange, operation):
        if picture.trailing is None:
            yield "the picture's file has no end"
        elif picture.trailing:
            yield f"{picture.trailing} bytes follow the end of the picture"


def coloured(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """A picture has three colours, with transparency or without."""
    for picture in _shown(exchange, operation):
        if picture.mode not in ("RGB", "RGBA"):
            yield f"expected a picture in RGB or RGBA, came {picture.mode}"


def drawn(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """A picture shows something: more than a few colours, and not all of one shade."""
    for picture in _shown(exchange, operation):
        if picture.colours < FEWEST_COLOURS or picture.spread < LEAST_SPREAD:
            yield f"the picture is a placeholder: {picture.colours} colours, spread {picture.spread:.1f}"
