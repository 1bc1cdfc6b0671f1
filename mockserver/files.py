"""Files of the double's own, under addresses that nobody can guess: rendered when fetched, gone in time."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from proofsheet.mockserver import faults
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.file_links import PREFIX, File, find
from proofsheet.mockserver.medium import MEDIA
from proofsheet.mockserver.replies import Header, Reply, problem

_PAGE_TYPE, _PAGE = (
    "text/html; charset=utf-8",
    b"<!doctype html><title>No picture, on purpose: file=type</title>",
)
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)


async def serve(double: Double, scope: Any, send: faults.Send) -> None:
    """Answer a request for a file: GET or HEAD, whole or a part of it, or not again where it is known."""
    name = scope["path"].removeprefix(PREFIX)
    file = find(double, name)
    if scope["method"] not in ("GET", "HEAD"):
        made = problem(405, "method not allowed", "a file is fetched with GET or HEAD")
        made = replace(made, headers=(*made.headers, (b"allow", b"GET, HEAD")))
    elif file is None:
        made = problem(404, "no such file", "its time has passed, or it never was")
    elif file.forced == "403":
        made = problem(403, "forbidden", "this file is refused on purpose: file=403")
    else:
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        if scope["method"] == "HEAD":
            headers.pop("range", None)  # which only GET has (RFC 9110, 14.2)
        made = await _answer(double, name, file, headers)
    cut = faults.parse("truncate") if file is not None and file.forced == "cut" else None
    await faults.send(cut, double.rng, made, scope, send)


async def _answer(double: Double, name: str, file: File, headers: dict[str, str]) -> Reply:
    tag = f'"{name}"'  # what a file holds never changes
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
