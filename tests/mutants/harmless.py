"""Harmless changes to requests and answers, for the benign relays: what HTTP, JSON and PNG leave open."""

from __future__ import annotations

import gzip
import json
import re
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from mutants.pictures import in_pictures
from mutants.relay import Damage, Forward, Got, Sent, damage, on_answer, on_request, with_header

_CASES: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "title": lambda name: "-".join(part.capitalize() for part in name.split("-")),
}
_PNG_NEEDED = (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS")


@on_answer("set-headers")
def set_headers(sent: Sent, got: Got, headers: dict[str, str]) -> Got:
    """Header fields set, in place of those of the same name."""
    for name, value in headers.items():
        got = got.having(name, value)
    return got


@on_answer("append-headers")
def append_headers(sent: Sent, got: Got, headers: list[list[str]]) -> Got:
    """Header fields added behind those that are there, of the same name too."""
    return replace(got, headers=(*got.headers, *((name, value) for name, value in headers)))


@on_answer("header-names")
def header_names(sent: Sent, got: Got, case: str) -> Got:
    """Header names in another case. The last change of a relay: what comes after looks for lower case."""
    return replace(got, headers=tuple((_CASES[case](name), value) for name, value in got.headers))


@on_answer("header-order")
def header_order(sent: Sent, got: Got) -> Got:
    return replace(got, headers=tuple(reversed(got.headers)))


@on_answer("content-type")
def content_type(sent: Sent, got: Got, find: str, put: str) -> Got:
    """Content-Type written in another way."""
    value = got.header("content-type")
    return got.having("content-type", re.sub(find, put, value)) if value else got


@on_answer("content-type-case")
def content_type_case(sent: Sent, got: Got, case: str) -> Got:
    """Content-Type in capitals, values of parameters too."""
    value = got.header("content-type")
    return got.having("content-type", _CASES[case](value)) if value else got


@on_answer("json-text")
def json_text(sent: Sent, got: Got, how: str) -> Got:
    """The same JSON value in other characters."""
    if got.json is None:
        return got
    return got.holding(_WRITERS[how](got.json).encode("utf-8", "surrogatepass"))


def _escaped(value: Any) -> str:
    """Each character of each text as an escape of six characters; base64 keeps its own, for its length."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_escaped(key)}:{_escaped(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_escaped, value)) + "]"
    if isinstance(value, str) and len(value) < 1_000:
        units = value.encode("utf-16-be", "surrogatepass")
        codes = (f"\\u{high:02X}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True))
        return '"' + "".join(codes) + '"'
    return json.dumps(value)


def _turned(value: Any) -> Any:
    """Members in the reverse order."""
    if isinstance(value, dict):
        return {key: _turned(each) for key, each in reversed(value.items())}
    return [_turned(each) for each in value] if isinstance(value, list) else value


def _floats(value: Any) -> Any:
    """Whole numbers written with a fraction of nought."""
    if isinstance(value, dict):
        return {key: _floats(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_floats(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


_WRITERS: dict[str, Callable[[Any], str]] = {
    "indented": lambda value: json.dumps(value, indent=4),
    "sorted": lambda value: json.dumps(value, sort_keys=True),
    "turned": lambda value: json.dumps(_turned(value)),
    "compact": lambda value: json.dumps(value, separators=(",", ":")),
    "blanks": lambda value: "\r\n\t " + json.dumps(value, separators=(" ,\n", "\t: ")) + " \n\n",
    "utf-8": lambda value: json.dumps(value, ensure_ascii=False),
    "slashes": lambda value: json.dumps(value).replace("/", "\\/"),
    "escaped": _escaped,
    "floats": lambda value: json.dumps(_floats(value)),
}


@on_answer("add-members")
def add_members(sent: Sent, got: Got, members: dict[str, Any], of: str = "all") -> Got:
    """Members added to a JSON object, and to the objects in its lists."""
    is_meant = of == "all" or (got.status >= 400) == (of == "errors")
    return got.saying(_richer(got.json, members)) if is_meant and got.json is not None else got


def _richer(value: Any, members: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {**{key: _richer(each, members) for key, each in value.items()}, **members}
    return [_richer(each, members) for each in value] if isinstance(value, list) else value


@on_answer("drop-members")
def drop_members(sent: Sent, got: Got, names: list[str]) -> Got:
    """Members left out, wherever they stand."""
    return got.saying(_poorer(got.json, names)) if got.json is not None else got


def _poorer(value: Any, names: list[str]) -> Any:
    if isinstance(value, dict):
        return {key: _poorer(each, names) for key, each in value.items() if key not in names}
    return [_poorer(each, names) for each in value] if isinstance(value, list) else value


@on_answer("content-coding")
def content_coding(sent: Sent, got: Got, coding: str, level: int = 6) -> Got:
    """Compressed, where the client said that it reads that, as nginx and Caddy do with text."""
    accepted = [each.partition(";")[0].strip() for each in sent.header("accept-encoding").split(",")]
    if coding not in accepted or not got.body or sent.method == "HEAD":
        return got
    body = gzip.compress(got.body, level) if coding == "gzip" else zlib.compress(got.body, level)
    return got.holding(body).having("content-encoding", coding).having("vary", "Accept-Encoding")


@on_answer("png-chunks")
def png_chunks(sent: Sent, got: Got, how: str) -> Got:
    """Ancillary chunks of PNG added, or all of them taken out. Pixels stay as they are."""
    change = _png_text if how == "add" else _png_bare
    return in_pictures(got, lambda data, media: change(data) if media == "image/png" else data)


def _png_text(data: bytes) -> bytes:
    texts = _png_chunk(b"tEXt", b"Software\0a relay") + _png_chunk(
        b"pHYs", struct.pack(">IIB", 2835, 2835, 1)
    )
    head = data[:8] + next(_chunks(data))
    return head + texts + data[len(head) :]


def _png_bare(data: bytes) -> bytes:
    return data[:8] + b"".join(each for each in _chunks(data) if each[4:8] in _PNG_NEEDED)


def _chunks(data: bytes) -> Iterator[bytes]:
    at = 8
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        yield data[at:end]
        at = end


def _png_chunk(kind: bytes, held: bytes) -> bytes:
    return struct.pack(">I", len(held)) + kind + held + struct.pack(">I", zlib.crc32(kind + held))


@damage("answer-methods")
def answer_methods(methods: dict[str, dict[str, Any]]) -> Damage:
    """The edge answers certain methods by itself where there are none: method to status, headers, body."""

    def harm(sent: Sent, forward: Forward) -> Got:
        own = methods.get(sent.method)
        if own is None or sent.method in ("HEAD", "OPTIONS"):  # which no document declares
            return _own(own) if own else forward(sent)
        got = forward(sent)
        return _own(own) if got.status == 405 else got

    return harm


@damage("answer-paths")
def answer_paths(pattern: str, answer: dict[str, Any]) -> Damage:
    """The edge answers paths by itself that it has no route for."""

    def harm(sent: Sent, forward: Forward) -> Got:
        return _own(answer) if re.search(pattern, sent.path) else forward(sent)

    return harm


def _own(answer: dict[str, Any]) -> Got:
    body = answer.get("body", "").encode()
    headers = {**answer.get("headers", {}), "content-length": str(len(body))}
    return Got(answer["status"], tuple(headers.items()), body)


@damage("head-as-get")
def head_as_get() -> Damage:
    """HEAD is sent on as GET and the body left out: the length is that of the body."""

    def harm(sent: Sent, forward: Forward) -> Got:
        if sent.method != "HEAD":
            return forward(sent)
        got = forward(replace(sent, method="GET"))
        return replace(got, body=b"")

    return harm


@on_request("request-headers")
def request_headers(sent: Sent, headers: dict[str, str | None]) -> Sent:
    """Header fields of the request set, or taken away."""
    for name, value in headers.items():
        sent = sent.having(name, value)
    return sent


@on_request("request-header-order")
def request_header_order(sent: Sent) -> Sent:
    return replace(sent, headers=tuple(reversed(sent.headers)))


@on_request("boundary")
def boundary(sent: Sent) -> Sent:
    """A form written anew with another boundary of the same length."""
    value = sent.header("content-type")
    found = re.fullmatch(r"multipart/form-data; boundary=(proofsheet-\w+)", value)
    if not found:
        return sent
    old, new = found[1].encode(), b"X" * len(found[1])
    form = f"multipart/form-data; boundary={new.decode()}"
    return replace(
        sent,
        body=sent.body.replace(b"--" + old, b"--" + new),
        headers=with_header(sent.headers, "content-type", form),
    )


@damage("linger")
def linger(longest: float) -> Damage:
    """Some answers take longer than others: up to `longest` seconds."""
    turn = 0

    def harm(sent: Sent, forward: Forward) -> Got:
        nonlocal turn
        turn += 1
        time.sleep(longest * (turn % 5) / 4)  # the latency itself; nothing is waited for
        return forward(sent)

    return harm
