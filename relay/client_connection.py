"""One connection of a client, and the one to the upstream that belongs to it.

Each client's connection has an upstream connection of its own: it opens, stays, breaks off and ends as the
client's would if it were connected directly. Nothing is sent twice, for a picture sent twice is paid twice.
"""

from __future__ import annotations

import asyncio
from typing import Any

from proofsheet.relay import framing, heads
from proofsheet.relay.error_responses import refusal
from proofsheet.relay.exchange_copy import ExchangeCopy
from proofsheet.relay.framing import BadFraming, Framing
from proofsheet.relay.heads import BadHead, RequestHead
from proofsheet.relay.peer_connection import Connection
from proofsheet.relay.settings import Relay
from proofsheet.relay.upstream_connection import UpstreamConnection

MOST_AHEAD = 64 * 1024  # bytes of requests that a client sends before it has its answer


class ClientConnection(Connection):
    """Reads requests one after another, and passes them on as they come."""

    def __init__(self, relay: Relay) -> None:
        super().__init__()
        self.relay = relay
        self.copy: ExchangeCopy | None = None  # the exchange under way
        self.request: RequestHead | None = None
        self._upstream: UpstreamConnection | None = None
        self._framing: Framing = framing.Length(0)
        self._buffer = b""
        self.is_answered = False
        self._closes = False
        self._patience: asyncio.TimerHandle | None = None  # until the first request begins

    @property
    def request_is_whole(self) -> bool:
        return self._framing.done

    # what asyncio calls

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.relay.clients.add(self)
        self._patience = asyncio.get_running_loop().call_later(self.relay.patience, self._too_slow)

    def data_received(self, data: bytes) -> None:
        if self._lingers:
            self.forget()
            return
        if self.copy is not None and not self._framing.done:
            self._body(data)
        else:
            self._buffer = self._buffer + data if self._buffer else data
        self._advance()

    def eof_received(self) -> bool:
        self.has_left = True
        if self.copy is None or self._lingers or self._upstream is None:
            return False
        return self._upstream.no_more()

    def connection_lost(self, error: Exception | None) -> None:
        self.relay.clients.discard(self)
        self._no_hurry()
        if self.copy is not None:
            self._over("client-left")
        if self._upstream is not None:
            self._upstream.abort()

    def pause_writing(self) -> None:
        if self._upstream is not None:
            self._upstream.pause()

    def resume_writing(self) -> None:
        if self._resets:
            self._reset_now()
        elif self._upstream is not None:
            self._upstream.resume()

    # requests

    def _advance(self) -> None:
        while self._buffer and self.copy is None and not self._lingers and not self._closes:
            self._buffer = self._buffer.lstrip(b"\r\n")  # some clients end a body with a line of their own
            end = heads.END.search(self._buffer)
            if end is None or end.start() > heads.LONGEST:
                if len(self._buffer) > heads.LONGEST:
                    self.refuse(431, f"the head of a request is longer than {heads.LONGEST} bytes")
                return
            head, self._buffer = self._buffer[: end.start()], self._buffer[end.end() :]
            self.request = None
            try:
                self._begin(heads.request_head(head, end[0]))
            except BadHead as problem:
                self.refuse(problem.status, f"cannot pass this request on: {problem}")
                return
        if len(self._buffer) > MOST_AHEAD:
            self.hold("ahead")

    def _begin(self, request: RequestHead) -> None:
        body = framing.of_request(request.fields, request.minor)
        relay, upstream = self.relay, self.relay.upstream
        target = request.target if request.target == b"*" else upstream.base + request.target
        self.request, self._framing, self.is_answered = request, body, False
        url = upstream.origin.encode() + target
        self.copy = ExchangeCopy(request.method, url, request.fields, relay.taps.room)
        first = request.method + b" " + target + b" HTTP/1.1"
        if self._upstream is None:
            self._no_hurry()
            self._upstream = UpstreamConnection(self)
        self._upstream.begin(heads.written(first, self._fields(request)))
        if not body.done and self._buffer:
            data, self._buffer = self._buffer, b""
            self._body(data)

    def _too_slow(self) -> None:
        if not self._buffer:
            self.close()
        elif not self._lingers:
            self.refuse(408, f"the head of a request did not end in {self.relay.patience:.0f} seconds")

    def _no_hurry(self) -> None:
        if self._patience is not None:
            self._patience.cancel()

    def _fields(self, request: RequestHead) -> list[heads.Field]:
        host, relay = (b"Host", self.relay.upstream.authority, b"host"), self.relay
        kept = heads.end_to_end(request.fields)
        if not heads.values(kept, b"host"):
            kept.insert(0, host)
        elif not relay.keep_host:
            kept = [(each[0], host[1], each[2]) if each[2] == b"host" else each for each in kept]
        if request.wants_close:
            kept.append((b"Connection", b"close", b"connection"))
        return kept

    def _body(self, data: bytes) -> None:
        assert self.copy is not None
        assert self._upstream is not None
        try:
            count = self._framing.feed(data)
        except BadFraming as problem:
            self._upstream.abort()
            self.refuse(400, f"cannot pass this request on: {problem}")
            return
        self.copy.request.add(self._framing.payload)
        self._buffer = data[count:]
        self._upstream.send(data if count == len(data) else data[:count])
        if self._framing.done and self.is_answered:
            self._end()

    # answers, passed on by the upstream's connection

    def answer(self, data: bytes) -> None:
        """Pass on a piece of the answer."""
        if data and not self._transport.is_closing():
            self._transport.write(data)

    def answered(self, last: bytes, closes: bool) -> None:
        """The answer is whole with its last piece; `closes` if the connection ends with it."""
        self.is_answered = True
        self._closes = self._closes or closes
        if self._framing.done:
            self._over("complete")  # first: who has the whole answer can rely on it that it is recorded
        self.answer(last)
        if self._framing.done:
            self._end()
        elif self._upstream is None or self._upstream.is_lost:
            self._over("complete")
            self.linger()

    def _end(self) -> None:
        self._over("complete")
        if self._closes or self.has_left:
            self.close()
        else:
            self.release("ahead")
            self._advance()

    def _over(self, end: str) -> None:
        copy, self.copy = self.copy, None
        if copy is not None:
            copy.end = end
            self.relay.taps.done(copy)

    def broke(self, error: Exception | None, note: str, *, begun: bool) -> None:
        """The upstream broke off, and so does this connection, in the same way."""
        if self.is_answered:  # and the rest of the request is not wanted
            self._over("complete")
            self.linger()
            return
        if self.copy is not None:
            self.copy.note = note
            self._over("client-left" if self.has_left else "upstream-broke")
            self.relay.log(f"{self._request_line()}: {note}")
        if error is not None or (begun and self.request is not None and self.request.minor == 0):
            self.reset()
        else:
            self.close()

    def failed(self, status: int, detail: str) -> None:
        """The upstream could not be reached, or gave no answer that can be passed on."""
        if self.copy is not None:
            self.copy.note = detail
            self._over("upstream-broke")
        self.relay.log(f"{self._request_line()}: {status}: {detail}")
        self.refuse(status, detail)

    def _request_line(self) -> str:
        if self.request is None:
            return "?"
        return f"{self.request.method.decode()} {self.request.target.partition(b'?')[0].decode('latin-1')}"

    def refuse(self, status: int, detail: str) -> None:
        """An answer of the proxy itself, which says so; nothing more is read from this client."""
        has_begun = self.copy is not None and self.copy.status is not None
        if self.copy is not None:
            self.copy.note = detail
            self._over("client-left")
        if has_begun:  # words of ours in the middle of an upstream's answer would be taken for its own
            self.relay.log(f"{self._request_line()}: {detail}")
            self.reset()
            return
        self.relay.taps.counts["own"] += 1
        is_head = self.request is not None and self.request.method == b"HEAD"
        self.answer(refusal(status, detail, self.relay.upstream.url, is_head))
        self.linger()

    def upstream_is_gone(self) -> None:
        """Between two requests the upstream has ended the connection; so does this one."""
        if not self._lingers and not self._resets:
            self.close()

    def stop(self) -> None:
        """Take no further request: the proxy ends."""
        self._closes = True
        if self.copy is None:
            self.close()
