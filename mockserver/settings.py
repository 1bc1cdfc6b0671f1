"""What a person may set about the double. One frozen value; the command line checks it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path

from proofsheet.mockserver.answer_rules import Rule
from proofsheet.mockserver.callback_client import LOOPBACK, Reach
from proofsheet.mockserver.faults import Fault
from proofsheet.mockserver.stream_pace import AT_ONCE, StreamPace
from proofsheet.mockserver.tasks.pace import IMMEDIATE, QUICK, Pace

UNLIMITED = Decimal("Infinity")
LATEST = 253_370_764_800.0  # 9999-01-01, in Unix seconds: later no date can be told


@dataclass(frozen=True)
class KnownKey:
    """A key of `--keys`: its starting credits (None: as everyone; or UNLIMITED), whether it is revoked."""

    credits: Decimal | None = None
    revoked: bool = False


@dataclass(frozen=True)
class Settings:
    """Everything that `proofsheet serve` takes, beside the address. Sizes in bytes, times in seconds."""

    credits: Decimal | None = Decimal(1000)  # None: unlimited
    keys: Mapping[str, KnownKey] | None = None  # None: any well-formed key is accepted
    rate_limit: bool = True
    language: bool = True
    small_artifacts: bool = False  # whether pictures and videos weigh little, for load tests
    seed: int | None = None
    date: float | None = None  # the time at which the double's clock starts, in Unix seconds; None: now
    task_pace: Pace = QUICK
    stream_pace: StreamPace = AT_ONCE
    answers: tuple[Rule, ...] = ()  # that were written down, by what a conversation says
    public_url: str | None = None  # what links in answers begin with; None: as the client sees the double
    callbacks: Reach = LOOPBACK  # where they may go
    secret: bytes = field(default_factory=partial(secrets.token_bytes, 32), repr=False)  # signs links
    pace: Pace = IMMEDIATE  # how long an answer takes; `real`: as long as was observed, or recorded
    faults: tuple[Fault, ...] = ()
    check_replies: bool = False
    state: str | None = None  # the URL of a Redis or Valkey server; None: in memory
    metrics: bool = False  # whether there is a page of them, for Prometheus
    log: str | None = None  # the format of a line for each request on stderr: text or json
    traces: str | None = None  # where spans go: otlp or console
    admin_key: str | None = field(
        default=None, repr=False
    )  # what /_mock/ and /metrics ask for; None: nothing
    journal_size: int = 500
    max_body_bytes: int = 32 * 1024 * 1024  # where the document sets no limit
    body_timeout: float = 30.0
    header_timeout: float = 10.0
    max_header_bytes: int = 64 * 1024
    replay: Path | None = None  # recorded traffic that is served before the documents
    cors: tuple[str, ...] = ()  # origins whose pages may call; "*" is any
    hosts: frozenset[str] = field(default_factory=frozenset)  # Host names the control surface serves
