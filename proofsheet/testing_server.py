"""A double in a process of its own, for tests: started, ended, and asked over its control surface.

Nothing but the standard library.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

START_SECONDS = 120.0
STOP_SECONDS = 60.0
_COMMAND = (sys.executable, "-P", "-m", "proofsheet.mockserver")  # -P: whatever is in this folder
_LOCAL = re.compile(r"(http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?)/?")
_READY = re.compile(r"^Proofsheet serves on (http://\S+)$", re.MULTILINE)
_OPENER = build_opener(ProxyHandler({}))  # a proxy of the environment has no business on loopback


class NotStarted(RuntimeError):
    """The server did not come up, or the one at PROOFSHEET_URL is none; the text says why."""


class ControlError(RuntimeError):
    """The control surface refused a request or did not answer; the text says why."""


class Server:
    """A running double: one of our own (`Server.start`) or somebody else's (`Server.at`)."""

    def __init__(self, process: subprocess.Popen[bytes] | None = None, output: Any = None) -> None:
        self.url = ""
        self._process = process
        self._output = output

    @classmethod
    def at(cls, url: str) -> Server:
        """A server that runs already, on this machine. Raises NotStarted."""
        found = _LOCAL.fullmatch(url)
        if found is None:
            raise NotStarted(
                f"expected a server on this machine, such as http://127.0.0.1:4010, came {url!r}"
            )
        server = cls()
        server.url = found[1]
        try:
            json.loads(control(server.url, "GET", "/health"))["documents"]
        except (ControlError, ValueError, KeyError, TypeError) as problem:
            raise NotStarted(f"no double answers at {server.url}: {problem}") from None
        return server

    @classmethod
    def start(cls, names: Sequence[str] = (), args: Sequence[str] = (), cwd: Path | None = None) -> Server:
        """A server in a process of its own, on a free port; `args` are options of `proofsheet serve`."""
        if "--quiet" in args:
            raise NotStarted("--quiet hides where the server listens: leave it out")
        command = [*_COMMAND, "--no-warm", *names, *args, "--host", "127.0.0.1", "--port", "0"]
        output = tempfile.TemporaryFile()  # noqa: SIM115  (a pipe that nobody reads would fill up)
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PROOFSHEET_PARENT": str(os.getpid())},  # it ends with us, should we be killed
            cwd=cwd,
            start_new_session=True,  # Ctrl-C ends the tests first, and they end the server
        )
        server = cls(process, output)
        try:
            server.url = server._wait(time.monotonic() + START_SECONDS)
        except BaseException as problem:
            said = server.output()
            server.stop()
            if isinstance(problem, NotStarted):
                raise NotStarted(f"{problem}\n$ {' '.join(command)}\n{said}") from None
            raise
        return server

    def _wait(self, deadline: float) -> str:
        while not (found := _READY.search(self.output())):
            if self._process and (code := self._process.poll()) is not None:
                raise NotStarted(f"the server ended with exit code {code} before it was ready")
            if time.monotonic() > deadline:
                raise NotStarted(f"the server was not ready after {START_SECONDS:.0f} seconds")
            time.sleep(0.02)
        return found[1]

    @property
    def own(self) -> bool:
        """Whether we started it."""
        return self._process is not None

    @property
    def ended(self) -> bool:
        """Whether a server of ours has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def output(self) -> str:
        """What a server of ours has printed; of very much the beginning."""
        # Not by seek and read: the server writes at the position that both share.
        return os.pread(self._output.fileno(), 1 << 20, 0).decode(errors="replace") if self._output else ""

    def stop(self) -> None:
        """End a server of ours in good order; leave somebody else's alone."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()


def control(origin: str, method: str, path: str, key: str | None = None, body: Any = None) -> bytes:
    """One request to the control surface. Raises ControlError with what the server said."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"} if data else {}
    if key is not None:
        headers["authorization"] = f"Bearer {key}"
    if admin := os.environ.get("PROOFSHEET_ADMIN_KEY"):  # of a server with --admin-key
        headers["proofsheet-admin"] = admin
    request = Request(f"{origin}/_mock{path}", data, headers, method=method)
    try:
        with _OPENER.open(request, timeout=60) as response:
            answer: bytes = response.read()
    except HTTPError as error:
        with error:
            text = error.read().decode(errors="replace")
        raise ControlError(f"{method} /_mock{path}: {said(text) or f'status {error.code}'}") from None
    except (OSError, HTTPException) as error:
        raise ControlError(f"{method} {origin}/_mock{path}: {getattr(error, 'reason', error)}") from None
    return answer


def said(text: str | None) -> str:
    """The sentence in an error's body, be it the vendor's or the double's own."""
    try:
        body = json.loads(text or "null")
    except ValueError:
        return (text or "")[:200]
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    return "; ".join(map(str, errors)) if errors else str(body.get("message") or body.get("detail") or "")
