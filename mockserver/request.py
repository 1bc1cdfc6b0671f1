"""Reading a request once: its head, the body up to its limit, the form or JSON in it, its pictures.

Nothing is refused here. What is wrong is noted on the Call, and the gates refuse in the vendor's order.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable, Mapping
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from proofsheet.mockserver import form
from proofsheet.mockserver.call import Call
from proofsheet.mockserver.documents import Served
from proofsheet.mockserver.given_pictures import (
    MOST_PICTURES,
    MOST_SOUNDS,
    given_picture,
    given_sound,
    given_values,
    packed_sound,
)
from proofsheet.mockserver.origin import address, origin
from proofsheet.mockserver.sent_files import FilePart
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation
from proofsheet.spec.request_bodies import MULTIPART, Body
from proofsheet.spec.schemas import Flaw, coerce, read_number
from proofsheet.traffic.multipart import Part

Receive = Callable[[], Awaitable[Any]]
DEEPEST = 100  # levels of JSON
_LARGE = 128 * 1024  # bytes that are read in a thread


class Disconnected(Exception):
    """The client went away before its request was whole."""


class TooSlow(Exception):
    """The client took longer than the double waits for a body."""


def new_call(
    served: Served, parameters: Mapping[str, str], scope: Any, public_url: str | None = None
) -> Call:
    """The call of a request whose body is not read yet; `parameters` are the path's."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1").strip()
        # Clients send an empty header beside the real one; an empty one says nothing.
        headers[name] = (
            f"{headers[name]}, {value}" if headers.get(name) and value else headers.get(name) or value
        )
    query = dict(parse_qsl(sent.decode("latin-1"))) if (sent := scope["query_string"]) else {}
    operation = served.operation
    prefix = _base_path(operation, parameters, scope)
    call = Call(
        served=served,
        method=scope["method"],
        path=scope["path"],
        headers=headers,
        path_params=parameters,
        query=query,
        key=served.compiled.credential(headers, query),
        body=operation.body,
        base=_origin(headers, scope, public_url) + prefix,
        prefix=prefix,
    )
    if (observed := scope.get("proofsheet.observed")) is not None:  # somebody watches the server
        call.observed = observed
        observed.note(call)
    return call


def _origin(headers: Mapping[str, str], scope: Any, public_url: str | None) -> str:
    return origin(headers, scope.get("scheme", "http"), public_url, address(scope.get("server")))


def _base_path(operation: Operation, parameters: Mapping[str, str], scope: Any) -> str:
    """What stands before the operation's own path in the path of a request."""
    own = operation.path
    for name, value in parameters.items():
        own = own.replace(f"{{{name}}}", value)
    path: str = scope["path"]
    return path.removesuffix(own) if path.endswith(own) else ""


async def read(
    call: Call, receive: Receive, limit: int, timeout: float | None, decoding: asyncio.Semaphore
) -> None:
    """Read the body into `call`, within `timeout` seconds. Raises Disconnected and TooSlow."""
    data = await receive_body(call, receive, limit, timeout)
    if call.body is not None and not call.oversized:
        if len(data) > _LARGE:
            call.body_problem = await asyncio.to_thread(_parse, call, data)
        else:
            call.body_problem = _parse(call, data)
        await _read_pictures(call, call.body, decoding)
        await _read_sounds(call, call.body, decoding)
    call.choose_representation(call.artifact_media)


async def _read_sounds(call: Call, body: Body, decoding: asyncio.Semaphore) -> None:
    for name in body.sounds.keys() & call.files.keys():
        async with decoding:
            call.sounds[name] = await asyncio.to_thread(given_sound, call.files[name].data)
    for tokens, _ in body.inner_sounds:
        for path, value in islice(pointers.find_places(call.fields, tokens), MOST_SOUNDS):
            if isinstance(value, str):
                async with decoding:
                    call.inner_sounds[path] = await asyncio.to_thread(packed_sound, value)


async def _read_pictures(call: Call, body: Body, decoding: asyncio.Semaphore) -> None:
    artifact = call.operation.artifact
    for name in dict.fromkeys((*body.pictures, *(artifact.pictures if artifact else ()))):
        may_be_empty = name in body.pictures and body.pictures[name].or_empty
        for path, value in given_values(call, name):
            if may_be_empty and value == "":
                continue
            async with decoding:  # a decoded picture is large: only a few at a time
                call.given.setdefault(name, []).append(await asyncio.to_thread(given_picture, path, value))
    for tokens, wanted in body.inner_pictures:
        for path, value in islice(pointers.find_places(call.fields, tokens), MOST_PICTURES):
            if isinstance(value, str) and (value or not wanted.or_empty):
                async with decoding:
                    found = await asyncio.to_thread(given_picture, path, value)
                call.given.setdefault(pointers.join(*tokens), []).append(found)


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


def _parse(call: Call, data: bytes) -> str | None:
    """Read the body as what its Content-Type says; returns the kind of a refusal if it cannot be read."""
    header = call.headers.get("content-type", "")
    if not header:
        return "missing"
    body = call.operation.body_as(header)
    if body is None:
        return "other"
    call.body = body
    try:
        if body.media_type == MULTIPART:
            _keep_parts(call, body, form.multipart(header, data, call.operation.policy.part_names))
        elif body.is_form:
            _keep_parts(call, body, form.parameters(data))
        else:
            call.fields = read_json(data)
    except form.BadForm as problem:
        return str(problem)
    except (ValueError, RecursionError):
        return "broken"
    return None


def read_json(data: bytes) -> Any:
    """The JSON value that a client sent.

    Raises ValueError, also for one that is too deep, that holds NaN or half a character; and RecursionError.
    """
    value = _DECODER.decode(data.decode("utf-8"))
    if b"\\" in data and b"\\u" in data:  # one byte is found in no time
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    if data.count(b"[") + data.count(b"{") > DEEPEST and _is_deep(value, DEEPEST):
        raise ValueError("too deep")
    return value


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


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


def _keep_parts(call: Call, body: Body, parts: list[Part]) -> None:
    kept: set[str] = set()
    for part in parts:
        name = body.fields_of_parts.get(part.name or "")
        if name is None:
            call.ignored.append(part.name or "")
        elif name in body.text_lists and part.filename is None:
            _keep_text_of_list(call, name, body.schema["properties"][name], part)
        elif name in body.file_lists:
            _keep_listed(call, name, part)
        elif name in kept:
            call.flaws.append(Flaw("duplicate", name))
        else:
            kept.add(name)
            _keep(call, body, name, part)


def _keep(call: Call, body: Body, name: str, part: Part) -> None:
    optional = name not in body.schema.get("required", ()) and name not in body.files
    if not part.data and optional and call.operation.policy.empty_parts == "absent":
        return
    if name in body.json_parts:
        _keep_json(call, name, part.data)
    elif name in body.files and part.filename is not None:
        call.files[name] = FilePart(part.data, part.filename, part.content_type)
    elif name in body.files:
        call.flaws.append(Flaw("type", name, {"expected": "file", "received": "string"}))
    elif part.filename is not None:
        call.flaws.append(Flaw("type", name, {"expected": "string", "received": "file"}))
    else:
        _keep_text(call, name, body.schema["properties"][name], part)


def _keep_listed(call: Call, name: str, part: Part) -> None:
    """One of the files of a list."""
    if part.filename is not None:
        call.file_lists.setdefault(name, []).append(FilePart(part.data, part.filename, part.content_type))
    else:
        call.flaws.append(Flaw("type", name, {"expected": "file", "received": "string"}))


def _keep_text_of_list(call: Call, name: str, schema: Mapping[str, Any], part: Part) -> None:
    try:
        call.fields.setdefault(name, []).append(coerce(part.text, dict(schema["items"])))
    except UnicodeDecodeError:
        call.flaws.append(Flaw("encoding", name))


def _keep_json(call: Call, name: str, data: bytes) -> None:
    try:
        call.fields[name] = read_json(data)
    except (ValueError, RecursionError):
        call.flaws.append(Flaw("type", name, {"expected": "object", "received": "string"}))


def _keep_text(call: Call, name: str, schema: dict[str, Any], part: Part) -> None:
    try:
        call.fields[name] = coerce(part.text, schema)
    except UnicodeDecodeError:
        call.flaws.append(Flaw("encoding", name))
