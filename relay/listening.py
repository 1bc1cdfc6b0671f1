"""Sockets that listen, and what to say where one cannot."""

from __future__ import annotations

import errno
import socket

BACKLOG = 2048


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
    sock.setblocking(False)
    return sock


def refused(error: OSError | UnicodeError, host: str, port: int, other: str) -> str:
    """Why nothing can listen there; `other` is the option that takes another port."""
    why = getattr(error, "strerror", None) or str(error)
    hint = ""
    if getattr(error, "errno", None) == errno.EADDRINUSE:
        hint = f"; something listens there already: stop it, or take another with {other}"
    return f"cannot listen on {host} port {port}: {why}{hint}"
