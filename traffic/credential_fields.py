"""Values in bodies that are named as credentials are: members of JSON, parameters, parts of a form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import unquote, unquote_plus

from proofsheet.traffic.flow import Headers, boundary, header, media_type

# `key` alone is a word of many JSON documents, and a credential in queries and forms.
_NAMED = re.compile(
    r"(?i)^(.*[-_])?(key|apikey|token|accesstoken|auth|authorization|secret|password|signature|sig|credential)$"
)
_MEMBER_NAME = r"(?:[a-z_-]*(?:api_?key|token|secret|password)|authorization)"
_NAMED_MEMBER = re.compile(rf"(?i){_MEMBER_NAME}")
_MEMBER = re.compile(rf'(?i)"{_MEMBER_NAME}"\s*:\s*"((?:[^"\\]|\\.)+)"'.encode())
_PART_NAME = re.compile(rb'(?i)\bname="?([^"\r\n;]*)')
_FORM = "application/x-www-form-urlencoded"

Span = tuple[int, int]


def is_credential(name: str) -> bool:
    """Whether a parameter of that name carries a credential."""
    return _NAMED.match(name) is not None


def is_credential_member(name: str) -> bool:
    """Whether a member of JSON of that name carries a credential."""
    return _NAMED_MEMBER.fullmatch(name) is not None


def spans(headers: Headers, data: bytes) -> Iterator[Span]:
    """From where to where such values stand in a body without content coding, in order."""
    kind = media_type(headers)
    if kind == _FORM:
        yield from _parameters(data)
    elif kind == "multipart/form-data":
        yield from _parts(data, boundary(header(headers, "content-type")))
    elif data[:1] in (b"{", b"[", b" ", b"\n", b"\r", b"\t"):
        yield from (found.span(1) for found in _MEMBER.finditer(data))


def value(headers: Headers, found: bytes) -> str:
    """What stands in a span, without the quoting of its body."""
    kind, text = media_type(headers), found.decode("latin-1")
    if kind == _FORM:
        return unquote_plus(text)
    if kind == "multipart/form-data":
        return text
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


def _parameters(data: bytes) -> Iterator[Span]:
    place = 0
    for piece in data.split(b"&"):
        name, equals, _ = piece.partition(b"=")
        if equals and is_credential(unquote(name.decode("latin-1"))):
            yield place + len(name) + 1, place + len(piece)
        place += len(piece) + 1


def _parts(data: bytes, border: str) -> Iterator[Span]:
    if not border:
        return
    line = b"--" + border.encode("latin-1", "replace")
    start = data.find(line)
    while start >= 0:
        end = data.find(b"\r\n" + line, start + len(line))
        last = end if end >= 0 else len(data)  # half a body has no end
        gap = data.find(b"\r\n\r\n", start, last)
        name = _PART_NAME.search(data, start, gap) if gap >= 0 else None
        if name is not None and is_credential(name[1].decode("latin-1")) and gap + 4 < last:
            yield gap + 4, last
        start = end + 2 if end >= 0 else -1
