"""A server on a raw socket, which answers whatever bytes a test gives it: HTTP need not be among them."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

from waiting import PATIENCE


@dataclass
class Wire:
    """One connection as its server sees it; `number` counts connections, from 1 on."""

    socket: socket.socket
    number: int
    server: RawServer
    served: int = 0  # requests before this one

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def wait_for_close(self) -> None:
        """Until the client has left."""
        try:
            while self.socket.recv(65536):
                pass
        except OSError:
            pass


Answer = Callable[[Wire, bytes], bool | None]  # a request's bytes; True keeps the connection open


@dataclass
class RawServer:
    """Answers each request by `answer`, and keeps count."""

    answer: Answer
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    closed: threading.Event = field(default_factory=threading.Event)  # some connection was closed by us

    def __enter__(self) -> RawServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._threads:
            each.join(PATIENCE)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.settimeout(PATIENCE)
        wire = Wire(connection, number, self)
        with connection:
            while request := read_request(connection):
                self.requests.append(request)
                try:
                    if not self.answer(wire, request):
                        break
                except OSError:  # the client has left
                    break
                wire.served += 1
        self.closed.set()


def read_request(connection: socket.socket) -> bytes:
    """The bytes of one request; empty at the connection's end."""
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            if not (more := connection.recv(65536)):
                return b""
            data += more
        head, _, _ = data.partition(b"\r\n\r\n")
        found = re.search(rb"(?im)^content-length: *(\d+)", head)
        whole = len(head) + 4 + (int(found[1]) if found else 0)
        while len(data) < whole and (more := connection.recv(65536)):
            data += more
    except OSError:
        return b""
    return data


def response(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """A well-formed answer, but for another Content-Length."""
    declared = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"content-length: {declared}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body
