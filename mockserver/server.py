"""Processes: one server, or several workers on one socket whose memory the parent keeps."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
import uvicorn

from proofsheet.mockserver import triggers as trigger_table
from proofsheet.mockserver.app import Site
from proofsheet.mockserver.documents import Documents
from proofsheet.mockserver.double import double, on_redis, opening
from proofsheet.mockserver.http_protocol import GuardedProtocol, limited
from proofsheet.mockserver.observability.metrics import shared_files
from proofsheet.mockserver.observability.watch import Watch
from proofsheet.mockserver.settings import Settings
from proofsheet.mockserver.state import remote
from proofsheet.mockserver.state.memory import Clock, MemoryState
from proofsheet.mockserver.state.protocol import State
from proofsheet.relay.listening import BACKLOG

GRACE_SECONDS = 15
IDLE_SECONDS = 75  # after which an idle connection is closed: after nginx' 60, which would ask just then
SWITCH_SECONDS = 0.001  # for which a thread may keep others waiting, such as the event loop
QUIET_SECONDS = 0.1  # after which it is looked again whether anybody is being answered
LARGEST_MESSAGE = 32 * 1024 * 1024  # bytes of a WebSocket's message, whatever its document says


@dataclass(frozen=True)
class Plan:
    """What to run: which documents (loaded by `load`, again on reload), how many workers, on what."""

    load: Callable[[], Documents]
    files: tuple[Path, ...]
    settings: Settings
    workers: int
    reload: bool
    warm: bool = True
    tls: tuple[Path, Path] | None = None  # the files of a certificate and its key
    drain: float = 0.0  # seconds for which a server that is to end (SIGTERM) serves on, and says so


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


def run(plan: Plan, documents: Documents, sock: socket.socket, ready: Callable[[], None]) -> int:
    """Serve until told to stop (SIGINT, SIGTERM); calls under way are finished. Returns the exit code."""
    if plan.workers == 1:
        serve(plan, documents, sock, None, ready)
        return 0
    with shared_files(plan.settings.metrics):
        return _run_workers(plan, documents, sock, ready)


def common_secret(settings: Settings) -> bytes:
    """What all sign links with that share a memory; says where that memory forgets what it should not."""
    with contextlib.closing(on_redis(settings, str(settings.state))) as state:
        if evicts := state.link.evicts():
            say = f"--state: maxmemory-policy is {evicts}: a full server would forget credits; set noeviction"
            click.echo(say, err=True)
        secret: bytes = state.secret()
        return secret


def serve(
    plan: Plan,
    documents: Documents,
    sock: socket.socket,
    state: Any,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve in this process; `state` is the shared one of several workers, or None."""
    site = Site(double(documents, plan.settings, state))
    watch = Watch(site, lambda: site.double, plan.settings)
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.freeze()  # what stays as long as the server need not be looked through again and again
    documents.when_loaded = gc.freeze
    config = uvicorn.Config(
        watch.app,
        http=limited(plan.settings),
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        ws_per_message_deflate=False,  # its buffers are larger than a session, its messages small
        ws_ping_interval=None,  # who is silent for long is told so by the document
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nobody in front of it is trusted, and nothing asks for the client's address
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=IDLE_SECONDS,
        ssl_certfile=plan.tls[0] if plan.tls else None,
        ssl_keyfile=plan.tls[1] if plan.tls else None,
    )
    server = Server(config, ready, site, plan.drain)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(server, site, watch, plan, sock))


async def _serve(server: Server, site: Site, watch: Watch, plan: Plan, sock: socket.socket) -> None:
    if plan.settings.state is not None:
        from proofsheet.mockserver.state.redis.waiting import task_factory

        asyncio.get_running_loop().set_task_factory(task_factory)
    watching = asyncio.create_task(_watch(site, plan)) if plan.reload else None
    warming = asyncio.create_task(_draw_ahead(server, site)) if plan.warm else None
    watch.begin()
    await server.serve(sockets=[sock])
    await watch.end()
    await site.double.callbacks.close()
    for each in filter(None, (watching, warming)):
        each.cancel()


async def _draw_ahead(server: Server, site: Site) -> None:
    """Draw what one-megapixel pictures are made of, while nobody is being answered."""
    drawing = site.double.renderer.ahead(1024, 1024)
    while await asyncio.to_thread(next, drawing, None):
        while server.server_state.tasks:
            await asyncio.sleep(QUIET_SECONDS)


async def _watch(site: Site, plan: Plan) -> None:
    from watchfiles import awatch

    folders = {path.parent for path in plan.files}
    async for changes in awatch(*folders):
        if any(Path(path).suffix == ".yaml" for _, path in changes):
            _reload(site, plan)


def _reload(site: Site, plan: Plan) -> None:
    try:
        site.reload(plan.load())
    except Exception as error:  # whatever is wrong with a file that is being edited, go on serving
        click.echo(f"not reloaded, still serving the last good documents: {error}", err=True)
        return
    click.echo("reloaded", err=True)


def end_with(parent: int) -> None:
    """End in good order once `parent` has: what it started must not go on without it."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def _run_workers(plan: Plan, documents: Documents, sock: socket.socket, ready: Callable[[], None]) -> int:
    settings = plan.settings
    clock = Clock(start=settings.date)
    state = MemoryState(opening(settings, trigger_table.load()), settings.journal_size, settings.seed, clock)
    ours: list[socket.socket] = []
    parent = os.getpid()
    children: list[int] = []
    for _ in range(plan.workers):
        mine, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            _worker(plan, documents, sock, theirs, [*ours, mine], parent)
        theirs.close()
        ours.append(mine)
        children.append(pid)
    sock.close()
    return _mind(state, ours, children, ready)


def _worker(
    plan: Plan,
    documents: Documents,
    sock: socket.socket,
    theirs: socket.socket,
    others: list[socket.socket],
    parent: int,
) -> None:
    code = 1
    try:
        for each in others:  # else a worker would hold its siblings' lines open
            each.close()
        threading.Thread(target=end_with, args=(parent,), daemon=True).start()
        serve(plan, documents, sock, None if plan.settings.state else remote.RemoteState(theirs))
        code = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class _Children:
    """The workers, watched by the parent: a stop is passed on to all, and one that dies stops them all."""

    def __init__(self, pids: list[int]) -> None:
        self._pids = pids
        self._stopping = False
        self.code = 0

    def stop(self, *_: Any) -> None:
        self._stopping = True
        for pid in self._pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def running(self) -> bool:
        """Whether any is left; takes note of those that have ended."""
        for pid in list(self._pids):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._pids.remove(pid)
                self._note(status)
        return bool(self._pids)

    def _note(self, status: int) -> None:
        # Told to stop before it could listen for that, a worker ends by the signal itself.
        if status and not (self._stopping and status == signal.SIGTERM):
            self.code = 3
            click.echo(f"a worker ended with status {status}; stopping", err=True)
            self.stop()


def _mind(state: State, lines: list[socket.socket], pids: list[int], ready: Callable[[], None]) -> int:
    """Keep the state until the workers have ended; returns the exit code."""
    children = _Children(pids)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, children.stop)
    ready()
    remote.keep(state, lines, children.running)
    while children.running():
        time.sleep(0.05)
    return children.code
