"""Between schemathesis' requests, written as `st run` writes them, and our cases and exchanges."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from proofsheet.contracts import case as case_module
from proofsheet.contracts.case import BOUNDARY, Case, Step
from proofsheet.contracts.exchange import Exchange
from proofsheet.spec.document import Operation
from proofsheet.spec.security import place

OPERATION = "x-proofsheet-operation"  # a header that never leaves: whose request this is
_NAMED = "fuzz-"  # what the ids of its cases begin with, behind the operation
CASE = "x-schemathesis-testcaseid"
KEY = "proofsheet-key"  # stands for the key, which schemathesis never sees
ORIGIN = "http://target.invalid"  # stands for the target, which it does not see either
LONGEST = 4_000  # characters of a path
LARGEST = 1024 * 1024  # bytes of a body

# What the client itself says, what changes from run to run, and what only schemathesis wants to know.
_OWN = {"host", "content-length", "connection", "accept-encoding", "user-agent", "cookie", OPERATION, CASE}
_BOUNDARY = re.compile(rb"--([0-9a-f]{32})(?:\r\n|--)")  # at the beginning of a form, drawn at random
_PATH = re.compile(r"/[\x21-\x7e]*")
_HEADER = re.compile(r"([\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?)?")
_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")


@dataclass(frozen=True)
class Request:
    """A request that schemathesis wants to make. `path` begins with a slash and has its query."""

    operation: str
    case: str  # schemathesis' own id
    method: str
    path: str
    headers: dict[str, str] = field(repr=False)  # names in lower case
    body: bytes = field(repr=False)

    @property
    def is_sendable(self) -> bool:
        """Whether an HTTP client can write it at all, and it is of a size that tells something."""
        return (
            re.fullmatch("[A-Z]+", self.method) is not None
            and _PATH.fullmatch(self.path) is not None
            and len(self.path) <= LONGEST
            and len(self.body) <= LARGEST
            and all(_NAME.fullmatch(name) and _HEADER.fullmatch(each) for name, each in self.headers.items())
        )


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
        case=found.get(CASE, ""),
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


def case(asked: Request, operation: Operation, number: int, **options: Any) -> Case:
    """A request of schemathesis as a case of ours; its answer is judged as that of any case."""
    kind = credential(asked, operation)
    names = key_header(operation) if kind == "valid" else {}
    sent = case_module.Request(
        operation.id,
        headers={name: each for name, each in asked.headers.items() if name not in names},
        raw=asked.body,
        credential=kind or "none",
        method=asked.method,
        path=asked.path,
    )
    return Case(
        id=f"{operation.id}/{_NAMED}{number}",
        operation=operation.id,
        steps=(Step(sent),),
        undeclared=not is_of(asked, operation),
        **options,
    )


def is_ours(case: str) -> bool:
    """Whether the id of a case was given by `case`."""
    return case.partition("/")[2].startswith(_NAMED)


def is_of(asked: Request, operation: Operation) -> bool:
    """Whether a request has the method of an operation and a path of its shape."""
    return asked.method == operation.method and has_shape(asked.path.partition("?")[0], operation)


def has_shape(path: str, operation: Operation) -> bool:
    """Whether a path is that of an operation, whatever stands for its parameters."""
    shape = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(operation.path))
    return re.fullmatch(shape, path) is not None


def headers(exchange: Exchange) -> dict[str, list[str]]:
    """An answer's headers, each name with all its values. Cookies stay outside: each request stands alone."""
    found: dict[str, list[str]] = {}
    for name, value in exchange.headers:
        if name != "set-cookie":
            found.setdefault(name, []).append(value)
    return found
