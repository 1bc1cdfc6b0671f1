"""A server process: the documents, the settings and uvicorn on a socket."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import uvicorn

from proofsheet.mockserver.app import Site
from proofsheet.mockserver.documents import Documents
from proofsheet.mockserver.double import double, on_redis
from proofsheet.mockserver.draining_server import Server
from proofsheet.mockserver.http_protocol import limited
from proofsheet.mockserver.observability.watch import Watch
from proofsheet.mockserver.settings import Settings
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
