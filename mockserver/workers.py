"""Several workers on one socket, whose memory the parent process keeps."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import click

from proofsheet.mockserver import allocation
from proofsheet.mockserver import triggers as trigger_table
from proofsheet.mockserver.documents import Documents
from proofsheet.mockserver.double import opening
from proofsheet.mockserver.observability.metrics import shared_files
from proofsheet.mockserver.server import Plan, serve
from proofsheet.mockserver.state import remote
from proofsheet.mockserver.state.memory import Clock, MemoryState
from proofsheet.mockserver.state.protocol import State


def run(plan: Plan, documents: Documents, sock: socket.socket, ready: Callable[[], None]) -> int:
    """Serve until told to stop (SIGINT, SIGTERM); calls under way are finished. Returns the exit code."""
    allocation.keep_together()
    if plan.workers == 1:
        serve(plan, documents, sock, None, ready)
        return 0
    with shared_files(plan.settings.metrics):
        return _run_workers(plan, documents, sock, ready)


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
