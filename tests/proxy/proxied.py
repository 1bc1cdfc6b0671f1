"""A relay in this process, upstreams of raw sockets behind it, and raw sockets before it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import uvloop
from waiting import PATIENCE, wait_until

from proofsheet.relay.client_connection import ClientConnection
from proofsheet.relay.exchange_copy import Room
from proofsheet.relay.exchange_frames import FrameReader
from proofsheet.relay.settings import Relay
from proofsheet.relay.shared_ring import Ring
from proofsheet.relay.taps import Taps
from proofsheet.relay.upstream_address import upstream
from proofsheet.traffic.flow import Flow

ROOT = Path(__file__).parents[2]
Script = Callable[[socket.socket], None]


class Upstream:
    """Plays a script on every connection; `heard` is what each was sent, as far as the script read it."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        self.errors: list[BaseException] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._play, args=(sock,), daemon=True).start()

    def _play(self, sock: socket.socket) -> None:
        sock.settimeout(PATIENCE)
        with contextlib.closing(sock):
            try:
                self._script(sock)
            except (OSError, Gone):
                pass
            except BaseException as error:
                self.errors.append(error)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


class Gone(Exception):
    """The other end closed."""


def read_head(sock: socket.socket) -> bytes:
    """One head with the empty line at its end, and not a byte more."""
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        piece = sock.recv(1)
        if not piece:
            raise Gone(data)
        data += piece
    return data


def exactly(sock: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        piece = sock.recv(min(1 << 20, count - len(data)))
        if not piece:
            raise Gone(bytes(data))
        data += piece
    return bytes(data)


def to_the_end(sock: socket.socket) -> tuple[bytes, bool]:
    """All until the other end closes, and whether it did so in good order (no reset)."""
    data = bytearray()
    try:
        while piece := sock.recv(1 << 20):
            data += piece
    except ConnectionResetError:
        return bytes(data), False
    return bytes(data), True


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def answering(*answers: bytes) -> Script:
    """A script that answers requests without a body, one after another, and then reads to the end."""

    def script(sock: socket.socket) -> None:
        for answer in answers:
            read_head(sock)
            sock.sendall(answer)
        to_the_end(sock)

    return script


class Taker:
    """In the place of a judge: reads every frame it is given, unless it is full."""

    def __init__(self) -> None:
        self.flows: list[Flow] = []
        self.is_full = False
        self._line, self._ring = socket.socket(), Ring()
        self._frames = FrameReader(self._line, Ring(self._ring.descriptor))

    def put(self, frame: bytes) -> bool:
        if self.is_full or not self._ring.put(frame):
            return False
        flow = self._frames.next()
        assert flow is not None
        self.flows.append(flow)
        return True

    def close(self) -> None:
        self._line.close()
        self._ring.close()


class Here:
    """A relay in a thread of this process. Unless it `starts`, what connects waits for its `start`."""

    def __init__(
        self,
        url: str,
        room: int | None = None,
        insecure: bool = False,
        starts: bool = True,
        **options: Any,
    ) -> None:
        self.taker = Taker()
        self.logged: list[str] = []
        aim = upstream(url, insecure)
        self.taps = Taps(aim.base.decode(), {"unjudged": self.taker})
        if room is not None:
            self.taps.room = Room(room)
        self.relay = Relay(aim, self.taps, self.logged.append, **options)
        self._loop = uvloop.new_event_loop()
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, args=(listener,), daemon=True)
        if starts:
            self.start()

    def start(self) -> None:
        self._thread.start()

    def _run(self, listener: socket.socket) -> None:
        asyncio.set_event_loop(self._loop)
        made = self._loop.create_server(lambda: ClientConnection(self.relay), sock=listener)
        self._server = self._loop.run_until_complete(made)
        self._loop.run_forever()

    def connect(self) -> contextlib.closing[socket.socket]:
        return contextlib.closing(socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE))

    def ask(self, request: bytes) -> tuple[bytes, bool]:
        """One request on a connection of its own: everything until its end, and whether that was orderly."""
        with self.connect() as sock:
            sock.sendall(request)
            return to_the_end(sock)

    def flow(self, number: int = 1) -> Flow:
        """The flow of that number, once it is over."""
        wait_until(lambda: len(self.taker.flows) >= number)
        return self.taker.flows[number - 1]

    def close(self) -> None:
        async def end() -> None:
            self._server.close()
            for client in tuple(self.relay.clients):
                client.abort()
            while self.relay.clients:
                await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()
        self.taker.close()


def get(path: str = "/", *lines: str, method: str = "GET") -> bytes:
    """A request without a body, after which the connection is closed."""
    return "\r\n".join(
        [f"{method} {path} HTTP/1.1", "Host: app.test", "Connection: close", *lines, "", ""]
    ).encode()


class Process:
    """`proofsheet proxy` as a process of its own."""

    def __init__(self, *options: str, name: str = "stability") -> None:
        command = [sys.executable, "-P", "-m", "proofsheet", "proxy", name, "--port", "0", "--page-port", "0"]
        self.process = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert self.process.stdout is not None
        lines = []
        while line := self.process.stdout.readline():
            lines.append(line)
            if "/_proofsheet/" in line:
                break
        self.banner = "".join(lines)
        ports = re.findall(r"http://127\.0\.0\.1:(\d+)", self.banner)
        if not ports:
            raise AssertionError(self.process.communicate(timeout=PATIENCE))
        self.port, self.page = int(ports[0]), int(ports[-1])

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """End it; its exit code and what it said on standard error."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors

    def children(self) -> list[int]:
        """The judge and the recorder, which end by themselves when it is gone."""
        tasks = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(each) for each in tasks.read_text().split()]

    def memory(self) -> int:
        """Bytes of its own process that are in memory now."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


@contextlib.contextmanager
def running(*options: str, name: str = "stability") -> Iterator[Process]:
    made = Process(*options, name=name)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.stop()
        for pipe in (made.process.stdout, made.process.stderr):
            assert pipe is not None
            pipe.close()
