"""Reading a request once: the body up to its limit, the form or JSON in it, the pictures in the form.

Nothing is refused here. What is wrong is noted on the Call, and the gates refuse in the vendor's order.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from email.message import Message
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from proofsheet.mockserver.call import Call, FilePart
from proofsheet.mockserver.media.image import Unreadable, Upload, read_upload
from proofsheet.spec import media_types
from proofsheet.spec.document import Body
from proofsheet.spec.schemas import Flaw, coerce, read_number

Receive = Callable[[], Awaitable[Any]]
MOST_PARTS = 100
DEEPEST = 100  # levels of JSON


class Disconnected(Exception):
    """The client went away before its request was whole."""


class TooSlow(Exception):
    """The client took longer than the double waits for a body."""


async def read(
    call: Call, receive: Receive, limit: int, timeout: float | None, decoding: asyncio.Semaphore
) -> None:
    """Read the body into `call`, within `timeout` seconds. Raises Disconnected and TooSlow."""
    data = await receive_body(call, receive, limit, timeout)
    body = call.operation.body
    if body is None or call.oversized:
        return
    call.body_problem = _parse(call, body, data)
    for name, picture in call.files.items():
        if name in body.pictures:
            async with decoding:  # a decoded picture is large: only a few at a time
                call.uploads[name] = await asyncio.to_thread(_decode, picture.data)


async def receive_body(call: Call, receive: Receive, limit: int, timeout: float | None) -> bytes:
    """The body, or what came before it went over `limit` bytes (then the call is marked oversized)."""
    announced = call.headers.get("content-length", "0")
    call.oversized = announced.isdecimal() and int(announced) > limit
    if call.oversized:
        return b""
    if timeout is None:
        return await _collect(call, receive, limit)
    try:
        async with asyncio.timeout(timeout):
            return await _collect(call, receive, limit)
    except TimeoutError:
        raise TooSlow from None


async def _collect(call: Call, receive: Receive, limit: int) -> bytes:
    pieces: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        piece = message.get("body", b"")
        pieces.append(piece)
        call.body_bytes += len(piece)
        if call.body_bytes > limit:
            call.oversized = True
            return b""
        if not message.get("more_body", False):
            return b"".join(pieces) if len(pieces) > 1 else piece


def _parse(call: Call, body: Body, data: bytes) -> str | None:
    header = call.headers.get("content-type", "")
    if not header:
        return "missing"
    sent = media_types.parse(header)
    if sent.name != body.media_type:
        return "other"
    if body.media_type == "multipart/form-data":
        return _parse_form(call, body, header, data)
    return _parse_json(call, data)


def _parse_json(call: Call, data: bytes) -> str | None:
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
        if b"\\u" in data:
            json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        return "broken"
    if data.count(b"[") + data.count(b"{") > DEEPEST and _is_deep(value, DEEPEST):
        return "broken"
    call.fields = value
    return None


def _is_deep(value: Any, levels: int) -> bool:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels == 0 or any(_is_deep(each, levels - 1) for each in children)


def _finite(text: str) -> float:
    value = read_number(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is beyond what JSON's numbers hold")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _parse_form(call: Call, body: Body, header: str, data: bytes) -> str | None:
    boundary = _boundary(header)
    if not boundary:
        return "boundary"
    form = _Form()
    try:
        parser = MultipartParser(boundary, form.callbacks())
        parser.write(_without_preamble(data, boundary))
        parser.finalize()
    except (FormParserError, ValueError):
        return "broken"
    if not form.ended or len(form.parts) > MOST_PARTS:
        return "broken"
    _sort_parts(call, body, form.parts)
    return None


def _boundary(header: str) -> bytes:
    # A boundary is case-sensitive and may be quoted; 70 characters at most (RFC 2046, 5.1.1).
    value = media_types.parse(header).parameters.get("boundary", "")
    return value.encode("latin-1", "ignore") if len(value) <= 70 else b""


def _without_preamble(data: bytes, boundary: bytes) -> bytes:
    # What stands before the first boundary is to be ignored (RFC 2046, 5.1.1); the parser does not.
    start = 0 if data.startswith(b"--" + boundary) else data.find(b"\r\n--" + boundary) + 2
    return data[start:] if start > 1 else data


class _Form:
    """Collects the parts of one form from the parser's callbacks."""

    def __init__(self) -> None:
        self.parts: list[tuple[dict[str, str], bytes]] = []
        self.ended = False
        self._headers: dict[str, str] = {}
        self._name = b""
        self._value = b""
        self._data: list[bytes] = []

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._headers, self._data = {}, []

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value.decode("utf-8", "replace")
        self._name = self._value = b""

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._data.append(data[start:end])

    def _part_end(self) -> None:
        if len(self.parts) <= MOST_PARTS:
            self.parts.append((self._headers, b"".join(self._data)))

    def _end(self) -> None:
        self.ended = True


def _disposition(value: str) -> tuple[str | None, str | None]:
    """The name and filename of a Content-Disposition."""
    if value.count('"') == 2 and value.startswith('form-data; name="') and value.endswith('"'):
        return value[17:-1], None  # what clients send for text; the general way costs 30 times as much
    message = Message()
    message["content-disposition"] = value
    name = message.get_param("name", header="content-disposition")
    try:
        filename = message.get_filename()
    except (LookupError, ValueError):  # a client may name any codec for it (RFC 2231)
        filename = ""
    return (str(name) if name is not None else None), filename


def _sort_parts(call: Call, body: Body, parts: list[tuple[dict[str, str], bytes]]) -> None:
    properties = body.schema.get("properties", {})
    seen: set[str] = set()
    for headers, data in parts:
        name, filename = _disposition(headers.get("content-disposition", ""))
        if name is None or name not in properties:
            call.ignored.append(name or "")
        elif name in seen:
            call.flaws.append(Flaw("duplicate", name))
        else:
            seen.add(name)
            _keep(call, body, name, filename, headers.get("content-type", ""), data)


def _keep(call: Call, body: Body, name: str, filename: str | None, sent_type: str, data: bytes) -> None:
    optional = name not in body.schema.get("required", ())
    if not data and optional and call.operation.policy.empty_parts == "absent":
        return
    if name in body.files and filename is not None:
        call.files[name] = FilePart(data, filename, sent_type)
    elif name in body.files:
        call.flaws.append(Flaw("type", name, {"expected": "file", "received": "string"}))
    elif filename is not None:
        call.flaws.append(Flaw("type", name, {"expected": "string", "received": "file"}))
    else:
        _keep_text(call, name, body.schema["properties"][name], data)


def _keep_text(call: Call, name: str, schema: dict[str, Any], data: bytes) -> None:
    try:
        call.fields[name] = coerce(data.decode("utf-8"), schema)
    except UnicodeDecodeError:
        call.flaws.append(Flaw("encoding", name))


def _decode(data: bytes) -> Upload | Unreadable:
    try:
        return read_upload(data)
    except Unreadable as problem:
        return problem
