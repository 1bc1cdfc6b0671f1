"""Uploaded pictures: of another format, cut off, and just beyond each bound."""

from __future__ import annotations

import math
from collections.abc import Iterator

from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.refusals import refused
from proofsheet.contracts.derive.request_bodies import completed
from proofsheet.contracts.derive.sample_pictures import drawing, flat
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.source_pictures import held
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation
from proofsheet.spec.request_bodies import Picture

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
    yield "broken", "formats", drawing(*(picture.sizes[0] if picture.sizes else ()))[:-100], "is whole"
    yield from ((kind, kind, data, says) for kind, data, says in beyond(picture))


def beyond(picture: Picture) -> Iterator[tuple[str, bytes, str]]:
    """(keyword, a file just beyond it that keeps the others, what it asks) for each bound of a picture."""
    least = picture.min_side or 64
    if picture.min_side:
        says = f"has sides of at least {picture.min_side} pixels"
        yield "min-side", drawing(picture.min_side - 1, 2 * picture.min_side), says
    if picture.max_side and not picture.max_ratio:
        says = f"has sides of at most {picture.max_side} pixels"
        yield "max-side", flat(picture.max_side + 1, least), says
    if picture.max_pixels:
        side = math.isqrt(picture.max_pixels)
        says = f"has at most {picture.max_pixels} pixels"
        yield "max-pixels", flat(picture.max_pixels // side + 1, side), says
    if picture.max_ratio:
        says = f"is at most {picture.max_ratio:g} times as long as it is wide, either way"
        yield "max-ratio", drawing(int(2 * least * picture.max_ratio) + 1, 2 * least), says
    if picture.sizes:
        width, height = picture.sizes[0]
        listed = ", ".join(f"{each[0]}x{each[1]}" for each in picture.sizes)
        yield "sizes", drawing(width - 1, height), f"is one of {listed}"
    if picture.same_size_as:
        says = f"is as large as {picture.same_size_as}"
        yield "same-size-as", drawing(129, 127), says
