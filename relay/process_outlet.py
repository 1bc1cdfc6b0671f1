"""The way to another process: whole frames, in a ring of shared memory that outlives this process."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress

from proofsheet.relay.shared_ring import Ring

HURRIED_SECONDS = 1.0
CLOSING_SECONDS = 10.0


class Outlet:
    """A process beside the proxy, which reads frames with a `FrameReader`.

    It writes one line when it is ready, and later ones for `on_line`. What is put in is there for it even if
    this process is killed. It is woken at most every `gather` seconds: where processors are few, each waking
    of another process costs traffic.
    """

    def __init__(
        self,
        task: str,
        command: Sequence[str],
        on_line: Callable[[str], None],
        log: Callable[[str], None],
        gather: float = 0.0,
    ) -> None:
        self.ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._task = task
        self._command = command
        self._on_line = on_line
        self._log = log
        self._gather = gather
        self._is_lost = False
        self._is_ending = False
        self._has_logged_end = False
        self._waking: asyncio.TimerHandle | None = None
        self._unread = b""
        self._ring = Ring()
        self._line, self._theirs = socket.socketpair()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *descriptors: int) -> None:
        """Start the process; it inherits these file descriptors too."""
        given = {"line": self._theirs.fileno(), "ring": self._ring.descriptor}
        self._process = subprocess.Popen(
            [*self._command, json.dumps(given)],
            stdin=subprocess.DEVNULL,
            pass_fds=(*given.values(), *descriptors),
        )
        self._theirs.close()
        self._line.setblocking(False)
        asyncio.get_running_loop().add_reader(self._line.fileno(), self._readable)

    def put(self, frame: bytes) -> bool:
        """Hand one frame over; False if the process has ended, or too much waits for it."""
        if self._is_lost or not self._ring.put(frame):
            return False
        if self._gather == 0:
            self._wake()
        elif self._waking is None:
            self._waking = asyncio.get_running_loop().call_later(self._gather, self._wake)
        return True

    async def finish(self, last: bytes, seconds: float, hurried: asyncio.Event) -> int | None:
        """Hand over the last frame; the exit code of the process, None if it did not end in `seconds`.

        Once `hurried` is set it has only a second.
        """
        assert self._process is not None
        if self._process.poll() is not None:
            self._log_early_end()  # its line may not have been seen to close yet
        self._is_ending = True
        in_time = await self._ended(self._process, last, seconds, hurried)
        if not in_time:
            self._log(f"Error: the process to {self._task} did not end in time; what it still held is lost")
            self._ring.give_up()  # which it takes for the end: it writes what it knows
            self._leave()
            if not await self._ended(self._process, b"", CLOSING_SECONDS, hurried):
                self._process.kill()
        code = self._process.wait()
        if in_time and code < 0:  # killed, but not yet gone when this began: threads die one by one
            self._log_early_end()
        return code if in_time and code >= 0 else None

    async def _ended(
        self, process: subprocess.Popen[bytes], last: bytes, seconds: float, hurried: asyncio.Event
    ) -> bool:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while process.poll() is None and loop.time() < end:
            if last and self.put(last):
                last = b""
            if hurried.is_set():
                end = min(end, loop.time() + HURRIED_SECONDS)
            await asyncio.sleep(0.01)
        return process.poll() is not None

    def kill(self) -> None:
        """End it at once, if it has not ended."""
        self._is_ending = True
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._leave()
        self._theirs.close()
        self._ring.close()

    def _wake(self) -> None:
        self._waking = None
        with suppress(OSError):  # it does not read: enough to wake it is waiting for it already; or it ended
            self._line.send(b".")

    def _readable(self) -> None:
        try:
            data = self._line.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lost()
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            if self.ready.done():
                self._on_line(line.decode())
            else:
                self.ready.set_result(True)

    def _lost(self) -> None:
        self._leave()
        if not self.ready.done():
            self.ready.set_result(False)
        elif not self._is_ending:
            self._log_early_end()

    def _log_early_end(self) -> None:
        if not self._has_logged_end:
            self._has_logged_end = True
            self._log(f"Error: the process to {self._task} has ended before its time; traffic goes on")

    def _leave(self) -> None:
        self._is_lost = True
        if self._line.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._line.fileno())
            self._line.close()
