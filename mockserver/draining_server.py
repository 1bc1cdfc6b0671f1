"""uvicorn's server, ended in good order: what connects while a balancer turns away is still served."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from functools import partial

import uvicorn

from proofsheet.mockserver.app import Site
from proofsheet.mockserver.http_protocol import GuardedProtocol


class Server(uvicorn.Server):
    """uvicorn's server, which would end by raising the signal again: an orderly end is a success here.

    `ready` is called when it serves and can be told to stop. Told so by SIGTERM, it serves on for `drain`
    seconds in which it is not ready and each answer closes its connection: who balances load goes elsewhere.
    """

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], site: Site, drain: float = 0.0
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._site = site
        self._drain = drain

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self.handle_exit, signal.SIGINT, None)
        loop.add_signal_handler(signal.SIGTERM, self._leave)
        yield

    @property
    def _protocol(self) -> type[GuardedProtocol]:
        found = self.config.http_protocol_class
        assert issubclass(found, GuardedProtocol)
        return found

    def _leave(self) -> None:
        if not self._drain or self._site.is_leaving:
            self.handle_exit(signal.SIGTERM, None)
            return
        self._site.is_leaving = True
        self._protocol.is_leaving = True
        for each in list(self.server_state.connections):
            if isinstance(each, GuardedProtocol):
                each.leave()
        asyncio.get_running_loop().call_later(self._drain, self.handle_exit, signal.SIGTERM, None)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._site.is_leaving:
            held = [each.dup() for each in sockets or ()]
            for server in self.servers:
                server.close()
            await self._serve_the_last([each for one in held for each in _waiting(one)])
        await super().shutdown(sockets)

    async def _serve_the_last(self, connections: list[socket.socket]) -> None:
        """Serve whoever has connected: the kernel would reset them when nobody listens any more."""
        make = partial(self._protocol, self.config, self.server_state, self.lifespan.state)
        for each in connections:
            loop = asyncio.get_running_loop()
            await loop.connect_accepted_socket(make, each, ssl=self.config.ssl)


def _waiting(listening: socket.socket) -> list[socket.socket]:
    """The connections that nobody has accepted yet, without a moment between the last of them and the end."""
    found = []
    with listening, contextlib.suppress(BlockingIOError):
        while True:
            connection, _ = listening.accept()
            connection.setblocking(False)
            found.append(connection)
    return found
