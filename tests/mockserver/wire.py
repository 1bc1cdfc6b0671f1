"""A real server process, and raw sockets to speak to it as no HTTP client would."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
from support import KEY, Judged
from waiting import PATIENCE

from proofsheet.spec.document import Document

# One for all clients: making it takes longer than a request, and nothing here is encrypted.
UNUSED_TLS = ssl.create_default_context()
ROOT = Path(__file__).parent.parent.parent


class Process:
    """`python -P -m proofsheet.mockserver --port 0`, its address read from the banner; answers are judged."""

    def __init__(self, *options: str, documents: tuple[Document, ...], cwd: Path | None = None) -> None:
        self.options = options
        self.judged = Judged(documents)
        self._cwd = cwd or ROOT

    def __enter__(self) -> Process:
        command = [
            sys.executable,
            "-P",
            "-m",
            "proofsheet.mockserver",
            "--no-warm",
            "--port",
            "0",
            *self.options,
        ]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self._cwd,
            env=environment(),
        )
        self.banner = self._read_banner()
        found = re.search(r"https?://([\d.]+):(\d+)", self.banner)
        assert found, (self.banner, self.process.communicate())
        self.host, self.port = found[1], int(found[2])
        self.errors: list[str] = []
        self._reader = threading.Thread(target=self._read_errors)
        self._reader.start()
        self.client = httpx.Client(base_url=f"http://{self.host}:{self.port}", timeout=500, verify=UNUSED_TLS)
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()

    def _read_banner(self) -> str:
        lines = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            lines += line
            if "page for people" in line:
                break
        return lines

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.errors.append(line)

    def end(self, number: int = signal.SIGTERM, seconds: float = PATIENCE) -> int:
        """Send a signal and wait for the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def stop(self) -> None:
        if self.process.poll() is None:
            try:
                self.end()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join()
        self.client.close()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()

    def refuses(self) -> bool:
        """Whether it takes no connections any more."""
        with socket.socket() as sock:
            return sock.connect_ex((self.host, self.port)) != 0

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request over HTTP, judged."""
        headers = {"authorization": f"Bearer {KEY}", **options.pop("headers", {})}
        sent = {name: value for name, value in headers.items() if value is not None}
        response = self.client.request(method, path, headers=sent, **options)
        self.judged(response)
        return response

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def form(self, path: str, fields: dict[str, str], **options: Any) -> httpx.Response:
        return self.request(
            "POST", path, files={name: (None, each) for name, each in fields.items()}, **options
        )

    def connect(self) -> contextlib.closing[socket.socket]:
        """A raw connection; use it under `with`."""
        return contextlib.closing(socket.create_connection((self.host, self.port), timeout=500))


def environment() -> dict[str, str]:
    """Ours without what would change where packages are found."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def run(*options: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command to its end, for those that end by themselves."""
    command = [sys.executable, "-P", "-m", "proofsheet.mockserver", *options]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd or ROOT, env=environment(), timeout=500, check=False
    )


def head(path: str, *more: str) -> bytes:
    """The head of a form written by hand."""
    lines = [f"POST {path} HTTP/1.1", "host: x", "authorization: sk-a", *more]
    lines.append("content-type: multipart/form-data; boundary=limes")
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def begin(sock: socket.socket, path: str, body: bytes) -> None:
    """Send the head of a form, and wait until the server asks for its body: then the call is under way."""
    sock.sendall(head(path, "expect: 100-continue", f"content-length: {len(body)}"))
    assert sock.recv(1000).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")


def heard(sock: socket.socket) -> bytes:
    """Everything until the other end closes; what came before a reset."""
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := sock.recv(1 << 16):
            data += piece
    return data


def one_answer(sock: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """One answer with a content-length: status, headers, body."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(1 << 16)
        assert piece, f"closed after {data!r}"
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    while len(body) < int(headers.get("content-length", "0")):
        piece = sock.recv(1 << 16)
        if not piece:
            break
        body += piece
    return int(lines[0].split()[1]), headers, body
