"""A multipart body taken apart again, for curl lines and for people."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(rb'(?i)\bname="([^"]*)"')
_FILENAME = re.compile(rb'(?i)\bfilename="([^"]*)"')
_TYPE = re.compile(rb"(?i)^content-type:\s*(\S[^\r\n]*)", re.MULTILINE)


@dataclass(frozen=True)
class Sent:
    """One part as it was sent."""

    name: str
    value: bytes
    filename: str | None
    media_type: str | None

    @property
    def text(self) -> str | None:
        """The value as text; None for a file, or where no argument of a command could hold it."""
        if self.filename is not None or b"\0" in self.value:
            return None
        try:
            return self.value.decode("utf-8")
        except UnicodeDecodeError:
            return None


def parts(content_type: str, body: bytes) -> tuple[Sent, ...] | None:
    """The parts of a form in their order; None if this is no whole multipart body."""
    boundary = re.search(r'(?i)^multipart/form-data\s*;.*?boundary="?([^";]+)', content_type)
    if boundary is None:
        return None
    mark = b"--" + boundary[1].strip().encode("latin-1", "replace")
    first, *pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if first or not pieces or pieces[-1].strip() != b"--":
        return None
    found = [_part(piece) for piece in pieces[:-1]]
    sent = tuple(each for each in found if each is not None)
    return sent if len(sent) == len(found) else None


def _part(piece: bytes) -> Sent | None:
    head, gap, value = piece.partition(b"\r\n\r\n")
    name, filename, media_type = _NAME.search(head), _FILENAME.search(head), _TYPE.search(head)
    if not gap or name is None:
        return None
    return Sent(
        _text(name[1]),
        value,
        _text(filename[1]) if filename else None,
        _text(media_type[1]).strip() if media_type else None,
    )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
