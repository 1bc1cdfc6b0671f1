"""Transports of httpx that call an ASGI application in the event loop of another thread.

Bodies come piece by piece, limits of time hold, and a fault of the wire is the error that it would be.
"""

from __future__ import annotations

import asyncio
import queue
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any
from urllib.parse import unquote

import anyio.to_thread
import httpx

_END = object()


class _Wire:
    """One exchange: what the application sends, in order; and, for it, the transport that faults hurt."""

    def __init__(self, request: httpx.Request, body: bytes, loop: asyncio.AbstractEventLoop) -> None:
        self._request = request
        self._body: bytes | None = body
        self._loop = loop
        self._sent: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._gone = asyncio.Event()
        self._seconds = request.extensions.get("timeout", {}).get("read")

    async def run(self, app: Any) -> None:
        """Let the application answer. What it raises is raised by `next` after all that it has sent."""
        try:
            await app(_scope(self._request, self), self._receive, self._send)
        except Exception as problem:  # as a server would, the connection ends
            self._sent.put(problem)
        self._sent.put(httpx.RemoteProtocolError("the answer ended before it was whole"))

    async def _receive(self) -> dict[str, Any]:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self._sent.put(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self._sent.put(_END)

    def next(self) -> Any:
        """The next message; raises what the connection, or the limit of time, ended it with."""
        try:
            found = self._sent.get(timeout=self._seconds)
        except queue.Empty:
            self.leave()
            raise httpx.ReadTimeout("nothing came in time", request=self._request) from None
        if isinstance(found, httpx.RequestError):
            found.request = self._request
        if isinstance(found, Exception):
            raise found
        return found

    def leave(self) -> None:
        """The client goes away."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._gone.set)

    def get_extra_info(self, name: str) -> None:
        """No socket, nor anything else of a connection."""

    def abort(self) -> None:
        """The connection is reset."""
        self._sent.put(httpx.ReadError("the connection was reset"))

    def close(self) -> None:
        """The connection is closed in the middle of an answer."""
        self._sent.put(httpx.RemoteProtocolError("the connection was closed before the answer was whole"))


class _Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of an answer, as it comes."""

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire

    def __iter__(self) -> Iterator[bytes]:
        while (message := self._wire.next()) is not _END:
            if message.get("body"):
                yield message["body"]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (message := await anyio.to_thread.run_sync(self._wire.next)) is not _END:
            if message.get("body"):
                yield message["body"]

    def close(self) -> None:
        self._wire.leave()

    async def aclose(self) -> None:
        self._wire.leave()


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Calls an application in a loop that runs in another thread; for httpx.Client and AsyncClient."""

    def __init__(self, app: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._app = app
        self._loop = loop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return _begun(self._sent(request, request.read()))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        wire = self._sent(request, await request.aread())
        return await anyio.to_thread.run_sync(partial(_begun, wire))

    def _sent(self, request: httpx.Request, body: bytes) -> _Wire:
        if self._loop.is_closed():
            raise httpx.ConnectError("the double has ended", request=request)
        wire = _Wire(request, body, self._loop)
        asyncio.run_coroutine_threadsafe(wire.run(self._app), self._loop)
        return wire


def _begun(wire: _Wire) -> httpx.Response:
    start = wire.next()
    return httpx.Response(start["status"], headers=list(start["headers"]), stream=_Pieces(wire))


def _scope(request: httpx.Request, wire: _Wire) -> dict[str, Any]:
    path, _, query = request.url.raw_path.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 0),
        "server": (request.url.host, request.url.port or 80),
        "proofsheet.transport": wire,
        "proofsheet.whole": True,
    }
