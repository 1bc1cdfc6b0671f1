"""Where a flow carries credentials: headers, queries, and fields of bodies that are named like them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

from proofsheet.traffic import credential_fields
from proofsheet.traffic.content_coding import Undecodable, plain
from proofsheet.traffic.credential_fields import is_credential
from proofsheet.traffic.flow import Flow, Headers

_HEADER = re.compile(
    r"(?i)^(.*[-_])?"
    r"(auth|authorization|cookie2?|set-cookie|api-?key|key|token|secret|password|signature|credentials?)$"
)
SCHEMES = frozenset({"basic", "bearer", "digest", "token", "key", "apikey", "api-key", "negotiate", "hmac"})
URLS = frozenset({"location", "content-location", "referer"})  # headers that hold an address
_WORDS = re.compile(r"[\s,]+")


def credentials(flow: Flow, names: frozenset[str] = frozenset()) -> frozenset[str]:
    """Every credential in headers, queries and named fields of bodies, without its scheme.

    `names` are further headers and parameters (in lower case) that carry one, as a document says.
    """
    headers = (*flow.request_headers, *flow.headers)
    bodies = (*_in_body(flow.request_headers, flow.request_body), *_in_body(flow.headers, flow.body))
    return frozenset(
        {*_in_headers(headers, names), *_in_query(flow.query, names), *_in_urls(headers), *bodies}
    )


def carries(name: str, names: frozenset[str] = frozenset()) -> bool:
    """Whether a header of that name carries a credential."""
    return name.lower() in names or (_HEADER.match(name) is not None and name.lower() != "www-authenticate")


def _in_headers(headers: Headers, names: frozenset[str]) -> Iterator[str]:
    for name, value in headers:
        if not carries(name, names):
            continue
        if "cookie" in name.lower():
            pairs = value.split(";")[: 1 if name.lower() == "set-cookie" else None]
            yield from (pair.partition("=")[2].strip() for pair in pairs)
            continue
        scheme, *words = _WORDS.split(value.strip())
        if not words or scheme.lower() not in SCHEMES:
            yield from (value.strip(), scheme)
        yield from (each for each in words if each.lower() not in SCHEMES)
        if words and scheme.lower() == "basic":
            yield from _basic(words[0])


def _basic(token: str) -> Iterator[str]:
    try:
        user, _, password = base64.b64decode(token).decode("utf-8", "replace").partition(":")
    except (binascii.Error, ValueError):
        return
    yield from (user, password)


def _in_query(query: str, names: frozenset[str] = frozenset()) -> Iterator[str]:
    for name, value in parse_qsl(query):
        if name.lower() in names or is_credential(name):
            yield value


def _in_urls(headers: Headers) -> Iterator[str]:
    for name, value in headers:
        if name.lower() in URLS:
            yield from _in_query(value.partition("?")[2].partition("#")[0])


def _in_body(headers: Headers, body: bytes | None) -> Iterator[str]:
    try:
        opened, data = plain(headers, body or b"")
    except Undecodable:
        return
    yield from (
        credential_fields.value(opened, data[start:end])
        for start, end in credential_fields.spans(opened, data)
    )
