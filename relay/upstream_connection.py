"""One connection to the upstream: passes answers back as they come."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from proofsheet.relay import framing, heads
from proofsheet.relay.exchange_copy import ExchangeCopy
from proofsheet.relay.framing import BadFraming, Framing
from proofsheet.relay.heads import BadHead, Field, RequestHead, ResponseHead
from proofsheet.relay.settings import Relay
from proofsheet.relay.upstream_address import NotConnected, connect


class Downstream(Protocol):
    """The client's connection, as that of its upstream sees it."""

    has_left: bool  # it has sent all it will ever send
    is_answered: bool
    copy: ExchangeCopy | None  # of the exchange under way
    request: RequestHead | None

    @property
    def relay(self) -> Relay: ...

    @property
    def request_is_whole(self) -> bool: ...

    def hold(self, why: str) -> None: ...
    def release(self, why: str) -> None: ...
    def close(self) -> None: ...
    def answer(self, data: bytes) -> None: ...
    def answered(self, last: bytes, closes: bool) -> None: ...
    def broke(self, error: Exception | None, note: str, *, begun: bool) -> None: ...
    def failed(self, status: int, detail: str) -> None: ...
    def upstream_is_gone(self) -> None: ...


class UpstreamConnection(asyncio.Protocol):
    """Opened by the first request of its client."""

    def __init__(self, client: Downstream) -> None:
        self.is_lost = False
        self._client = client
        self._transport: Any = None
        self._opening: asyncio.Task[None] | None = None
        self._waiting: list[bytes] = []  # until the connection is there
        self._buffer = b""
        self._framing: Framing | None = None  # of the answer under way; None before its head
        self._closes = False
        self._unpacks = False  # a client of HTTP/1.0 knows no chunks

    # what the client's connection calls

    def begin(self, head: bytes) -> None:
        """Send the head of a request."""
        self._framing = None
        self.send(head)

    def send(self, data: bytes) -> None:
        """Send a piece of a request."""
        if self._transport is not None:
            if not self._transport.is_closing():
                self._transport.write(data)
            return
        self._waiting.append(data)
        if self._opening is None and not self.is_lost:
            self._client.hold("connecting")
            self._opening = asyncio.get_running_loop().create_task(self._open())

    def no_more(self) -> bool:
        """The client has sent its last byte; whether its answer can still be waited for."""
        if self._transport is None or self._transport.is_closing():
            return self._opening is not None
        if not self._transport.can_write_eof():  # encrypted: there is no half of an end
            return False
        self._transport.write_eof()
        return True

    def abort(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
        self.is_lost = True
        if self._transport is not None:
            self._transport.abort()

    def pause(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    # opening

    async def _open(self) -> None:
        try:
            await connect(self._client.relay.upstream, self)
        except NotConnected as problem:
            self.is_lost = True
            self._client.failed(problem.status, problem.detail)
        finally:
            self._opening = None

    # what asyncio calls

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        if self.is_lost:
            transport.abort()
            return
        for data in self._waiting:
            transport.write(data)
        self._waiting.clear()
        self._client.release("connecting")
        if self._client.has_left and not self.no_more():
            self._client.close()

    def pause_writing(self) -> None:
        self._client.hold("upstream")

    def resume_writing(self) -> None:
        self._client.release("upstream")

    def data_received(self, data: bytes) -> None:
        if self._client.copy is None:  # an answer to nothing
            self._give_up()
        elif self._client.is_answered:  # nor may one follow while the rest of a request is on its way
            self.abort()
            self._client.broke(None, "the upstream answered twice", begun=True)
        elif self._framing is not None and not self._framing.done:
            self._body(data, b"")
        else:
            self._head(self._buffer + data if self._buffer else data)

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        client = self._client
        if client.copy is None:
            client.upstream_is_gone()
        elif self._framing is None and self._buffer:
            client.failed(
                502, f"the upstream ended within the head of its answer: {heads.shown(self._buffer)}"
            )
        elif self._framing is None:
            client.broke(error, f"the upstream {_how(error)} without an answer", begun=False)
        elif error is None and self._framing.ended():
            client.answered(b"", closes=True)
        else:
            client.broke(error, f"the upstream {_how(error)} in the middle of its answer", begun=True)

    # answers

    def _give_up(self) -> None:
        self._client.close()
        self.abort()

    def _head(self, data: bytes) -> None:
        self._buffer = b""
        while (end := heads.END.search(data)) is not None:
            try:
                answer = heads.response_head(data[: end.start()])
                rest = data[end.end() :]
                if answer.status >= 200:
                    self._final(answer, rest)
                    return
                self._interim(answer)
            except BadHead as problem:
                self._garbage(f"the upstream's answer cannot be passed on: {problem}")
                return
            data = rest
        self._buffer = data
        if not b"HTTP/1.".startswith(data[:7]) and not data.startswith(b"HTTP/1."):
            self._garbage(f"the upstream's answer cannot be passed on: no HTTP/1.1: {heads.shown(data)}")
        elif len(data) > heads.LONGEST:
            self._garbage(f"the head of the upstream's answer is longer than {heads.LONGEST} bytes")

    def _garbage(self, detail: str) -> None:
        self._client.failed(502, detail)
        self.abort()

    def _interim(self, answer: ResponseHead) -> None:
        if answer.status == 101:
            raise BadHead(502, "101 Switching Protocols, which was not requested")
        if self._client.request is not None and self._client.request.minor:
            first = b"HTTP/1.1 %d %s" % (answer.status, answer.reason)
            self._client.answer(heads.written(first, heads.end_to_end(answer.fields)))

    def _final(self, answer: ResponseHead, rest: bytes) -> None:
        client = self._client
        request, copy = client.request, client.copy
        assert request is not None
        assert copy is not None
        body = framing.of_response(request.method, answer.status, answer.fields)
        self._framing = body
        chunks = bool(heads.values(answer.fields, b"transfer-encoding"))
        self._unpacks = chunks and request.minor == 0
        ends = isinstance(body, framing.UntilClose) or self._unpacks
        self._closes = ends or answer.wants_close or request.wants_close or client.has_left
        copy.status, copy.fields = answer.status, answer.fields
        first = b"HTTP/1.1 %d %s" % (answer.status, answer.reason)
        self._body(rest, heads.written(first, self._fields(answer, request.minor, chunks)))

    def _fields(self, answer: ResponseHead, minor: int, chunks: bool) -> list[Field]:
        kept = heads.end_to_end(answer.fields)
        if chunks:
            gone = b"transfer-encoding" if self._unpacks else b"content-length"
            kept = [each for each in kept if each[2] != gone]
        lengths = [each for each in kept if each[2] == b"content-length"]
        if len(lengths) > 1 or (lengths and b"," in lengths[0][1]):  # they agree, else it were not passed on
            name, value, lower = lengths[0]
            one = (name, value.partition(b",")[0].strip(), lower)
            kept = [*(each for each in kept if each not in lengths), one]
        kept += self._client.relay.added_fields()
        if self._closes:
            kept.append((b"Connection", b"close", b"connection"))
        elif minor == 0:
            kept.append((b"Connection", b"keep-alive", b"connection"))
        return kept

    def _body(self, data: bytes, head: bytes) -> None:
        client, body = self._client, self._framing
        assert body is not None
        assert client.copy is not None
        if data and not body.done:
            try:
                count = body.feed(data)
            except BadFraming as problem:
                client.broke(problem, f"the upstream's answer cannot be read: {problem}", begun=True)
                self.abort()
                return
            client.copy.answered(body.payload)
            whole = data if count == len(data) else data[:count]
            rest = data[count:]
            data = b"".join(body.payload) if self._unpacks else whole
        else:
            data, rest = b"", data
        piece = head + data if head else data
        if body.done:
            closes = self._closes or bool(rest)
            if closes:
                self._end()
            client.answered(piece, closes)
        elif piece:
            client.answer(piece)

    def _end(self) -> None:
        """The last answer on this connection is whole; what of a request is still on its way goes on."""
        if self._client.request_is_whole:
            self.is_lost = True
            self._transport.close()


def _how(error: Exception | None) -> str:
    return "closed the connection" if error is None else "reset the connection"
