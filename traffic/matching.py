"""What makes two requests the same request: all but the key, the boundary and the order that is chance."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from proofsheet.traffic import multipart
from proofsheet.traffic.content_coding import Undecodable, plain
from proofsheet.traffic.flow import Flow, Headers, header, media_type
from proofsheet.traffic.redaction import redacted, unmarked


def same(flow: Flow, credential_fields: frozenset[str] = frozenset()) -> str:
    """A digest that is equal for requests that ask for the same.

    Method, path without the upstream's base, query and Accept must agree, and the body by what it means:
    members of JSON and parts of a form in any order, whatever the boundary. Credentials do not count, be
    they known by their names or for standing in one of `credential_fields`.
    """
    asked = replace(flow, headers=(), body=b"")  # what came back does not matter here
    clean = redacted(asked, credential_fields)
    accept = header(clean.request_headers, "accept").replace(" ", "") or "*/*"
    query = sorted(parse_qsl(unmarked(clean.query.encode()).decode(), keep_blank_values=True))
    body = _body(clean.request_headers, clean.request_body)
    what = (clean.method, clean.path, query, accept, body)
    return hashlib.sha256(repr(what).encode()).hexdigest()


def _body(headers: Headers, body: bytes | None) -> Any:
    if body is None:
        return None
    try:
        _, body = plain(headers, body)
    except Undecodable:
        return body
    body = unmarked(body)
    kind = media_type(headers)
    if kind == "multipart/form-data":
        return parts(header(headers, "content-type"), body) or body
    if kind == "application/x-www-form-urlencoded":
        return sorted(parse_qsl(body.decode("latin-1"), keep_blank_values=True))
    if kind == "application/json" or kind.endswith("+json"):
        try:
            return json.dumps(json.loads(body), sort_keys=True)
        except (ValueError, RecursionError):
            return body
    return body


def parts(content_type: str, body: bytes) -> list[tuple[str, bytes]] | None:
    """Name and value of each part of a form, sorted by name (equal names in their order); None if broken."""
    try:
        found = [(each.name or "", each.data) for each in multipart.parts(content_type, body)]
    except multipart.Malformed:
        return None
    return sorted(found, key=lambda part: part[0])
