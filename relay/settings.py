"""What all connections of a relay share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from proofsheet.relay.heads import Field
from proofsheet.relay.taps import Taps
from proofsheet.relay.upstream_address import Upstream

HEAD_SECONDS = 60.0  # to the end of a connection's first head; later ones have the upstream's patience


class Stoppable(Protocol):
    """A client's connection, as whoever ends the relay sees it."""

    def stop(self) -> None: ...
    def abort(self) -> None: ...


@dataclass(frozen=True)
class Relay:
    """`added_fields`: what is added to the head of each answer; `patience` is in seconds."""

    upstream: Upstream
    taps: Taps
    log: Callable[[str], None]
    keep_host: bool = False
    added_fields: Callable[[], tuple[Field, ...]] = tuple
    patience: float = HEAD_SECONDS
    clients: set[Stoppable] = field(default_factory=set)
