"""The parts of a form on the wire: multipart/form-data (RFC 7578) and urlencoded parameters."""

from __future__ import annotations

from urllib.parse import parse_qsl

from proofsheet.traffic import multipart as wire
from proofsheet.traffic.flow import boundary
from proofsheet.traffic.multipart import Part

MOST_PARTS = 100


class BadForm(ValueError):
    """A form that cannot be read; the text is the kind of the media-type gate's refusal."""


def parameters(data: bytes) -> list[Part]:
    """The parameters of an urlencoded body. Raises BadForm."""
    try:
        pairs = parse_qsl(
            data.decode("utf-8", "surrogateescape"),
            keep_blank_values=True,
            errors="surrogateescape",
            max_num_fields=MOST_PARTS,
        )
    except ValueError:
        raise BadForm("broken") from None
    return [Part(name, value.encode("utf-8", "surrogateescape")) for name, value in pairs]


def multipart(header: str, data: bytes, names: str = "any") -> list[Part]:
    """The parts of a multipart body by its Content-Type header. Raises BadForm.

    `names` is the document's x-part-names: where it is "quoted", a part whose name is missing, or stands
    outside quotes, refuses the whole form.
    """
    try:
        parts = wire.parts(header, data, MOST_PARTS)
    except wire.Malformed:
        usable = 0 < len(boundary(header)) <= wire.MOST_BOUNDARY
        raise BadForm("broken" if usable else "boundary") from None
    if names == "quoted" and any(part.name is None or not part.quoted for part in parts):
        raise BadForm("unnamed")
    return parts
