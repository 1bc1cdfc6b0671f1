"""The outline that a call leads to: a new one, or what becomes of the one that it brings."""

from __future__ import annotations

from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.media.text import outline as texts
from proofsheet.spec import outline, pointers
from proofsheet.spec.outline import Node, Outline


def outline_of(call: Call, wanted: Outline) -> Node:
    """The outline of a call; a pure function of its fields."""
    known = call.known_fields
    language, given = pointers.text(known, wanted.language), pointers.text(known, wanted.given)
    if given or wanted.given:
        made = outline.read(given)
    else:
        subjects = [each for place in wanted.subjects for each in pointers.find(known, place)]
        made = texts.written(
            [each for each in subjects if isinstance(each, str)], language, _pages(known, wanted)
        )
    if question := pointers.text(known, wanted.question):
        made = texts.revised(made, question, language)
    return texts.filled(made, language) if wanted.filled else made


def _pages(known: dict[str, Any], wanted: Outline) -> tuple[int, int]:
    if wanted.pages is None:
        return texts.LENGTH
    least, most = wanted.pages.pick(known)
    return int(least), int(most)
