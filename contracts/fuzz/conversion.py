"""Schemathesis' requests as its command would write them, read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from schemathesis.transport.requests import REQUESTS_TRANSPORT

from proofsheet.contracts.case import BOUNDARY
from proofsheet.spec.document import Operation
from proofsheet.spec.security import place

OPERATION = "x-proofsheet-operation"  # a header that never leaves: whose request this is
KEY = "proofsheet-key"  # stands for the key, which schemathesis never sees
ORIGIN = "http://target.invalid"  # stands for the target, which it does not see either

# What the client itself says, what changes from run to run, and what only schemathesis wants to know.
_OWN = {"host", "content-length", "connection", "accept-encoding", "user-agent", "cookie", OPERATION}
_OWN |= {"x-schemathesis-testcaseid"}
_BOUNDARY = re.compile(rb"--([0-9a-f]{32})(?:\r\n|--)")  # at the beginning of a form, drawn at random


@dataclass(frozen=True)
class Request:
    """A request that schemathesis wants to make. `path` begins with a slash and has its query."""

    operation: str
    method: str
    path: str
    headers: dict[str, str] = field(repr=False)  # names in lower case
    body: bytes = field(repr=False)


def request(prepared: Any) -> Request:
    """Read a prepared request (of `requests`). The same case gives the same bytes: boundaries are ours."""
    found = {str(name).lower(): _text(value) for name, value in prepared.headers.items()}
    headers = {name: value for name, value in found.items() if name not in _OWN}
    body = prepared.body or b""
    body = body.encode("utf-8") if isinstance(body, str) else bytes(body)
    if (boundary := _BOUNDARY.match(body)) is not None:
        body = body.replace(boundary[1], BOUNDARY.encode())
        kind = headers.get("content-type", "")
        headers |= {"content-type": kind.replace(boundary[1].decode(), BOUNDARY)} if kind else {}
    parts = urlsplit(str(prepared.url))
    return Request(
        operation=found.get(OPERATION, ""),
        method=str(prepared.method),
        path=(parts.path or "/") + ("?" + parts.query if parts.query else ""),
        headers=headers,
        body=body,
    )


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def credential(asked: Request, operation: Operation) -> str | None:
    """Which credential a request has: valid, none, or None where it brings one of its own."""
    for name, value in key_header(operation).items():
        if (sent := asked.headers.get(name)) is not None:
            return "valid" if sent == value else None
    return "none"


def key_header(operation: Operation) -> dict[str, str]:
    """The header that a key is sent in, with what stands for the key; none where no key is asked for."""
    return dict(place(operation.security[0], KEY).headers) if operation.security else {}


def has_shape(path: str, operation: Operation) -> bool:
    """Whether a path is that of an operation, whatever stands for its parameters."""
    shape = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(operation.path))
    return re.fullmatch(shape, path) is not None


def prepared(case: Any, headers: dict[str, str]) -> requests.PreparedRequest:
    """A case of schemathesis as it would be written to the wire."""
    written = REQUESTS_TRANSPORT.serialize_case(case, base_url=ORIGIN, headers=headers)
    return requests.Request(**written).prepare()


def readable(case: Any, operation: Operation) -> Request | None:
    """The same, read, with what stands for a key; None for what no client could write."""
    headers = {OPERATION: operation.id, **key_header(operation)}
    try:
        return request(prepared(case, headers))
    except (requests.RequestException, ValueError, TypeError):
        return None
