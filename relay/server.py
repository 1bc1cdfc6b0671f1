"""A relay from start to end: other processes first, then traffic, then what they made of it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import resource
import signal
import socket
from collections.abc import Callable, Sequence

from proofsheet.relay.client_connection import ClientConnection
from proofsheet.relay.exchange_frames import last
from proofsheet.relay.process_outlet import Outlet
from proofsheet.relay.settings import Relay

GRACE_SECONDS = 15.0  # for exchanges under way when it is told to stop
CLOSING_SECONDS = 60.0  # for what is still to be read and written by the other processes then
MOST_FILES = 65_536


async def started(outlets: Sequence[Outlet], *descriptors: int) -> bool:
    """Start the processes, which inherit these descriptors; whether all of them are ready."""
    for each in outlets:
        each.start(*descriptors)
    return all([await each.ready for each in outlets])


async def serve(
    relay: Relay, sock: socket.socket, outlets: Sequence[Outlet], ready: Callable[[], None]
) -> list[int | None]:
    """Pass traffic on until SIGINT or SIGTERM. Exit codes of the processes; None for one that was killed."""
    stopped, hurried = _signals()
    _allow_connections()
    server = await asyncio.get_running_loop().create_server(lambda: ClientConnection(relay), sock=sock)
    gc.collect()
    gc.freeze()  # what is loaded by now need not be looked through again and again while traffic waits
    ready()
    await stopped.wait()
    server.close()
    await _let_finish(relay, hurried)
    return [await each.finish(last(relay.taps.counts), CLOSING_SECONDS, hurried) for each in outlets]


def _allow_connections() -> None:
    """Open as many files as the system lets us: each client takes two."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _signals() -> tuple[asyncio.Event, asyncio.Event]:
    """Set by the first and the second signal to stop."""
    stopped, hurried = asyncio.Event(), asyncio.Event()

    def stop() -> None:
        (hurried if stopped.is_set() else stopped).set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    return stopped, hurried


async def _let_finish(relay: Relay, hurried: asyncio.Event) -> None:
    """Exchanges under way end, for a while; connections without one are closed at once."""
    for client in tuple(relay.clients):
        client.stop()
    end = asyncio.get_running_loop().time() + GRACE_SECONDS
    while relay.clients and not hurried.is_set() and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.02)
    for client in tuple(relay.clients):
        client.abort()
    while relay.clients:  # they hand over what became of their exchanges when they end
        await asyncio.sleep(0.001)
