"""Where everything goes: the upstream's address, taken from a URL, and how it is connected to."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECT_SECONDS = 15.0


class BadUpstream(ValueError):
    """A URL that is no upstream; the text says what was expected."""


@dataclass(frozen=True)
class Upstream:
    """`base` is the path of the URL without a slash at its end; requests' paths are put behind it."""

    host: str
    port: int
    authority: bytes  # what Host says
    base: bytes
    tls: ssl.SSLContext | None

    @property
    def origin(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.authority.decode()}"

    @property
    def url(self) -> str:
        return self.origin + self.base.decode()


def upstream(url: str, insecure: bool = False) -> Upstream:
    """The upstream of a URL. Raises BadUpstream."""
    try:
        parts = urlsplit(url)
        port = parts.port
        url.encode("ascii")
    except ValueError as error:
        raise BadUpstream(f"--upstream {url!r}: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadUpstream(f"--upstream must be an http or https address, came {url!r}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BadUpstream("--upstream must hold no credentials, query or fragment")
    if not url.isprintable() or " " in url:
        raise BadUpstream(f"--upstream must hold no spaces or control characters, came {url!r}")
    tls = _tls(insecure) if parts.scheme == "https" else None
    return Upstream(
        host=parts.hostname,
        port=port or (443 if tls else 80),
        authority=parts.netloc.encode(),
        base=parts.path.rstrip("/").encode(),
        tls=tls,
    )


def _tls(insecure: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()  # the system's certificates
    context.set_alpn_protocols(["http/1.1"])
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@dataclass(eq=False)
class NotConnected(OSError):
    """The upstream cannot be reached: the status of a gateway that says so, and why."""

    status: int
    detail: str


async def connect(upstream: Upstream, protocol: asyncio.Protocol) -> None:
    """Open a connection for `protocol`. Raises NotConnected."""
    where = f"{upstream.host} port {upstream.port}"
    name = upstream.host if upstream.tls else None
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await loop.create_connection(
                lambda: protocol, upstream.host, upstream.port, ssl=upstream.tls, server_hostname=name
            )
    except TimeoutError:
        message = f"{where} did not accept a connection in {CONNECT_SECONDS:.0f} seconds"
        raise NotConnected(504, message) from None
    except OSError as error:
        raise NotConnected(502, _why(error, upstream.host, where)) from None


def _why(error: OSError, host: str, where: str) -> str:
    if isinstance(error, socket.gaierror):
        return f"the name {host} does not resolve: {error.strerror or error}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of {where} is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"no TLS with {where}: {error.reason or error}"
    return f"cannot connect to {where}: {error.strerror or error}"
