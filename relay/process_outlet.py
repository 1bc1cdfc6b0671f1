"""The way to another process: whole frames, one after another, out of a queue that is bounded."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from typing import Any

from proofsheet.relay.exit_codes import BROKEN

MOST_FRAMES = 2000
HURRIED_SECONDS = 1.0
CLOSING_SECONDS = 10.0
MOST_AT_ONCE = 64  # frames in one write
Freed = Callable[[], None]


class Outlet(asyncio.Protocol):
    """A process beside the proxy. It tells one line when it is ready, and then what it has found.

    A frame that is queued is sent, unless the process ends; `freed` is called once it is gone. Frames are
    gathered for `gather` seconds: where processors are few, each waking of another process costs traffic.
    """

    def __init__(
        self,
        task: str,
        options: dict[str, Any],
        told: Callable[[str], None],
        say: Callable[[str], None],
        gather: float = 0.0,
    ) -> None:
        self.is_lost = False
        self.ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._told = told
        self._say = say
        self._gather = gather
        self._task = task
        self._is_ending = False
        self._command = [sys.executable, "-P", "-m", "proofsheet.contracts.recorded.worker", task]
        self._options = options
        self._queue: deque[tuple[list[bytes], Freed]] = deque()
        self._sending: list[Freed] = []
        self._gathering: asyncio.TimerHandle | None = None
        self._is_full = False
        self._heard = b""
        self._transport: Any = None
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self, *descriptors: int) -> None:
        """Start the process; it inherits these file descriptors."""
        ours, theirs = socket.socketpair()
        options = json.dumps({**self._options, "descriptor": theirs.fileno()})
        self._process = subprocess.Popen(
            [*self._command, options], stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(), *descriptors)
        )
        theirs.close()
        ours.setblocking(False)
        await asyncio.get_running_loop().create_connection(lambda: self, sock=ours)

    @property
    def has_place(self) -> bool:
        return not self.is_lost and len(self._queue) < MOST_FRAMES

    def put(self, pieces: list[bytes], freed: Freed) -> None:
        """Queue one frame."""
        self._queue.append((pieces, freed))
        if self._gather == 0:
            self._pump()
        elif self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(self._gather, self._pump)

    async def finish(self, end: bytes, seconds: float, hurried: asyncio.Event) -> int:
        """Send the last frame; the exit code of the process, which may take so long to end.

        Once `hurried` is set it has only a second.
        """
        assert self._process is not None
        self._is_ending = True
        self.put([end], lambda: None)
        in_time = await self._ended(self._process, seconds, hurried)
        self._transport.abort()
        if not in_time:
            self._say(f"Error: the process to {self._task} did not end in time; what it still held is lost")
            # The line is cut, which it takes for the end: it writes what it knows.
            if not await self._ended(self._process, CLOSING_SECONDS, hurried):
                self._process.kill()
        code = self._process.wait()
        return code if in_time and code >= 0 else BROKEN

    @staticmethod
    async def _ended(process: subprocess.Popen[bytes], seconds: float, hurried: asyncio.Event) -> bool:
        loop = asyncio.get_running_loop()
        last = loop.time() + seconds
        while process.poll() is None and loop.time() < last:
            if hurried.is_set():
                last = min(last, loop.time() + HURRIED_SECONDS)
            await asyncio.sleep(0.01)
        return process.poll() is not None

    def kill(self) -> None:
        """End it at once, if it has not ended."""
        self._is_ending = True
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._transport is not None:
            self._transport.abort()

    def _pump(self) -> None:
        self._gathering = None
        while self._queue and not self._is_full and not self.is_lost:
            frames = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_AT_ONCE))]
            self._sending = [freed for _, freed in frames]
            self._transport.writelines([piece for pieces, _ in frames for piece in pieces])
            if not self._is_full:
                self._sent()

    def _sent(self) -> None:
        sent, self._sending = self._sending, []
        for freed in sent:
            freed()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.set_write_buffer_limits(high=0)  # so that what is on its way is told from what has gone

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._sent()
        self._pump()

    def data_received(self, data: bytes) -> None:
        *lines, self._heard = (self._heard + data).split(b"\n")
        for line in lines:
            if not self.ready.done():
                self.ready.set_result(True)
            else:
                self._told(line.decode())

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        if not self.ready.done():
            self.ready.set_result(False)
        elif not self._is_ending:
            self._say(f"Error: the process to {self._task} has ended before its time; traffic goes on")
        self._sent()
        while self._queue:
            self._queue.popleft()[1]()
