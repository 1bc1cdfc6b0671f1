"""Damages to the bytes of an answer: what is declared and what comes are two things."""

from __future__ import annotations

from dataclasses import replace

from mutants.relay import Got, Sent, on_answer

_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}


def _bytes(got: Got, body: bytes, *headers: str, framed: bool = True, line: str = "") -> Got:
    """An answer with these bytes behind its headers; without its own Content-Length unless `framed`."""
    kept = [f"{name}: {value}" for name, value in got.headers if framed or name != "content-length"]
    line = line or f"HTTP/1.1 {got.status} {_REASONS.get(got.status, 'Other')}"
    return replace(got, raw="\r\n".join([line, *kept, *headers, "", ""]).encode("latin-1") + body)


@on_answer("cut-body")
def cut_body(sent: Sent, got: Got, share: float = 0.5) -> Got:
    """The connection closes in the middle of the body."""
    return _bytes(got, got.body[: int(len(got.body) * share)])


@on_answer("false-gzip")
def false_gzip(sent: Sent, got: Got) -> Got:
    """The label of a compression that a proxy has undone."""
    return _bytes(got, got.body, "content-encoding: gzip")


@on_answer("chunks-cut")
def chunks_cut(sent: Sent, got: Got) -> Got:
    """The whole body in one chunk, and no last one."""
    return _chunked(got, b"")


@on_answer("chunk-size-invalid")
def chunk_size_invalid(sent: Sent, got: Got) -> Got:
    return _chunked(got, b"-1\r\n\r\n")


def _chunked(got: Got, end: bytes) -> Got:
    body = f"{len(got.body):x}\r\n".encode() + got.body + b"\r\n" + end
    return _bytes(got, body, "transfer-encoding: chunked", framed=False)


@on_answer("status-line-broken")
def status_line_broken(sent: Sent, got: Got) -> Got:
    return _bytes(got, got.body, line=f"HTTP {got.status}")


@on_answer("header-invalid")
def header_invalid(sent: Sent, got: Got) -> Got:
    return _bytes(got, got.body, "x served by: edge 1")


@on_answer("two-lengths")
def two_lengths(sent: Sent, got: Got) -> Got:
    return _bytes(got, got.body, f"content-length: {len(got.body) + 1}")


@on_answer("length-too-small")
def length_too_small(sent: Sent, got: Got) -> Got:
    short = got.having("content-length", str(len(got.body) // 2))
    return _bytes(short, got.body)


@on_answer("body-after-head")
def body_after_head(sent: Sent, got: Got) -> Got:
    return _bytes(got, b"Method Not Allowed") if sent.method == "HEAD" else got


@on_answer("stops")
def stops(sent: Sent, got: Got) -> Got:
    """Half of the body, and then nothing more for ever."""
    return replace(cut_body(sent, got), stops=True)
