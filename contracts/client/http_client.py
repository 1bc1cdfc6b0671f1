"""Sending a case: one request to the target and nowhere else, and what came back."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import quote

import httpx

from proofsheet.contracts.case import Case
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.exchange import Exchange
from proofsheet.spec.document import Document

TIMEOUT = 180.0  # a picture takes 3 to 46 seconds at the vendors
LARGEST = 64 * 1024 * 1024  # bytes of an answer, decoded
BACK_OFF = (1.0, 4.0)  # seconds before the second and the third try
PIECES = 8  # of a body that is sent slowly


@dataclass(eq=False)
class Unreachable(Exception):
    """The target did not answer. `sent` says whether it may have seen (and charged) the request."""

    reason: str
    sent: bool

    def __str__(self) -> str:
        return self.reason


class Asker:
    """Sends cases to one target."""

    def __init__(
        self,
        document: Document,
        target: Target,
        transport: Any = None,
        pause: Callable[[float], None] | None = None,
    ) -> None:
        self._document = document
        self._target = target
        self._pause = pause or wait
        # No redirect is followed and no proxy of the environment used: nothing goes to another host.
        self._client = httpx.Client(
            transport=transport,
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            cookies=_forgetful(),
        )

    def close(self) -> None:
        """Let go of all connections."""
        self._client.close()

    def ask(self, case: Case) -> Exchange:
        """Send one case. Raises Unreachable."""
        operation = self._document.operations[case.operation]
        path = case.path or operation.path
        for name, value in case.path_params.items():
            path = path.replace("{" + name + "}", quote(value, safe=""))
        body_headers, body = case.encoded()
        headers = {**body_headers, **self._target.headers(case.credential), **case.headers}
        if case.shout:
            headers = {name.upper(): value for name, value in headers.items()}
        content: Any = body
        if case.slow:
            content = _slowly(body, case.slow / PIECES, self._pause)
            headers["content-length"] = str(len(body))
        request = self._client.build_request(
            case.method or operation.method, self._target.url + path, headers=headers, content=content
        )
        if "accept" not in case.headers:
            request.headers.pop("accept", None)
        return self._exchange(request, body)

    def _exchange(self, request: httpx.Request, body: bytes) -> Exchange:
        response = self._send(request)
        return Exchange(
            method=request.method,
            url=str(request.url),
            request_headers=tuple((name.lower(), value) for name, value in request.headers.items()),
            request_body=body,
            status=response.status_code,
            headers=tuple((name.lower(), value) for name, value in response.headers.multi_items()),
            body=response.content,
        )

    def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return _whole(self._client.send(request, stream=True))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            raise Unreachable(f"cannot connect: {error}", sent=False) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"{type(error).__name__}: {error}", sent=True) from None


def _forgetful() -> CookieJar:
    """A jar that takes nothing: a cookie would let in the next request, which has no key."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))


def _whole(response: httpx.Response) -> httpx.Response:
    """Read an answer to its end, or to the limits that keep a target from keeping us."""
    deadline = time.monotonic() + TIMEOUT
    pieces, size = [], 0
    with contextlib.closing(response):
        for piece in response.iter_bytes():  # as they come: a piece of a set size may take forever to fill
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST:
                raise Unreachable(f"the answer is larger than {LARGEST} bytes", sent=True)
            if time.monotonic() > deadline:
                raise Unreachable(f"the answer was not whole after {TIMEOUT:.0f} seconds", sent=True)
    return httpx.Response(response.status_code, headers=_plain(response.headers), content=b"".join(pieces))


def _plain(headers: httpx.Headers) -> list[tuple[bytes, bytes]]:
    # The body is decoded already, and the headers of its coding no longer hold.
    gone = {b"content-encoding", b"transfer-encoding"} if "content-encoding" in headers else set()
    return [(name, value) for name, value in headers.raw if name.lower() not in gone]


def _slowly(body: bytes, seconds: float, pause: Callable[[float], None]) -> Iterator[bytes]:
    """The body in pieces, with a pause after each but the last."""
    length = max(-(-len(body) // PIECES), 1)
    for start in range(0, len(body), length):
        yield body[start : start + length]
        if start + length < len(body):
            pause(seconds)


def wait(seconds: float) -> None:
    """Sleep; a seam for tests."""
    time.sleep(seconds)
