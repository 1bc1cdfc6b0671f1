"""The HTTP protocol, hardened: limits on headers, time to send them, and the transport for faults.

uvicorn's protocol sets no bound on headers and waits for them for ever; both are ways to keep a server busy.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from proofsheet.mockserver.settings import Settings

WRITE_BUFFER = 4 * 1024 * 1024
FIRST_SECONDS = 5.0  # for which the first request on a connection is waited for by a server that ends


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's httptools protocol with limits; `limited(settings)` makes the class to use."""

    max_header_bytes = 64 * 1024
    header_timeout = 10.0
    is_leaving = False  # of one server's class: each answer is the last of its connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        # A picture's pieces are written one after another; a pause between them would only cost time.
        self.transport.set_write_buffer_limits(high=WRITE_BUFFER)
        self._header_bytes = 0
        self._in_headers = True
        self._late = self.loop.call_later(self.header_timeout, self._too_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._late.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_headers:
            self._header_bytes += len(data)
            self._arm()
        try:
            self._unset_keepalive_if_required()
            self._feed(data)
        except Exception:
            # httptools lets some bad request lines through that uvicorn cannot take.
            self._refuse(400, "Invalid HTTP request received.")
            return
        if self._in_headers and self._header_bytes > self.max_header_bytes:
            self._refuse(431, f"The headers are larger than {self.max_header_bytes} bytes.")

    def _feed(self, data: bytes) -> None:
        """Parse, without ever taking up an offer to upgrade: Java's client makes one (h2c) by default.

        The parser stops behind the headers of such a request and would lose its body
        (https://github.com/Kludex/uvicorn/issues/2722): a new one reads it again without the offer.
        """
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            method = self.parser.get_method()
            if method == b"CONNECT":  # which is no offer, and nothing we do
                raise
            if method == b"GET" and self._should_upgrade():
                self.handle_websocket_upgrade()
                return
            head = method + b" " + self.url + b" HTTP/1.1\r\n" + self._headers_without_offer() + b"\r\n"
            self.parser = httptools.HttpRequestParser(self)
            self._feed(head + data[offer.args[0] :])

    def _headers_without_offer(self) -> bytes:
        options = [
            each for name, value in self.headers if name == b"connection" for each in value.split(b",")
        ]
        closes = any(each.strip().lower() == b"close" for each in options)
        kept = [
            pair for pair in self.headers if pair[0] not in (b"connection", b"upgrade", b"http2-settings")
        ]
        return b"".join(b"%s: %s\r\n" % pair for pair in kept) + (b"connection: close\r\n" if closes else b"")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast(dict[str, Any], self.scope)["proofsheet.transport"] = self.transport
        self._in_headers = True
        self._arm()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_headers:
            super().on_header(name, value)
            return
        # A trailer of a chunked body: no field of the request, and as bounded as its headers.
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > self.max_header_bytes:
            self._refuse(431, f"The trailers are larger than {self.max_header_bytes} bytes.")

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._header_bytes = 0
        self._late.cancel()
        if not self.parser.should_upgrade() or self._should_upgrade():
            super().on_headers_complete()
            if self.is_leaving:
                self.leave()

    def leave(self) -> None:
        """Say in the answer under way that it is the last on this connection."""
        if self.cycle is not None and not self.cycle.response_started:
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """Close the connection once nothing is under way; who has just connected is about to ask."""
        if self.is_leaving and self.cycle is None:
            self.loop.call_later(FIRST_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def on_message_complete(self) -> None:
        if not self.parser.should_upgrade():
            # Mostly before the call is begun: then nobody has to watch how long its body takes.
            cast(dict[str, Any], self.scope)["proofsheet.whole"] = True
            super().on_message_complete()

    def _arm(self) -> None:
        # A kept-alive connection starts to send its next request: the time for its headers runs anew.
        if self._late.cancelled():
            self._late = self.loop.call_later(self.header_timeout, self._too_late)

    def _too_late(self) -> None:
        if self._in_headers and not self.transport.is_closing():
            self._refuse(408, "The headers did not arrive in time.")

    def _refuse(self, status: int, message: str) -> None:
        if self.transport.is_closing():
            return
        body = message.encode()
        head = STATUS_LINE[status] + b"content-type: text/plain\r\nconnection: close\r\n"
        self.transport.write(head + b"content-length: %d\r\n\r\n" % len(body) + body)
        self.transport.close()


def limited(settings: Settings) -> type[GuardedProtocol]:
    """The protocol with the limits of `settings`."""
    limits = {
        "max_header_bytes": settings.max_header_bytes,
        "header_timeout": settings.header_timeout,
    }
    return type("LimitedProtocol", (GuardedProtocol,), limits)
