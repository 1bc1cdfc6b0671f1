"""The HTTP client of the judge: one request to the target and nowhere else, and what came back."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, cast
from urllib.parse import quote, urlencode, urljoin

import httpx

from proofsheet.contracts.case import Case, ClientMessage
from proofsheet.contracts.client import broken_answers
from proofsheet.contracts.client.broken_answers import CODINGS, LARGEST, Headers, broken
from proofsheet.contracts.client.dialogue_client import talk
from proofsheet.contracts.client.recording_transport import RECEPTION, Connections, Limits, Reception
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.exchange import Broken, Exchange
from proofsheet.spec.document import Document

BACK_OFF = (1.0, 4.0)  # seconds before the second and the third try
PIECES = 8  # of a body that is sent slowly
PAID = 120.0  # seconds from the first byte of a paid answer to its last: a picture may be 20 MB
HOPS, REDIRECTIONS = 5, frozenset({301, 302, 303, 307, 308})  # how often a link may lead on, and by what
LATE_BODY = 0.2  # seconds in which a body may follow the answer to HEAD

_OF_HTTP = frozenset({"host", "connection", "accept-encoding", "content-length", "user-agent"})

Notice = Callable[[Case, float], None]


@dataclass(eq=False)
class Unreachable(Exception):
    """The target did not answer. `sent` says whether it may have seen (and charged) the request."""

    reason: str
    sent: bool

    def __str__(self) -> str:
        return self.reason


class _Stale(Exception):
    """A connection that was kept open had been closed by the target: nothing came, and nothing was done."""


@dataclass
class _Answer:
    """What came of an answer, until it ended or broke."""

    status: int = 0
    headers: Headers = ()
    body: bytes = b""
    broken: Broken | None = None
    is_decoded: bool = False  # by a transport without a wire
    pieces: list[bytes] = field(default_factory=list)


class HttpClient:
    """Sends cases to one target. `notice` is called while an answer is awaited, with the seconds so far.

    What is paid for goes on a connection of its own, so that it is never sent twice. What is free goes on
    connections that are kept open, and once more where the target had closed one.
    """

    def __init__(
        self,
        document: Document,
        target: Target,
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] | None = None,
        limits: Limits = Limits(),  # noqa: B008  (it is frozen)
        notice: Notice | None = None,
    ) -> None:
        self._document = document
        self._target = target
        self._pause = pause or wait
        self._limits = limits
        self.notice = notice
        self._kept = _client(transport or Connections(are_kept=True))
        self._fresh = _client(transport or Connections(are_kept=False))
        self._is_http = False  # some answer had a status

    def close(self) -> None:
        """Let go of all connections."""
        self._kept.close()
        self._fresh.close()

    def send(self, case: Case) -> Exchange:
        """Send a case of one step. Raises Unreachable."""
        if case.request.url:
            return self._fetched(case)
        body_headers, body = case.request.encoded()
        is_fresh = case.pays or bool(case.request.seconds) or case.request.method == "HEAD"
        client = self._fresh if is_fresh else self._kept
        request = self._request(client, case, body_headers, body)
        if case.request.messages is not None:
            return self._talk(request, case.request.messages)
        try:
            answer = self._answer(client, request, case)
        except _Stale:
            request = self._request(self._fresh, case, body_headers, body)
            answer = self._answer(self._fresh, request, case)
        return _exchange(request, body, answer)

    def _talk(self, request: httpx.Request, messages: tuple[ClientMessage, ...]) -> Exchange:
        """A dialogue over the WebSocket that a request opens. Raises Unreachable."""
        own = {name: request.headers[name] for name in request.headers if name not in _OF_HTTP}
        try:
            heard = talk(str(request.url), own, messages, self._limits.stall)
        except (OSError, TimeoutError) as error:
            raise Unreachable(f"cannot connect: {error}", sent=False) from None
        answer = _Answer(heard.status, heard.headers, heard.body)
        self._is_http = True
        return replace(_exchange(request, b"", answer), messages=heard.messages, closed=heard.closed)

    def _fetched(self, case: Case) -> Exchange:
        """What a link leads to, over redirections too, as every client follows it."""
        found = self._linked(case, case.request.url)
        for _ in range(HOPS):
            location = found.header("location") if found.status in REDIRECTIONS else None
            if not location:
                break
            found = self._linked(case, location, found.url)
        return found

    def _linked(self, case: Case, url: str, base: str = "") -> Exchange:
        """One request for a link, on a connection of its own. The key goes to the target's origin only."""
        target = self._target
        try:
            whole = httpx.URL(urljoin(base or target.url + "/", url))
            request = self._fresh.build_request("GET", whole)
        except (httpx.InvalidURL, ValueError) as error:
            raise Unreachable(f"the link {url[:200]!r} is none: {error}", sent=False) from None
        ours = httpx.URL(target.url)
        if (whole.scheme, whole.netloc) == (ours.scheme, ours.netloc):
            operation = self._document.operations[case.request.operation]
            placed = target.placed(operation.security, case.request.credential)
            request.headers.update({**operation.needed_headers, **dict(placed.headers)})
        request.headers.pop("accept", None)
        return _exchange(request, b"", self._answer(self._fresh, request, case))

    def _request(
        self, client: httpx.Client, case: Case, body_headers: dict[str, str], body: bytes
    ) -> httpx.Request:
        sent = case.request
        operation = self._document.operations[sent.operation]
        path = sent.path or operation.path
        for name, value in sent.path_params.items():
            path = path.replace("{" + name + "}", quote(value, safe=""))
        placed = self._target.placed(operation.security, sent.credential)
        headers = {**operation.needed_headers, **body_headers, **dict(placed.headers), **sent.headers}
        if query := {**sent.query, **dict(placed.query)}:
            path += ("&" if "?" in path else "?") + urlencode(query)
        if sent.capitals:
            headers = {name.upper(): value for name, value in headers.items()}
        content: Any = body
        if sent.seconds:
            content = _slowly(body, sent.seconds / PIECES, self._pause)
            headers["content-length"] = str(len(body))
        method = sent.method or operation.method
        request = client.build_request(method, self._target.url + path, headers=headers, content=content)
        if "accept" not in sent.headers:
            request.headers.pop("accept", None)
        return request

    def _answer(self, client: httpx.Client, request: httpx.Request, case: Case) -> _Answer:
        reception = self._reception(case)
        request.extensions = {**request.extensions, RECEPTION: reception}
        answer = _Answer()
        try:
            _receive(client, request, answer, reception)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            raise Unreachable(f"cannot connect: {error}", sent=False) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._break(answer, reception, error)
        self._is_http |= answer.status > 0
        return _finished(answer, reception)

    def _reception(self, case: Case) -> Reception:
        limits = replace(self._limits, whole=max(self._limits.whole, PAID)) if case.pays else self._limits
        notice = self.notice
        return Reception(limits, (lambda seconds: notice(case, seconds)) if notice else lambda seconds: None)

    def _break(self, answer: _Answer, reception: Reception, error: Exception) -> None:
        """Take what came before an error. Raises Unreachable where nothing did."""
        if answer.status:
            answer.broken = broken_answers.ended(
                error, answer.headers, reception, sum(map(len, answer.pieces))
            )
            return
        if reception.is_reused and not reception.received:
            raise _Stale from None
        if not reception.received:
            why = reception.given_up or f"{type(error).__name__}: {error}"
            raise Unreachable(why, sent=True) from None
        head, body, found = broken_answers.unreadable(error, reception)
        if not head.status and not self._is_http:
            raise Unreachable(f"what answers does not speak HTTP: {found.why}", sent=True) from None
        answer.status, answer.headers, answer.pieces, answer.broken = head.status, head.headers, [body], found


def _exchange(request: httpx.Request, body: bytes, answer: _Answer) -> Exchange:
    return Exchange(
        method=request.method,
        url=str(request.url),
        request_headers=tuple((name.lower(), value) for name, value in request.headers.items()),
        request_body=body,
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        broken=answer.broken,
    )


def _client(transport: httpx.BaseTransport) -> httpx.Client:
    # No redirect is followed and no proxy of the environment used: nothing goes to another host.
    headers = {"accept-encoding": CODINGS}
    return httpx.Client(
        transport=transport, follow_redirects=False, trust_env=False, cookies=_forgetful(), headers=headers
    )


def _forgetful() -> CookieJar:
    """A jar that takes nothing: a cookie would let in the next request, which has no key."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))


def _receive(client: httpx.Client, request: httpx.Request, answer: _Answer, reception: Reception) -> None:
    """Read an answer to its end, or to the limits that keep a target from keeping us."""
    with contextlib.closing(client.send(request, stream=True)) as response:
        answer.status = response.status_code
        answer.headers = tuple((name.lower(), value) for name, value in response.headers.multi_items())
        answer.is_decoded = response.is_stream_consumed
        size = 0
        # As they come: a piece of a set size may take forever to fill. From the stream itself: `iter_raw`
        # gives the connection back at its end, and what is then read from it may be another thread's.
        stream = cast(httpx.SyncByteStream, response.stream)
        for piece in response.iter_bytes() if answer.is_decoded else stream:
            answer.pieces.append(piece)
            if (size := size + len(piece)) > LARGEST:
                why = f"the answer is larger than {LARGEST} bytes; the rest was not read"
                answer.broken = broken("large", why, answer.headers, reception, size)
                return
        reception.linger(LATE_BODY if request.method == "HEAD" else 0.0)
        answer.broken = broken_answers.surplus(request.method, answer.status, answer.headers, reception)
        if answer.broken and reception.stream:
            reception.stream.is_spent = True


def _finished(answer: _Answer, reception: Reception) -> _Answer:
    """The same with its body put together and decoded."""
    body = b"".join(answer.pieces)
    answer.body, problem = (body, "") if answer.is_decoded else broken_answers.decoded(body, answer.headers)
    if problem:
        answer.broken = answer.broken or broken("coding", problem, answer.headers, reception, len(body))
        return answer
    if len(answer.body) > LARGEST:
        why = f"the answer is larger than {LARGEST} bytes when decoded"
        answer.broken = broken("large", why, answer.headers, reception, len(body))
    answer.headers = _plain(answer.headers)
    return answer


def _plain(headers: Headers) -> Headers:
    # The body is decoded already, and the headers of its coding no longer hold.
    gone = {"content-encoding", "transfer-encoding"} if dict(headers).get("content-encoding") else set()
    return tuple(pair for pair in headers if pair[0] not in gone)


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
