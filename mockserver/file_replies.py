"""The answer that gives a file, whole or a part of it, or says that it is known already (RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from proofsheet.mockserver.double import Double
from proofsheet.mockserver.file_links import File
from proofsheet.mockserver.medium import MEDIA
from proofsheet.mockserver.replies import Header, Reply

_PAGE_TYPE, _PAGE = (
    "text/html; charset=utf-8",
    b"<!doctype html><title>No picture, on purpose: file=type</title>",
)
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)


async def file_reply(double: Double, name: str, file: File, headers: Mapping[str, str]) -> Reply:
    """The answer to a GET with such `headers`, named in lower case; `name` tells the file from all others."""
    tag = f'"{name}{file.edition}"'  # what an edition of a file holds never changes
    known = (each.strip().removeprefix("W/") for each in headers.get("if-none-match", "").split(","))
    if any(each in (tag, "*") for each in known):
        return Reply(304, _common(tag), (b"",), media_type=file.media_type)
    if file.forced == "type":
        return Reply(200, _headers(tag, _PAGE_TYPE, len(_PAGE)), (_PAGE,), media_type=_PAGE_TYPE)
    body = b"".join(await MEDIA[file.kind].render(file.description, double))
    wanted = _RANGE.fullmatch(headers.get("range", ""))
    if wanted is None or not (wanted[1] or wanted[2]) or headers.get("if-range", tag) != tag:
        return Reply(200, _headers(tag, file.media_type, len(body)), (body,), media_type=file.media_type)
    first, last = _span(wanted[1], wanted[2], len(body))
    if first > last:
        outside = (b"content-range", b"bytes */%d" % len(body))
        return Reply(416, (*_headers(tag, file.media_type, 0), outside), (b"",), media_type=file.media_type)
    part = body[first : last + 1]
    inside = (b"content-range", b"bytes %d-%d/%d" % (first, last, len(body)))
    return Reply(
        206, (*_headers(tag, file.media_type, len(part)), inside), (part,), media_type=file.media_type
    )


def _span(first: str, last: str, size: int) -> tuple[int, int]:
    """The first and last byte of a range (RFC 9110, 14.1.2); the first beyond the last if there is none."""
    if not first:
        return max(size - int(last), 0), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _headers(tag: str, media_type: str, size: int) -> tuple[Header, ...]:
    own = (b"content-type", media_type.encode()), (b"content-length", b"%d" % size)
    return (*own, *_common(tag))


def _common(tag: str) -> tuple[Header, ...]:
    return (b"etag", tag.encode()), (b"accept-ranges", b"bytes"), (b"access-control-allow-origin", b"*")
