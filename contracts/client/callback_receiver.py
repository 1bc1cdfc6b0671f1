"""Where the target sends callbacks while it is judged: for each task an address that nobody can guess."""

from __future__ import annotations

import ipaddress
import re
import secrets
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from proofsheet.contracts.client.address import problem
from proofsheet.contracts.trail import Delivery

LARGEST = 1_000_000  # bytes of a callback's body: more is refused with 413
MOST = 200  # callbacks of one task that are kept; the rest is answered all the same
MOST_AT_ONCE = 64  # requests; whoever comes then is answered with 503
LOOPBACK = "127.0.0.1:0"
_LISTEN = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):([0-9]{1,5})")


@dataclass(frozen=True)
class CallbackAddress:
    """Where to listen, and the address that leads there; without one it is that of the socket."""

    host: str
    port: int  # 0: any that is free
    url: str = ""


def callback_address(listen: str, url: str | None, target: str | None) -> CallbackAddress:
    """The address as people write it. Raises ValueError, which says what was expected.

    A target elsewhere needs a `url` that leads from there to the receiver.
    """
    found = _LISTEN.fullmatch(listen)
    if found is None or int(found[2]) > 65535:
        raise ValueError(f"--callback-listen: expected HOST:PORT such as {LOOPBACK}, came {listen!r}")
    if url and (wrong := problem(url)):
        raise ValueError(f"--callback-url {wrong}")
    host = found[1].strip("[]")
    if not url and not is_loopback(host):
        raise ValueError(
            f"--callback-listen {listen}: which address leads there? Give --callback-url http://…"
        )
    if not url and target and not is_loopback(urlsplit(target).hostname or ""):
        raise ValueError(
            f"--callback-listen {listen} is reached from this machine alone, and the target is elsewhere: "
            "give --callback-url, the public address that leads to it"
        )
    return CallbackAddress(host, int(found[2]), (url or "").rstrip("/"))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name or number."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@dataclass
class Inbox:
    """The callbacks of one task. The first `refusals` of them are answered with 500."""

    url: str
    refusals: int = 0
    deliveries: list[Delivery] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, method: str, headers: Mapping[str, str], body: bytes) -> int:
        """Keep a callback (header names in lower case); returns the status that answers it."""
        with self._lock:
            status = 500 if len(self.deliveries) < self.refusals else 200
            if len(self.deliveries) < MOST:
                self.deliveries.append(Delivery(method, dict(headers), body, status))
            return status


class Receiver:
    """The inboxes of a run, by the secret in their paths."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._inboxes: dict[str, Inbox] = {}

    def inbox(self, refusals: int = 0) -> Inbox:
        """A new inbox, with an address of its own."""
        token = secrets.token_urlsafe(18)
        self._inboxes[token] = Inbox(f"{self._url}/{token}", refusals)
        return self._inboxes[token]

    def at(self, path: str) -> Inbox | None:
        """The inbox at a path, whatever the public address has before the secret."""
        return self._inboxes.get(path.rpartition("/")[2])


class CannotListen(ValueError):
    """The address is taken, or is none of this machine's."""


@contextmanager
def receiving(address: CallbackAddress | None) -> Iterator[Receiver | None]:
    """A receiver that serves meanwhile; None without an address. Raises CannotListen."""
    if address is None:
        yield None
        return
    import uvicorn  # takes long, and most runs have no receiver

    listening = _listen(address)
    receiver = Receiver(address.url or _origin(listening))
    config = uvicorn.Config(
        _application(receiver), log_config=None, log_level="critical", lifespan="off", ws="none",
        limit_concurrency=MOST_AT_ONCE, timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.should_exit = True
        thread.join(timeout=5)
        listening.close()


def _listen(address: CallbackAddress) -> socket.socket:
    try:
        family = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((address.host, address.port), family=family, backlog=MOST_AT_ONCE)
    except (OSError, UnicodeError) as problem:
        where = f"{address.host}:{address.port}"
        raise CannotListen(f"--callback-listen {where}: cannot listen there: {problem}") from None


def _origin(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _application(receiver: Receiver) -> Any:
    """The ASGI application: what comes to an inbox is kept, everything else does not exist."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        inbox, body = receiver.at(scope["path"]), b""
        is_more = inbox is not None
        while is_more and len(body) <= LARGEST:
            message = await receive()
            if message["type"] != "http.request":
                return
            body, is_more = body + message.get("body", b""), message.get("more_body", False)
        status = 404 if inbox is None else 413
        if inbox is not None and len(body) <= LARGEST:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            status = inbox.take(scope["method"], headers, body)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})

    return answer
