"""The page of a judging proxy, on a port of its own: every path of the other is passed on."""

from __future__ import annotations

import json
import secrets
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

PATH = "/_proofsheet/"
_LOCAL = frozenset({"127.0.0.1", "localhost", "[::1]"})


def html(state: dict[str, Any], nonce: str = "") -> str:
    """The page of one state."""
    home = Path(__file__).parent / "pages"
    environment = Environment(
        loader=FileSystemLoader(home), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("proxy.html").render(**state, nonce=nonce)


def serve(sock: socket.socket, state: Callable[[], dict[str, Any]]) -> None:
    """Serve the page on a listening socket, in threads of this process."""

    class Handler(_Handler):
        shown = staticmethod(state)

    server = ThreadingHTTPServer(sock.getsockname()[:2], Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = sock
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    shown: Callable[[], dict[str, Any]]
    timeout = 10
    server_version = "proofsheet"
    sys_version = ""

    def do_GET(self) -> None:
        host = self.headers.get("host", "").rpartition(":")[0] or self.headers.get("host", "")
        path = self.path.partition("?")[0]
        if host not in _LOCAL:  # another site's page that calls itself by our address
            self._answer(403, "text/plain", b"this page is for this machine\n")
        elif path == PATH:
            nonce = secrets.token_urlsafe(16)
            own = f"style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'"
            none = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            policy = f"{none}; {own}; connect-src 'self'; img-src data:"
            body = html(self.shown(), nonce).encode()
            self._answer(200, "text/html; charset=utf-8", body, ("content-security-policy", policy))
        elif path == PATH + "state.json":
            self._answer(200, "application/json", json.dumps(self.shown()).encode())
        elif path in ("/", PATH[:-1]):
            self._answer(302, "text/plain", b"", ("location", PATH))
        else:
            self._answer(404, "text/plain", f"there is {PATH} and {PATH}state.json\n".encode())

    def _answer(self, status: int, kind: str, body: bytes, *more: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (("content-type", kind), ("content-length", str(len(body))), *more):
            self.send_header(name, value)
        self.send_header("cache-control", "no-store")
        self.send_header("x-content-type-options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the proxy's output is about traffic."""
