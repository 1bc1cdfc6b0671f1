"""A connection that can wait, and can end in each of the ways in which connections end."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

SILENT_SECONDS = 5.0  # after which nothing more is waited for from a client that has its answer
LINGER_SECONDS = 60.0  # for which such a client may go on to send


class Connection(asyncio.Protocol):
    """What ends and holds up a client's connection; `has_left`: it has sent all it will ever send."""

    def __init__(self) -> None:
        self.has_left = False
        self._transport: Any = None
        self._holds: set[str] = set()  # why nothing is read just now
        self._lingers = False
        self._lingers_until = 0.0
        self._is_silent = False
        self._resets = False

    def hold(self, why: str) -> None:
        """Read nothing for now."""
        if not self._holds and not self._transport.is_closing():
            self._transport.pause_reading()
        self._holds.add(why)

    def release(self, why: str) -> None:
        """Read on, unless something else holds."""
        if why in self._holds:
            self._holds.discard(why)
            if not self._holds and not self._transport.is_closing():
                self._transport.resume_reading()

    def linger(self) -> None:
        """Read on and forget for a while: closing with unread data would reset, and lose, the answer."""
        if self._lingers or self._transport.is_closing():
            return
        self._lingers = True
        for why in tuple(self._holds):
            self.release(why)
        if self.has_left:
            self.close()
            return
        self._transport.write_eof()
        self._lingers_until = asyncio.get_running_loop().time() + LINGER_SECONDS
        self._close_when_silent()

    def forget(self) -> None:
        """Something came that nobody waits for."""
        self._is_silent = False

    def _close_when_silent(self) -> None:
        loop = asyncio.get_running_loop()
        if self._is_silent or loop.time() >= self._lingers_until:
            self.close()
            return
        self._is_silent = True
        loop.call_later(SILENT_SECONDS, self._close_when_silent)

    def close(self) -> None:
        """End in good order: what has been written arrives."""
        if not self._transport.is_closing():
            self._transport.close()

    def abort(self) -> None:
        """Break off at once."""
        self._reset_now()

    def reset(self) -> None:
        """Break off as soon as what has been written is on its way."""
        if self._transport.is_closing():
            return
        self._resets = True
        self._transport.set_write_buffer_limits(high=0)
        if self._transport.get_write_buffer_size() == 0:
            self._reset_now()

    def _reset_now(self) -> None:
        if (sock := self._transport.get_extra_info("socket")) is not None:
            # Lingering for zero seconds: the peer sees a reset and no orderly end.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
