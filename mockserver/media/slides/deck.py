"""A slide document: what it is made of. Of an outline, or of pages as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from proofsheet.mockserver.media.image.picture import Picture
from proofsheet.mockserver.media.slides.structure import document, pages_of
from proofsheet.spec.outline import BODY, CHAPTER, PAGE, Node

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
COVER = (960, 540)  # pixels of its picture, and what the canvas of its pages measures
MOST_SLIDES = 300
_LONGEST = 1000  # characters of a line
Line = tuple[int, str]  # how deep it is set, 0 or 1, and its text


@dataclass(frozen=True)
class Slide:
    """A title and lines below it. Its kind is cover, chapter or page."""

    kind: str
    title: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Deck:
    """A complete description of a document; equal values always give equal files.

    `picture` shows its cover: its identity and seed decide about colours. `title` is what it is called by its
    first slide, unless a client has called it otherwise; so is its `name`.
    """

    picture: Picture
    slides: tuple[Slide, ...]
    title: str
    name: str
    media_type: str = PPTX

    @property
    def seed(self) -> int:
        return self.picture.seed

    @cached_property
    def bytes_held(self) -> int:
        """What its texts weigh, in bytes."""
        texts = ((each.title, *(text for _, text in each.lines)) for each in self.slides)
        return sum(sys.getsizeof(text) for each in texts for text in each)

    def without_uploads(self) -> Deck:
        """The same: its texts are its own."""
        return self

    @property
    def preview(self) -> Picture:
        """What is shown of it where only pictures can be shown."""
        return self.picture

    def still(self, name: str) -> Picture:
        """Its cover."""
        return self.picture

    def filtered(self) -> Deck:
        """The same as a filter leaves it: with a blurred cover."""
        return replace(self, picture=replace(self.picture, blurred=True))

    @property
    def width(self) -> int:
        return COVER[0]

    @property
    def height(self) -> int:
        return COVER[1]

    @property
    def structure(self) -> dict[str, Any]:
        """The document as JSON."""
        return document([(each.title, each.lines) for each in self.slides], COVER)


def of_outline(outline: Node) -> tuple[Slide, ...]:
    """The slides of an outline: its cover, one for each chapter and one for each page."""
    found = [Slide("cover", outline.name, tuple(_below(outline, CHAPTER)))]
    for each in outline.children:
        if each.level == CHAPTER:
            found.append(Slide("chapter", each.name, tuple(_below(each, PAGE))))
            found += [Slide("page", one.name, tuple(_lines(one))) for one in each.below(PAGE)]
        elif each.level == PAGE:
            found.append(Slide("page", each.name, tuple(_lines(each))))
    return tuple(found[:MOST_SLIDES])


def of_pages(pages: Any) -> tuple[Slide, ...]:
    """The slides of pages as JSON, as `Deck.structure` has them; of what is none, nothing."""
    found = pages_of(pages)[:MOST_SLIDES]
    return tuple(
        Slide("page" if at else "cover", title, tuple((depth, text[:_LONGEST]) for depth, text in lines))
        for at, (title, lines) in enumerate(found)
    )


def _below(node: Node, level: int) -> Iterator[Line]:
    """What stands under a title: the texts beside those that have slides of their own."""
    return ((0, each.name[:_LONGEST]) for each in node.children if each.level not in (level, PAGE))


def _lines(page: Node) -> Iterator[Line]:
    for each in page.children:
        yield (1 if each.level == BODY else 0), each.name[:_LONGEST]
        yield from ((1, one.name[:_LONGEST]) for one in each.children)
