"""A proxy from its start to its end: the processes beside it first, then traffic, then what was found."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import resource
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from proofsheet.relay.client_connection import Client, Relay
from proofsheet.relay.copies import last
from proofsheet.relay.exit_codes import BROKEN, CONFORMS, FINDINGS
from proofsheet.relay.process_outlet import Outlet
from proofsheet.relay.taps import Beside
from proofsheet.relay.upstream_address import Upstream

GRACE_SECONDS = 15.0  # for exchanges under way when it is told to stop
JUDGING_SECONDS = 60.0  # for what is still to be judged and written then
BACKLOG = 2048
MOST_FILES = 65_536


@dataclass(frozen=True)
class Settings:
    """What `proxy` was told. `limit` is in bytes, `age` in seconds; `record` is None without recording."""

    name: str
    upstream: Upstream
    report: Path | None = None
    record: Path | None = None
    limit: int = 10**9
    age: float = 7 * 86400.0
    keep_host: bool = False
    count_header: bool = False
    fail_on_finding: bool = False


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError if the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


def run(settings: Settings, sock: socket.socket, page: socket.socket, ready: Callable[[], None]) -> int:
    """Pass traffic on until SIGINT or SIGTERM. Returns the exit code."""
    _allow_connections()
    return uvloop.run(_run(settings, sock, page, ready))


def _allow_connections() -> None:
    """Open as many files as the system lets us: each client takes two."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


async def _run(
    settings: Settings, sock: socket.socket, page: socket.socket, ready: Callable[[], None]
) -> int:
    beside = Beside(settings.upstream.base.decode())
    stopped, hurried = _signals()
    outlets = _outlets(settings, beside, page)
    try:
        for each in outlets:
            await each.start(page.fileno())
        page.close()
        if not all([await each.ready for each in outlets]):
            return BROKEN
        relay = Relay(settings.upstream, beside, _say, settings.keep_host, settings.count_header)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Client(relay), sock=sock)
        gc.collect()
        gc.freeze()  # the document need not be looked through again and again while traffic waits
        ready()
        await stopped.wait()
        server.close()
        await _let_finish(beside, hurried)
        codes = [await each.finish(last(beside.counts), JUDGING_SECONDS, hurried) for each in outlets]
        if codes[0] not in (CONFORMS, FINDINGS):  # the judge, who else tells this, is gone
            _say(f"{beside.counts['exchanges']} exchanges passed; not all of them were judged")
    finally:
        for each in outlets:
            each.kill()
    return _code(settings, codes)


def _outlets(settings: Settings, beside: Beside, page: socket.socket) -> list[Outlet]:
    options: dict[str, Any] = {
        "name": settings.name,
        "upstream": settings.upstream.url,
        "report": str(settings.report) if settings.report else None,
        "page": page.fileno(),
    }
    beside.judge = Outlet("judge", options, beside.told, _say, gather=0.005)
    if settings.record is None:
        return [beside.judge]
    options = {
        "folder": str(settings.record),
        "upstream": settings.upstream.url,
        "limit": settings.limit,
        "age": settings.age,
    }
    beside.recorder = Outlet("record", options, _say, _say)
    return [beside.judge, beside.recorder]


def _signals() -> tuple[asyncio.Event, asyncio.Event]:
    """Set by the first and the second signal to stop."""
    stopped, hurried = asyncio.Event(), asyncio.Event()

    def stop() -> None:
        (hurried if stopped.is_set() else stopped).set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    return stopped, hurried


async def _let_finish(beside: Beside, hurried: asyncio.Event) -> None:
    """Exchanges under way end, for a while; connections without one are closed at once."""
    for client in tuple(beside.clients):
        client.stop()
    end = asyncio.get_running_loop().time() + GRACE_SECONDS
    while beside.clients and not hurried.is_set() and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.02)
    for client in tuple(beside.clients):
        client.abort()
    while beside.clients:  # they tell what became of their exchanges when they end
        await asyncio.sleep(0.001)


def _code(settings: Settings, codes: list[int]) -> int:
    found, *rest = codes
    if found not in (CONFORMS, FINDINGS) or any(rest):
        return BROKEN
    return FINDINGS if found == FINDINGS and settings.fail_on_finding else CONFORMS


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
