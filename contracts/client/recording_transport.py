"""A transport for httpx that keeps what came on the wire, so that an answer which breaks HTTP is still one.

httpx and httpcore end a broken answer with an exception that has neither status nor bytes. Here every socket
writes what it receives into the `Reception` of its request, which also holds the limits of time.
"""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx

RECEPTION = "proofsheet.reception"  # the extension of a request that holds its Reception
KEPT = 256 * 1024  # bytes of an answer as they came: its head, and the beginning of its body
NOTICE = 10.0  # seconds between two words about an answer that is awaited
CONNECT = 30.0  # seconds
DRAIN = 1.0  # seconds of silence that end an answer whose head is not valid
_ERRORS: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.TimeoutException, httpx.ReadTimeout),
    (httpcore.LocalProtocolError, httpx.LocalProtocolError),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
    (httpcore.NetworkError, httpx.ReadError),
)


@dataclass(frozen=True)
class Limits:
    """How long an answer may take, in seconds: `first` to its first byte (a picture takes 3 to 46 at the
    vendors), `stall` between two bytes, `whole` from its first byte to its last.
    """

    first: float = 180.0
    stall: float = 30.0
    whole: float = 60.0


def _silent(seconds: float) -> None:
    """The notice that goes nowhere."""


@dataclass
class Reception:
    """What came on the wire for one request, and when. `notice` is called now and then with the seconds."""

    limits: Limits = Limits()
    notice: Callable[[float], None] = _silent
    raw: bytearray = field(default_factory=bytearray, repr=False)  # at most KEPT bytes
    received: int = 0
    is_reused: bool = False  # its connection has carried a request before
    is_accepted: bool = False  # its head is valid
    given_up: str = ""  # which limit of time ended it
    stream: _Stream | None = None
    _began: float | None = None
    _first: float | None = None
    _last: float = 0.0
    _noticed: float = 0.0

    @property
    def seconds(self) -> float:
        """From the end of the request to the last byte of the answer, or until it was given up."""
        return self._last - self._began if self._began is not None else 0.0

    def begin(self, stream: _Stream, is_reused: bool) -> None:
        """The first read for this request."""
        if self.stream is not stream:
            self.stream, self.is_reused = stream, is_reused
            self._began = self._last = self._noticed = time.monotonic()

    def add(self, data: bytes) -> None:
        """Bytes that came."""
        self._last = time.monotonic()
        self._first = self._last if self._first is None else self._first
        self.raw += data[: KEPT - len(self.raw)]
        self.received += len(data)

    def wait(self) -> float:
        """Seconds for which to wait for the next byte; 0 if a limit is passed, as `given_up` then says."""
        now = time.monotonic()
        began = self._began or now
        if now - self._noticed >= NOTICE:
            self._noticed = now
            self.notice(now - began)
        if self._first is None:
            left, reason = began + self.limits.first - now, f"nothing came in {self.limits.first:.0f} s"
        else:
            stall = self._last + self.limits.stall - now
            whole = self._first + self.limits.whole - now
            left, reason = min(
                (stall, f"nothing more came for {self.limits.stall:g} s"),
                (whole, f"it was not complete {self.limits.whole:g} s after its first byte"),
            )
        if left <= 0:
            self.given_up, self._last = reason, now
            return 0.0
        return min(left, NOTICE)

    def linger(self, seconds: float) -> None:
        """Take what comes after the end of an answer, if anything does within so long."""
        if self.stream is not None:
            self.stream.linger(self, seconds)


class _Stream(httpcore.NetworkStream):
    """A socket that writes what it receives into the reception of the request under way."""

    def __init__(self, inner: httpcore.NetworkStream, current: Callable[[], Reception]) -> None:
        self._inner = inner
        self._current = current
        self._used_by: Reception | None = None
        self.is_spent = False  # what follows an answer on it would be taken for the next one

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        reception = self._current()
        reception.begin(self, self._used_by is not None)
        self._used_by = reception
        while wait := reception.wait():
            with contextlib.suppress(httpcore.ReadTimeout):
                data = self._inner.read(max_bytes, wait)
                reception.add(data)
                return data
        raise httpcore.ReadTimeout(reception.given_up)

    def linger(self, reception: Reception, seconds: float) -> None:
        """Read once more, for so long at most."""
        with contextlib.suppress(httpcore.ReadTimeout, httpcore.ReadError):
            data = self._inner.read(KEPT, seconds)
            reception.add(data)
            self.is_spent = True  # by more bytes, or by its end

    def close(self) -> None:
        reception = self._current()
        if reception.stream is self and reception.received and not reception.is_accepted:
            self._drain(reception)
        self._inner.close()

    def _drain(self, reception: Reception) -> None:
        """The rest of an answer whose head cannot be read: lenient clients would have taken it."""
        with contextlib.suppress(httpcore.ReadTimeout, httpcore.ReadError):
            while len(reception.raw) < KEPT and (wait := reception.wait()):
                data = self._inner.read(KEPT, min(wait, DRAIN))
                if not data:
                    return
                reception.add(data)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._current)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable" and self.is_spent:
            return True  # the pool then opens another
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Opens sockets; the reception under way is that of the thread, which sends one request at a time."""

    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner
        self.local = threading.local()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(inner, self._current)

    def _current(self) -> Reception:
        found = getattr(self.local, "reception", None)
        return found if found is not None else Reception()


class Connections(httpx.BaseTransport):
    """Carries requests over connections that are kept open, or over a new one for each."""

    def __init__(self, are_kept: bool, backend: httpcore.NetworkBackend | None = None) -> None:
        self._backend = _Backend(backend or httpcore.SyncBackend())
        context = httpx.create_ssl_context(trust_env=False)
        most = None if are_kept else 0
        self._pool = httpcore.ConnectionPool(
            context, max_connections=None, max_keepalive_connections=most, network_backend=self._backend
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        reception = request.extensions.get(RECEPTION) or Reception()
        self._backend.local.reception = reception
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        extensions = {"timeout": {"connect": CONNECT, "write": reception.limits.first}}
        with _as_httpx():
            response = self._pool.handle_request(
                httpcore.Request(
                    request.method, url, headers=request.headers.raw, content=request.stream,
                    extensions=extensions,
                )
            )  # fmt: skip
        reception.is_accepted = True
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """The body of an answer, as it is on the wire but for its chunks."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


@contextlib.contextmanager
def _as_httpx() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        kind = next((ours for theirs, ours in _ERRORS if isinstance(error, theirs)), None)
        if kind is None:
            raise
        raise kind(str(error)) from error
