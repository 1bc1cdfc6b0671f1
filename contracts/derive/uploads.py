"""Uploaded pictures: of another format, cut off, and just beyond each bound."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.refusals import refused
from proofsheet.contracts.derive.request_bodies import completed, drawing
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.source_pictures import held
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation, Picture

_OTHER_FORMATS = ("gif", "bmp")  # formats that Pillow writes and generators do not take


def uploads(source: Source, operation: Operation) -> Iterator[Derived]:
    """A refusal for each fault that a picture can have."""
    if operation.body is None:
        return
    for name, picture in operation.body.pictures.items():
        schema = operation.body.schema["properties"][name]
        place = provenance.field(operation, name, *(["items"] if "items" in schema else []))
        for kind, keyword, data, says in _wrong(picture):
            body = completed(operation, **{name: held(schema, data)})
            if body is None:
                continue
            topic, at = f"{name}.{kind}", place + pointers.join("x-picture", keyword)
            fault = ("validate", f"picture-{kind}", body)
            yield refused(source, operation, topic, f"{name} {says}", at, *fault, names=(name,))


def _wrong(picture: Picture) -> Iterator[tuple[str, str, bytes, str]]:
    """(kind, keyword of the document, the file, what is asked)."""
    other = next(each for each in _OTHER_FORMATS if each not in picture.formats)
    says = f"is one of {', '.join(picture.formats)}"
    yield "format", "formats", drawing(256, 256, other.upper()), says
    yield "broken", "formats", drawing()[:-100], "is whole"
    if picture.min_side:
        says = f"has sides of at least {picture.min_side} pixels"
        yield "min-side", "min-side", drawing(picture.min_side - 1, 2 * picture.min_side), says
    if picture.max_side:
        side = picture.min_side or 64
        says = f"has sides of at most {picture.max_side} pixels"
        yield "max-side", "max-side", drawing(picture.max_side + 1, side), says
