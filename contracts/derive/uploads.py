"""Uploaded pictures: of another format, cut off, and just beyond each bound."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.checks.refusals import NamesFields, RefusedAs
from proofsheet.contracts.derive.request_bodies import completed, drawing
from proofsheet.contracts.derive.samples import case_of
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation, Picture

_STRANGERS = ("gif", "bmp")  # formats that Pillow writes and generators do not take


def uploads(source: Source, operation: Operation) -> Iterator[Derived]:
    """A refusal for each fault that a picture can have."""
    pictures = operation.body.pictures if operation.body else {}
    for name, picture in pictures.items():
        for kind, keyword, data, says in _wrong(picture):
            body = completed(operation, **{name: data})
            if body is None or operation.body is None:
                continue
            topic = f"{name}.{kind}"
            place = ("requestBody", "content", operation.body.media_type, "schema", "properties", name)
            at = pointers.join(*place, "x-picture", keyword)
            wanted = source.requirement(operation, topic, f"{name} {says}", at)
            outcome = operation.policy.outcome("validate", f"picture-{kind}")
            expects = (
                RefusedAs(wanted.id, outcome),
                NamesFields(wanted.id, (name,)),
            )
            yield Derived(wanted, (case_of(operation, topic, body, expects),))


def _wrong(picture: Picture) -> Iterator[tuple[str, str, bytes, str]]:
    """(kind, keyword of the document, the file, what is asked)."""
    stranger = next(each for each in _STRANGERS if each not in picture.formats)
    says = f"is one of {', '.join(picture.formats)}"
    yield "format", "formats", drawing(256, 256, stranger.upper()), says
    yield "broken", "formats", drawing()[:-100], "is whole"
    if picture.min_side:
        says = f"has sides of at least {picture.min_side} pixels"
        yield "min-side", "min-side", drawing(picture.min_side - 1, 2 * picture.min_side), says
    if picture.max_side:
        side = picture.min_side or 64
        says = f"has sides of at most {picture.max_side} pixels"
        yield "max-side", "max-side", drawing(picture.max_side + 1, side), says
