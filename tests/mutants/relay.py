"""A relay between the judge and the mock, in this process: an httpx transport that may damage what it passes.

A damage is a function over the request and the way to the mock. It is made by name, from a mutant's data:
`{do: seed-lost}`, with `only:` to damage no other than certain requests and answers.
"""

from __future__ import annotations

import asyncio
import functools
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import httpcore
import httpx

from proofsheet.contracts.client.recording_transport import Connections
from proofsheet.spec import media_types

Headers = tuple[tuple[str, str], ...]
APP_TAKES = 120.0


@dataclass(frozen=True)
class Sent:
    """A request on its way to the mock; header names in lower case."""

    method: str
    path: str
    headers: Headers
    body: bytes = field(repr=False)
    is_slow: bool = False  # its body came in pieces
    shouted: bool = False  # its header names were in capitals

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    def having(self, name: str, value: str | None) -> Sent:
        """The same with one header set, or without it."""
        return replace(self, headers=with_header(self.headers, name, value))


@dataclass(frozen=True)
class Got:
    """An answer on its way back; its bytes on the wire, where they are not those of `headers` and `body`."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)
    raw: bytes = field(default=b"", repr=False)
    stops: bool = False  # after these bytes nothing comes, and the connection stays open

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    def having(self, name: str, value: str | None) -> Got:
        """The same with one header set, or without it."""
        return replace(self, headers=with_header(self.headers, name, value))

    def holding(self, body: bytes, content_type: str | None = None) -> Got:
        """The same with another body, its length told truly."""
        made = replace(self, body=body).having("content-length", str(len(body)))
        return made.having("content-type", content_type) if content_type else made

    @property
    def media_type(self) -> str:
        return media_types.parse(self.header("content-type")).name

    @property
    def json(self) -> Any:
        """The body, if it is JSON; the answer to HEAD has none."""
        return json.loads(self.body) if self.body and self.media_type == "application/json" else None

    def saying(self, value: Any) -> Got:
        """The same with another JSON body."""
        kept = self.header("content-type") if self.media_type == "application/json" else "application/json"
        return self.holding(json.dumps(value).encode(), kept)


def with_header(headers: Headers, name: str, value: str | None) -> Headers:
    """`headers` with one set, or without it."""
    rest = tuple((key, each) for key, each in headers if key != name)
    return rest if value is None else (*rest, (name, value))


Forward = Callable[[Sent], Got]
Damage = Callable[[Sent, Forward], Got]
DAMAGES: dict[str, Callable[..., Damage]] = {}


def damage(name: str) -> Callable[[Callable[..., Damage]], Callable[..., Damage]]:
    """Register a maker of damages (for those that remember something)."""

    def register(make: Callable[..., Damage]) -> Callable[..., Damage]:
        DAMAGES[name] = make
        return make

    return register


def on_request(name: str) -> Callable[[Callable[..., Sent]], Callable[..., Sent]]:
    """Register a damage of the request: Sent, options -> Sent."""

    def register(change: Callable[..., Sent]) -> Callable[..., Sent]:
        def make(**options: Any) -> Damage:
            return lambda sent, forward: forward(change(sent, **options))

        DAMAGES[name] = make
        return change

    return register


def on_answer(name: str) -> Callable[[Callable[..., Got]], Callable[..., Got]]:
    """Register a damage of the answer: Sent, Got, options -> Got."""

    def register(change: Callable[..., Got]) -> Callable[..., Got]:
        def make(**options: Any) -> Damage:
            return lambda sent, forward: change(sent, forward(sent), **options)

        DAMAGES[name] = make
        return change

    return register


def made(data: dict[str, Any], **more: Any) -> Damage:
    """The damage that a mutant's data names; `more` are options that are no data."""
    options = {key.replace("-", "_"): value for key, value in data.items() if key not in ("do", "only")}
    whole = DAMAGES[data["do"]](**options, **more)
    return functools.partial(_only, whole, data["only"]) if "only" in data else whole


def _only(whole: Damage, only: dict[str, Any], sent: Sent, forward: Forward) -> Got:
    """The damage where request and (undamaged) answer are of a kind; everything else passes."""
    if not any(each in sent.path for each in only.get("paths", [""])):
        return forward(sent)
    if "statuses" not in only and "media" not in only:
        return whole(sent, forward)
    got = forward(sent)
    is_meant = got.status in only.get("statuses", [got.status])
    is_meant = is_meant and got.media_type.startswith(only.get("media", ""))
    return whole(sent, lambda _: got) if is_meant else got


class _Wire(httpcore.MockBackend):
    """A socket whose other end has sent some bytes."""

    def __init__(self, got: Got) -> None:
        super().__init__([got.raw])
        self._stops = got.stops

    def connect_tcp(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        stream = super().connect_tcp(*args, **options)
        if self._stops:
            stream.read = functools.partial(_read, stream.read)  # type: ignore[method-assign]
        return stream


def _read(read: Callable[..., bytes], size: int, timeout: float | None = None) -> bytes:
    """What was sent; after it nothing for as long as anybody waits."""
    if data := read(size, timeout):
        return data
    time.sleep(timeout or 0)
    raise httpcore.ReadTimeout


class Relay(httpx.BaseTransport):
    """Drives an ASGI application from synchronous code, through a damage if there is one.

    Requests may come from several threads; they are answered one after another, on a loop of the relay's own.
    """

    def __init__(self, app: Any, harm: Damage | None = None) -> None:
        self._inner = httpx.ASGITransport(app)
        self._harm = harm
        self._one = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode("ascii")
        headers = tuple((_text(name).lower(), _text(value)) for name, value in request.headers.raw)
        is_slow = not isinstance(request.stream, httpx.ByteStream)
        shouted = any(name == b"AUTHORIZATION" for name, _ in request.headers.raw)
        got = self.answer(Sent(request.method, path, headers, request.read(), is_slow, shouted))
        if got.raw:
            return Connections(are_kept=False, backend=_Wire(got)).handle_request(request)
        raw = [(name.encode(), value.encode("latin-1")) for name, value in got.headers]
        return httpx.Response(got.status, headers=raw, content=got.body)

    def answer(self, sent: Sent) -> Got:
        """One request through the damage, if there is one."""
        with self._one:
            return self._harm(sent, self.forward) if self._harm else self.forward(sent)

    def forward(self, sent: Sent) -> Got:
        """One request to the application, undamaged."""
        return asyncio.run_coroutine_threadsafe(self._forward(sent), self._loop).result(APP_TAKES)

    def close(self) -> None:
        """End the loop and its threads. Nothing can be asked any more; closing twice does no harm."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._loop.shutdown_default_executor(), self._loop).result(APP_TAKES)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _forward(self, sent: Sent) -> Got:
        told = with_header(sent.headers, "content-length", str(len(sent.body)))
        headers = [(name.encode(), value.encode("latin-1")) for name, value in told]
        url = "http://mock.test" + sent.path
        request = httpx.Request(sent.method, url, headers=headers, content=sent.body)
        response = await self._inner.handle_async_request(request)
        body = await response.aread()
        back = tuple((_text(name).lower(), _text(value)) for name, value in response.headers.raw)
        return Got(response.status_code, back, body)


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")
