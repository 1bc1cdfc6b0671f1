"""One State for several worker processes: the parent keeps it, the workers call it over a socket.

A call is a pickled (method, arguments) with its length before it; the answer comes the same way. An entry of
the journal and a settlement are not answered: the sender goes on at once, and because the keeper takes in
everything that has arrived before it answers anyone, a later question still sees them. Lines are read in any
order: what two workers may say in turn of one thing is answered, so that the later holds.
The socket is a pair made before the fork: nobody else can reach it, so pickle meets only our own workers.
"""

from __future__ import annotations

import pickle
import selectors
import socket
import struct
from collections.abc import Callable
from typing import Any

from proofsheet.mockserver.state.journal import Entry, Unwritten
from proofsheet.mockserver.state.protocol import State

_LENGTH = struct.Struct("!I")
_UNANSWERED = frozenset({"record", "settle"})


class RemoteState:
    """The State (protocol.py) as a worker sees it: the same methods, carried out by the keeper."""

    rehearses = False

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def record(self, entry: Entry | Unwritten) -> None:
        """As the protocol has it; what is not written yet is written here, where its call is."""
        _send(self._sock, ("record", (entry() if callable(entry) else entry,), {}))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or not hasattr(State, name):
            raise AttributeError(name)

        def method(*args: Any, **kwargs: Any) -> Any:
            _send(self._sock, (name, args, kwargs))
            if name in _UNANSWERED:
                return None
            ok, value = pickle.loads(_receive(self._sock))
            if not ok:
                raise RuntimeError(f"the keeper failed at {name}: {value}")
            return value

        return method


def keep(state: State, workers: list[socket.socket], running: Callable[[], bool]) -> None:
    """Answer the workers until `running` says no or all of them are gone."""
    with selectors.DefaultSelector() as selector:
        for sock in workers:
            selector.register(sock, selectors.EVENT_READ)
        while running() and selector.get_map():
            questions: dict[Any, Any] = {}
            # Until nothing more has come: while one line was read, another may have brought what is older.
            while ready := _ready(selector, questions):
                for sock in ready:
                    if (question := _take(sock, state, selector)) is not None:
                        questions[sock] = question
            for sock, question in questions.items():
                _answer(sock, state, question)


def _ready(selector: selectors.BaseSelector, readers: Any) -> list[Any]:
    """The lines that have something to read and ask nothing yet; waits for one only if nobody asks."""
    found = selector.select(timeout=0 if readers else 0.2) if selector.get_map() else []
    return [key.fileobj for key, _ in found if key.fileobj not in readers]


def _take(sock: socket.socket, state: State, selector: Any) -> Any:
    """Carry out what needs no answer; returns the first question, or None if there is none yet."""
    while True:
        try:
            question = pickle.loads(_receive(sock))
        except (EOFError, ConnectionError):
            selector.unregister(sock)
            return None
        if question[0] not in _UNANSWERED:
            return question
        _carry_out(state, question)
        if not _has_more(sock):
            return None


def _has_more(sock: socket.socket) -> bool:
    try:
        return bool(sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except BlockingIOError:
        return False
    except ConnectionError:
        return False


def _carry_out(state: State, question: Any) -> Any:
    name, args, kwargs = question
    return getattr(state, name)(*args, **kwargs)


def _answer(sock: socket.socket, state: State, question: Any) -> None:
    try:
        result: Any = (True, _carry_out(state, question))
    except Exception as error:
        result = (False, repr(error))
    try:
        _send(sock, result)
    except ConnectionError:
        return  # the worker has gone; its place is missed by the parent, not here


def _send(sock: socket.socket, value: Any) -> None:
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    sock.sendall(_LENGTH.pack(len(data)) + data)


def _receive(sock: socket.socket) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(sock, _LENGTH.size))
    return _exactly(sock, length)


def _exactly(sock: socket.socket, size: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < size:
        piece = sock.recv(min(size - len(pieces), 1 << 20))
        if not piece:
            raise EOFError
        pieces += piece
    return bytes(pieces)
