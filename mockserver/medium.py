"""The kinds of artifact: how each is described from a call, and rendered from its description."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.composing import compose, compositions
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.drawing import draw, pictures
from proofsheet.mockserver.filming import film, videos
from proofsheet.mockserver.modelling import build, models
from proofsheet.mockserver.presenting import decks, present
from proofsheet.mockserver.speaking import speak, speeches
from proofsheet.mockserver.uploads import given_back, uploads


@dataclass(frozen=True)
class Medium:
    """A kind of artifact. A description is a frozen value, small enough to be remembered."""

    describe: Callable[[Call, Double, bool], tuple[Any, ...]]  # the last: whether a filter blurred it
    render: Callable[[Any, Double], Awaitable[Sequence[bytes]]]  # the pieces of a description's file


def _no_files(call: Call, double: Double, blurred: bool) -> tuple[Any, ...]:
    """What is made of words alone stands in the answer itself (texts.py)."""
    return ()


async def _written(description: str, double: Double) -> Sequence[bytes]:
    return (description.encode(),)


MEDIA: Mapping[str, Medium] = {  # by x-artifact.kind
    "image": Medium(pictures, draw),
    "model": Medium(models, build),
    "audio": Medium(speeches, speak),
    "video": Medium(videos, film),
    "music": Medium(compositions, compose),
    "slides": Medium(decks, present),
    "text": Medium(_no_files, _written),
    "upload": Medium(uploads, given_back),
}
