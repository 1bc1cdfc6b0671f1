"""Ways to send a request that are malformed, or unusual, in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from proofsheet.contracts.case import BOUNDARY, Part, Request

LONG_NAME, LONGEST_NAME = "x" * 1_000, "x" * 20_000
LETTERS = "café 🏠 👨‍👩‍👧 שלום مرحبا 中文 Ā̂ \u202e\u200b"  # right to left, joined, combined, unseen
SLOW = 2.0  # seconds
HEADERS = 90  # Apache takes a hundred, those of the client included


@dataclass(frozen=True)
class MalformedRequest:
    """One such way to send a request that lacks a required field.

    `is_understood`: it can be read all the same, so that the missing field is named.
    """

    topic: str
    says: str
    change: Callable[[Request], Request]
    is_understood: bool = True
    form: bool | None = None  # for forms only, for JSON only, or for both
    profile: str = "free"
    about: tuple[str, ...] = ()  # the place in the policy that speaks of it


def _raw(request: Request, body: bytes, content_type: str | None = None) -> Request:
    kind = content_type or request.encoded()[0].get("content-type", "")
    return replace(request, raw=body, headers={**request.headers, "content-type": kind})


def _parts(request: Request, *more: Part) -> Request:
    return replace(request, form=(*(request.form or ()), *more))


def _cut(request: Request) -> Request:
    body = request.encoded()[1]
    return _raw(request, body[: -len(BOUNDARY) // 2])


def _many_headers(request: Request) -> Request:
    return replace(request, headers={**request.headers, **{f"x-proofsheet-{n}": "1" for n in range(HEADERS)}})


def _slow(request: Request) -> Request:
    return replace(request, seconds=SLOW)


def _longest_boundary(request: Request) -> Request:
    body = request.encoded()[1].replace(BOUNDARY.encode(), b"b" * 70)
    return _raw(request, body, f"multipart/form-data; boundary={'b' * 70}")


_FORM = "multipart/form-data; boundary="
MALFORMED_REQUESTS = (
    MalformedRequest(
        "header-case",
        "header names in capitals are header names",
        lambda request: replace(request, capitals=True),
    ),
    MalformedRequest("headers", f"{HEADERS} unknown headers do no harm", _many_headers),
    MalformedRequest(
        "part-order",
        "parts in reverse order are the same form",
        lambda request: replace(request, form=tuple(reversed(request.form or ()))),
        form=True,
    ),
    MalformedRequest(
        "unknown-file",
        "an empty file part that nobody knows does no harm",
        lambda request: _parts(request, Part("none", b"", "", "application/octet-stream")),
        form=True,
    ),
    MalformedRequest(
        "long-name",
        f"a part with a name of {len(LONG_NAME)} characters does no harm",
        lambda request: _parts(request, Part(LONG_NAME, b"1")),
        form=True,
    ),
    MalformedRequest(
        "longest-name",
        f"a part with a name of {len(LONGEST_NAME)} characters is no reason to fail",
        lambda request: _parts(request, Part(LONGEST_NAME, b"1")),
        is_understood=False,
        form=True,
    ),
    MalformedRequest(
        "quoted-boundary",
        "a boundary may be quoted",
        lambda request: _raw(request, request.encoded()[1], f'{_FORM}"{BOUNDARY}"'),
        form=True,
    ),
    MalformedRequest("longest-boundary", "a boundary may have 70 characters", _longest_boundary, form=True),
    MalformedRequest("truncated", "a body that was cut off is refused", _cut, is_understood=False),
    MalformedRequest(
        "wrong-boundary",
        "a boundary that the body does not have is refused",
        lambda request: _raw(request, request.encoded()[1], _FORM + "another"),
        is_understood=False,
        form=True,
    ),
    MalformedRequest(
        "no-boundary",
        "a form without a boundary is refused",
        lambda request: _raw(request, request.encoded()[1], "multipart/form-data"),
        is_understood=False,
        form=True,
        about=("x-wording", "media-type.boundary"),
    ),
    MalformedRequest(
        "nul",
        "NUL in a text does no harm",
        lambda request: _parts(request, Part("proofsheet", b"a\0b")),
        form=True,
    ),
    MalformedRequest(
        "not-utf-8",
        "bytes that are no text do no harm",
        lambda request: _parts(request, Part("proofsheet", b"\xff\xfe")),
        form=True,
    ),
    MalformedRequest(
        "letters",
        "a text in all sorts of letters does no harm",
        lambda request: _parts(request, Part("proofsheet", LETTERS.encode())),
        form=True,
    ),
    MalformedRequest(
        "preamble",
        "a line before the first boundary is no reason to fail",
        lambda request: _raw(request, b"preamble\r\n" + request.encoded()[1]),
        is_understood=False,
        form=True,
    ),
    MalformedRequest("slow", f"a body that takes {SLOW:g} seconds is waited for", _slow, profile="extended"),
    MalformedRequest(
        "letters",
        "a text in all sorts of letters does no harm",
        lambda request: replace(request, json={**request.json, "proofsheet": LETTERS}),
        form=False,
    ),
    MalformedRequest(
        "bom",
        "a byte order mark before JSON is no reason to fail",
        lambda request: _raw(request, b"\xef\xbb\xbf" + request.encoded()[1]),
        is_understood=False,
        form=False,
    ),
    MalformedRequest(
        "no-json",
        "a body that is no JSON is refused",
        lambda request: _raw(request, b"{'a': 1}"),
        is_understood=False,
        form=False,
    ),
    MalformedRequest(
        "no-object",
        "a JSON list in place of an object is refused",
        lambda request: _raw(request, b"[]"),
        is_understood=False,
        form=False,
    ),
    MalformedRequest(
        "deep",
        "JSON of a thousand levels is refused",
        lambda request: _raw(request, b"[" * 1000 + b"]" * 1000),
        is_understood=False,
        form=False,
    ),
)
