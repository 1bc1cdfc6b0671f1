"""One request to an address that a client named: where it may go, for how long, and how much is read of it.

A name is resolved when the connection is made, and the address it then has is the one that is judged and
used: a name that is local now and not a moment later leads nowhere. No redirect is followed.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SECONDS = 10.0  # for one request, from the connection to the end of what is read of the answer
MOST_READ = 4096  # bytes of an answer
EXPECTED = "loopback, anywhere, or hosts joined by commas (such as app,10.0.0.7)"
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")


@dataclass(frozen=True)
class Reach:
    """Where callbacks may go: to this machine, and further where that was allowed."""

    anywhere: bool = False
    hosts: frozenset[str] = frozenset()  # whatever their addresses are

    def admits(self, host: str, address: str) -> bool:
        """Whether a connection to a host may be made to this address of it.

        `anywhere` is the internet. An address of a private network has to be written as such, or its host
        allowed by name: no name that somebody controls leads there.
        """
        found = ipaddress.ip_address(address.partition("%")[0])
        found = getattr(found, "ipv4_mapped", None) or found
        if found.is_loopback or host in self.hosts:
            return True
        if found.is_link_local or found.is_multicast or found.is_unspecified:
            return False
        return self.anywhere and (found.is_global or host == address)


LOOPBACK = Reach()


def parse_reach(text: str) -> Reach:
    """Where callbacks may go, as people write it. Raises ValueError, which says what was expected."""
    if text in ("loopback", "anywhere"):
        return LOOPBACK if text == "loopback" else Reach(anywhere=True)
    hosts = frozenset(each.strip().strip("[]").lower() for each in text.split(","))
    if not all(map(_HOST.fullmatch, hosts)):
        raise ValueError(f"expected {EXPECTED}, came {text!r}")
    return Reach(hosts=hosts)


@dataclass(frozen=True)
class Answer:
    """What came back: a status and the beginning of the body, or 0 and why nothing came."""

    status: int
    text: str

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


async def send(reach: Reach, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Send a request and read the beginning of its answer, within SECONDS."""
    import httpcore  # only a double that calls back pays for it

    try:
        async with asyncio.timeout(SECONDS):
            return await _sent(reach, method, url, headers, body)
    except TimeoutError:
        return Answer(0, f"no answer within {SECONDS:g} seconds")
    except (OSError, ValueError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException,
            httpcore.UnsupportedProtocol) as problem:  # fmt: skip
        return Answer(0, str(problem) or type(problem).__name__)


async def _sent(reach: Reach, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    import httpcore

    if not url.isascii():
        raise ValueError("expected a URL in ASCII: what is not has to be percent-encoded")
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    target = httpcore.URL(url.encode("ascii"))
    if target.scheme not in (b"http", b"https") or not target.host:
        raise ValueError("expected a URL that begins with http:// or https://")
    async with (
        httpcore.AsyncConnectionPool(network_backend=_checked(reach), max_connections=1) as pool,
        pool.stream(method, target, headers=sent, content=body) as response,
    ):
        read = b""
        async for piece in response.aiter_stream():
            read += piece
            if len(read) >= MOST_READ:
                break
        return Answer(response.status, read[:MOST_READ].decode("utf-8", "replace"))


def _checked(reach: Reach) -> Any:
    """A network backend of httpcore whose connections are made to addresses that may be reached."""
    import httpcore

    class Checked(httpcore.AnyIOBackend):
        async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> Any:
            address = await _address(reach, host, port)
            return await super().connect_tcp(address, port, *args, **kwargs)

    return Checked()


async def _address(reach: Reach, host: str, port: int) -> str:
    """An address of a host that may be reached. Raises OSError where it has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port)
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    admitted = next((each for each in addresses if reach.admits(host.lower(), each)), None)
    if admitted is None:
        where = ", ".join(addresses)
        raise PermissionError(
            f"not sent: {host} is {where}, which is not on this machine; `serve --callbacks` allows more"
        )
    return admitted
