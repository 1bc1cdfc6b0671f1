"""Waiting for a fact, never for a time."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE = 240.0  # seconds, after which a fact is taken not to come true at all: a busy machine is slow


def wait_until(true: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """What `true` gives once that is true."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)  # between two looks
    return found


def has_ended(pid: int) -> bool:
    """Whether a process that is not our child has ended; one that nobody waits for is a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return True


def is_read(sock: socket.socket) -> bool:
    """Whether the other end, on this machine, has read all that was sent over an IPv4 connection."""
    own, other = (_as_the_kernel_writes(*each) for each in (sock.getsockname(), sock.getpeername()))
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, queues, *_ = line.split()
        if (local, remote) == (other, own):
            return int(queues.partition(":")[2], 16) == 0
    return True  # closed: nothing more is read


def _as_the_kernel_writes(host: str, port: int) -> str:
    return f"{socket.inet_aton(host)[::-1].hex().upper()}:{port:04X}"
