"""A relay on a socket of its own, for what lies below an answer's fields: framing, interim answers.

Only what RFC 9112 leaves open is varied; the bytes are written here, because a server library has one way.
"""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mutants.relay import Got, Relay, Sent

_HOP = ("content-length", "transfer-encoding", "connection", "keep-alive")
CHUNK = 16_384  # bytes


@dataclass(frozen=True)
class Wire:
    """How answers are written. `framing`: length, chunked, or close (until the connection ends)."""

    framing: str = "length"
    version: str = "1.1"
    reason: str = "OK"
    interim: tuple[int, ...] = ()  # answers before the answer
    headers: tuple[tuple[str, str], ...] = ()  # of the connection
    trailers: tuple[tuple[str, str], ...] = ()
    extension: str = ""  # of each chunk
    pieces: int = 0  # bytes in one write; all at once if 0
    padding: tuple[str, str] = (" ", "")  # before and after a field's value
    closes: bool = False  # after each answer
    says_so: bool = True  # with `Connection: close`
    most: int = 0  # requests on a connection; the next one is dropped with it, unanswered


def wire(data: dict[str, Any]) -> Wire:
    """A Wire from YAML."""
    pairs = ("headers", "trailers")
    lists = {name: tuple((key, value) for key, value in data[name].items()) for name in pairs if name in data}
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    return Wire(**{**plain, **lists})


@contextmanager
def served(relay: Relay, how: Wire) -> Iterator[str]:
    """The URL of a relay on a loopback port, for as long as the context lasts."""

    class Handler(_Handler):
        pass

    Handler.relay, Handler.how = relay, how
    with _Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True


class _Handler(socketserver.StreamRequestHandler):
    relay: Relay
    how: Wire

    def handle(self) -> None:
        count = 0
        while (sent := self._read()) is not None:
            count += 1
            if self.how.most and count > self.how.most:
                return
            self._write(sent, self.relay.answer(sent))
            if self.how.closes or self.how.framing == "close":
                return

    def _read(self) -> Sent | None:
        line = self.rfile.readline().decode("latin-1").split()
        if len(line) != 3:
            return None
        headers = []
        while (text := self.rfile.readline().decode("latin-1").rstrip("\r\n")) != "":
            name, _, value = text.partition(":")
            headers.append((name, value.strip()))
        lower = {name.lower(): value for name, value in headers}
        shouted = any(name == "AUTHORIZATION" for name, _ in headers)
        body = self._body(lower)
        told = tuple((name.lower(), value) for name, value in headers if name.lower() != "transfer-encoding")
        return Sent(line[0], line[1], told, body, shouted=shouted)

    def _body(self, headers: dict[str, str]) -> bytes:
        if "chunked" not in headers.get("transfer-encoding", ""):
            return self.rfile.read(int(headers.get("content-length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _write(self, sent: Sent, got: Got) -> None:
        data = b"".join(_written(self.how, sent, got))
        step = self.how.pieces or len(data)
        for at in range(0, len(data), step):
            self.wfile.write(data[at : at + step])
            self.wfile.flush()


def _written(how: Wire, sent: Sent, got: Got) -> Iterator[bytes]:
    for status in how.interim:
        link = "Link: </style.css>; rel=preload\r\n" if status == 103 else ""
        yield f"HTTP/1.1 {status} Interim\r\n{link}\r\n".encode()
    is_chunked = how.framing == "chunked" and sent.method != "HEAD"
    kept = [(name, value) for name, value in got.headers if name.lower() not in _HOP]
    length = got.header("content-length") if sent.method == "HEAD" else str(len(got.body))
    if how.framing == "length" and got.status not in (204, 304):
        kept.append(("content-length", length or "0"))
    kept += [("transfer-encoding", "chunked")] * is_chunked
    kept += [("connection", "close")] * (how.says_so and (how.closes or how.framing == "close"))
    before, after = how.padding
    lines = [f"HTTP/{how.version} {got.status} {how.reason}"]
    lines += [f"{name}:{before}{value}{after}" for name, value in (*kept, *how.headers)]
    yield ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    if sent.method != "HEAD":
        yield _chunked(how, got.body) if is_chunked else got.body


def _chunked(how: Wire, body: bytes) -> bytes:
    parts = [body[at : at + CHUNK] for at in range(0, len(body), CHUNK)]
    chunks = [f"{len(each):X}{how.extension}\r\n".encode() + each + b"\r\n" for each in parts]
    trailers = "".join(f"{name}: {value}\r\n" for name, value in how.trailers)
    return b"".join(chunks) + b"0\r\n" + trailers.encode() + b"\r\n"
