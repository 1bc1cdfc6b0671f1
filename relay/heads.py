"""Heads of HTTP/1.1 messages: read strictly enough that nobody else reads them otherwise, passed on as sent.

Order, case and repetition of header fields stay; only what belongs to one connection is taken out
(RFC 9110, 7.6.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 64 * 1024  # bytes of a head
_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_FIELD = re.compile(rb"(" + _TOKEN + rb"):[ \t]*(.*?)[ \t]*", re.DOTALL)
_LOOSE_FIELD = re.compile(rb"(" + _TOKEN + rb")[ \t]*:[ \t]*(.*?)[ \t]*", re.DOTALL)
_REQUEST = re.compile(rb"(" + _TOKEN + rb") (\S+) HTTP/(\d)\.(\d)")
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9]\d\d)(?: (.*))?")
_ABSOLUTE = re.compile(rb"(?i)https?://[^/?#]*")
# Servers take some of them for spaces, and some for the end of a line or of the text.
_CONTROL = re.compile(rb"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
_BREAKING = re.compile(rb"\0|\r(?!\n)")  # of an answer: what may end its line for some clients
_FOLD = re.compile(rb"\r?\n[ \t]+")
END = re.compile(rb"\r?\n\r?\n")

_OF_ONE_CONNECTION = frozenset(
    {b"connection", b"proxy-connection", b"keep-alive", b"te", b"upgrade", b"http2-settings"}
)
_NEVER_OF_ONE = frozenset({b"connection", b"host", b"content-length", b"transfer-encoding"})

Field = tuple[bytes, bytes, bytes]  # name as sent, value, name in lower case


@dataclass(eq=False)
class BadHead(ValueError):
    """A head that cannot be passed on. `status` is what a client gets for it."""

    status: int
    problem: str

    def __str__(self) -> str:
        return self.problem


@dataclass(frozen=True)
class _Head:
    """`minor` is the sender's HTTP/1 version."""

    minor: int
    fields: tuple[Field, ...]

    @property
    def wants_close(self) -> bool:
        options = connection_options(self.fields)
        return b"close" in options or (self.minor == 0 and b"keep-alive" not in options)


@dataclass(frozen=True)
class RequestHead(_Head):
    """`target` is in origin form, or `*`."""

    method: bytes
    target: bytes


@dataclass(frozen=True)
class ResponseHead(_Head):
    status: int
    reason: bytes


def request_head(data: bytes, end: bytes = b"\r\n\r\n") -> RequestHead:
    """A request's head, without the empty line at its `end`. Raises BadHead."""
    if end != b"\r\n\r\n" or b"\n" in data.replace(b"\r\n", b""):
        raise BadHead(400, "a line of the head does not end in CR LF")
    if found := _CONTROL.search(data):
        raise BadHead(400, f"there is a control character in the head: {shown(found[0])}")
    first, *lines = data.split(b"\r\n")
    found = _REQUEST.fullmatch(first)
    if found is None:
        raise BadHead(400, f"no request line of HTTP/1.1: {shown(first)}")
    if found[3] != b"1":
        raise BadHead(505, f"expected HTTP/1.1, came HTTP/{found[3].decode()}")
    fields = tuple(_field(line, _FIELD) for line in lines)
    hosts = values(fields, b"host")
    if len(hosts) > 1 or (not hosts and found[4] != b"0"):
        raise BadHead(400, f"expected one Host header, came {len(hosts)}")
    return RequestHead(min(int(found[4]), 1), fields, found[1], _target(found[1], found[2]))


def _target(method: bytes, target: bytes) -> bytes:
    if method == b"CONNECT":
        raise BadHead(501, "this proxy leads to one upstream and opens no tunnels")
    if target.startswith(b"/") or (target == b"*" and method == b"OPTIONS"):
        return target
    if found := _ABSOLUTE.match(target):
        rest = target[found.end() :]
        if not rest and method == b"OPTIONS":  # asks the server itself (RFC 9112, 3.2.4)
            return b"*"
        return rest if rest.startswith(b"/") else b"/" + rest
    raise BadHead(400, f"no request target: {shown(target)}")


def response_head(data: bytes) -> ResponseHead:
    """An answer's head, without the empty line at its end. Raises BadHead."""
    if found := _BREAKING.search(data):
        raise BadHead(502, f"there is a control character in its head: {shown(found[0])}")
    unfolded = _FOLD.sub(b" ", data) if b"\n " in data or b"\n\t" in data else data
    first, *lines = unfolded.replace(b"\r\n", b"\n").split(b"\n")
    found = _STATUS.fullmatch(first)
    if found is None:
        raise BadHead(502, f"no status line of HTTP/1.1: {shown(first)}")
    fields = tuple(_field(line, _LOOSE_FIELD) for line in lines)
    return ResponseHead(int(found[1]), fields, int(found[2]), found[3] or b"")


def _field(line: bytes, pattern: re.Pattern[bytes]) -> Field:
    found = pattern.fullmatch(line)
    if found is None:
        raise BadHead(400 if pattern is _FIELD else 502, f"no header field: {shown(line)}")
    return found[1], found[2], found[1].lower()


def shown(data: bytes) -> str:
    """The beginning of what came, for a message."""
    return repr(data[:60])[1:]


def values(fields: Iterable[Field], name: bytes) -> list[bytes]:
    """All values of a field, by its name in lower case."""
    return [value for _, value, lower in fields if lower == name]


def connection_options(fields: Iterable[Field]) -> frozenset[bytes]:
    """The names in the Connection header, in lower case."""
    found = values(fields, b"connection")
    return frozenset(b",".join(found).lower().translate(None, b" \t").split(b",")) if found else frozenset()


def end_to_end(fields: tuple[Field, ...]) -> list[Field]:
    """The fields that are not about one connection only."""
    gone = _OF_ONE_CONNECTION | (connection_options(fields) - _NEVER_OF_ONE)
    return [each for each in fields if each[2] not in gone]


def written(first: bytes, fields: Iterable[Field]) -> bytes:
    """A head on the wire."""
    return b"".join([first, b"\r\n", *[name + b": " + value + b"\r\n" for name, value, _ in fields], b"\r\n"])
