"""From a call to the slide document that it asks for: of an outline, of pages as JSON, or of a file."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.drawing import pictures
from proofsheet.mockserver.media.image.picture import PNG
from proofsheet.mockserver.media.slides.deck import COVER, Deck, Slide, of_outline, of_pages
from proofsheet.mockserver.media.slides.pptx import file
from proofsheet.mockserver.media.slides.reader import slides
from proofsheet.mockserver.outlines import outline_of
from proofsheet.spec import pointers
from proofsheet.spec.artifact import Artifact


def decks(call: Call, double: Double, blurred: bool) -> tuple[Deck, ...]:
    """The document of a call: with the picture that the call would be drawn as its cover."""
    artifact = call.operation.artifact
    if artifact is None:
        return ()
    made = _slides(call, artifact)
    first = made[0].title if made else ""
    title = pointers.text(call.known_fields, artifact.title) or first
    name = pointers.text(call.known_fields, artifact.name) or title
    (cover, *_) = pictures(call, double, blurred, PNG)
    cover = replace(cover, width=COVER[0], height=COVER[1], prompt=first)
    return (Deck(cover, made, title, name, str(call.artifact_media)),)


def _slides(call: Call, artifact: Artifact) -> tuple[Slide, ...]:
    """Those of the file that was given, of pages as JSON, else of the outline that the operation writes."""
    sent = call.files.get(artifact.upload or "")
    if sent is not None:
        return slides(sent.data) or ()
    pages = next(pointers.find(call.known_fields, artifact.pages), None) if artifact.pages else None
    if pages is not None or call.operation.outline is None:
        return of_pages(pages)
    return of_outline(outline_of(call, call.operation.outline))


async def present(deck: Deck, double: Double) -> list[bytes]:
    """The pieces of the document's file; made off the event loop."""
    async with double.drawing:
        return [await asyncio.to_thread(file, deck)]
