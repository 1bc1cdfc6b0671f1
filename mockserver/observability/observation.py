"""One request as whoever runs the server sees it: what it was, how it ended, where its time went.

The wrapper is only there where somebody looks. The endpoint finds the observation in the scope and notes the
call and its phases in it; observers (metrics, log, traces) get it when the request has ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

KEY = "proofsheet.observed"  # in the scope
CLIENT_GONE = "client_gone"  # the outcome of a request whose client left before it was answered


@dataclass
class Observation:
    """What is known of a request once it has ended. Times are Unix seconds, durations seconds."""

    scope: MutableMapping[str, Any]
    begun: float = field(default_factory=time.time)
    started: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0
    status: int | None = None
    sent_bytes: int = 0
    call: Any = None  # the Call (call.py), where an operation was called
    outcome: str | None = None
    phases: list[tuple[str, float, float]] = field(default_factory=list)  # name, begin, end since `started`

    def note(self, call: Any) -> None:
        """The endpoint has read which operation it is."""
        self.call = call
        self._since = time.perf_counter()

    def mark(self, phase: str) -> None:
        """A phase has ended that began where the one before it ended."""
        now = time.perf_counter()
        self.phases.append((phase, self._since - self.started, now - self.started))
        self._since = now

    def end(self) -> None:
        self.seconds = time.perf_counter() - self.started
        if self.status is None and self.outcome is None:
            self.outcome = CLIENT_GONE

    @property
    def method(self) -> str:
        return str(self.scope.get("method", "WEBSOCKET"))

    @property
    def family(self) -> str:
        """The family that was called; empty where none was."""
        return self.call.operation.family if self.call else ""

    @property
    def document(self) -> str:
        return self.call.operation.document if self.call else ""

    @property
    def operation(self) -> str:
        """The operation's id; for the rest `control`, `file`, `probe` or `unknown`."""
        if self.call:
            return str(self.call.operation.id)
        path = self.scope["path"]
        prefixes = {"/_mock": "control", "/_files/": "file", "/healthz": "probe", "/readyz": "probe"}
        prefixes["/metrics"] = "probe"
        return next((name for prefix, name in prefixes.items() if path.startswith(prefix)), "unknown")


Observer = Callable[[Observation], None]


@dataclass(frozen=True)
class Observed:
    """The application, with observers that are told of each request when it has ended."""

    app: Any
    observers: Sequence[Observer]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        seen = scope[KEY] = Observation(scope)

        async def watched(message: Any) -> None:
            _watch(seen, message)
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            seen.end()
            for each in self.observers:
                each(seen)


def _watch(seen: Observation, message: Any) -> None:
    kind = message["type"]
    if kind == "http.response.body":
        seen.sent_bytes += len(message.get("body", b""))
    elif kind == "http.response.start":
        seen.status = message["status"]
    elif kind == "websocket.accept":
        seen.status = 101
    elif kind == "websocket.http.response.start":
        seen.status = message["status"]
    elif kind == "websocket.close" and seen.status is None:
        seen.status = 403  # as servers answer a handshake that is refused
