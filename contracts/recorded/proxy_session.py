"""The judging proxy: a relay, with a process that judges and one that records."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from proofsheet.contracts.exit_codes import BROKEN, CONFORMS, FINDINGS
from proofsheet.contracts.recorded.log import log
from proofsheet.relay import server
from proofsheet.relay.heads import Field
from proofsheet.relay.process_outlet import Outlet
from proofsheet.relay.settings import Relay
from proofsheet.relay.taps import Taps
from proofsheet.relay.upstream_address import Upstream

WORKER = (sys.executable, "-P", "-m", "proofsheet.contracts.recorded.worker")
GATHER_SECONDS = 0.005  # between two wakings of the judge
COUNT = b"x-proofsheet-findings"


@dataclass(frozen=True)
class Settings:
    """The options of `proxy`. `limit` is in bytes, `age` in seconds; `record` is None without recording.

    `credential_fields` are the headers, parameters and cookies in which the document has credentials.
    """

    name: str
    home: Path | None  # of the documents; None: those that come with proofsheet
    upstream: Upstream
    credential_fields: frozenset[str]
    report: Path | None = None
    record: Path | None = None
    limit: int = 10**9
    age: float = 7 * 86400.0
    keep_host: bool = False
    count_header: bool = False
    fail_on_finding: bool = False


@dataclass
class Findings:
    """How many there are so far, as the judge writes them."""

    count: int = 0

    def take(self, line: str) -> None:
        self.count = int(line)

    def fields(self) -> tuple[Field, ...]:
        return ((COUNT, str(self.count).encode(), COUNT),)


def run(settings: Settings, sock: socket.socket, page: socket.socket, ready: Callable[[], None]) -> int:
    """Pass traffic on until SIGINT or SIGTERM. Returns the exit code."""
    return uvloop.run(_run(settings, sock, page, ready))


async def _run(
    settings: Settings, sock: socket.socket, page: socket.socket, ready: Callable[[], None]
) -> int:
    findings = Findings()
    outlets = _outlets(settings, findings, page)
    taps = Taps(settings.upstream.base.decode(), outlets)
    added = findings.fields if settings.count_header else tuple
    relay = Relay(settings.upstream, taps, log, settings.keep_host, added)
    try:
        if not await server.started([*outlets.values()], page.fileno()):
            return BROKEN
        page.close()
        judged, *recorded = await server.serve(relay, sock, [*outlets.values()], ready)
    finally:
        for each in outlets.values():
            each.kill()
    if judged not in (CONFORMS, FINDINGS):  # the judge, which else reports this, is gone
        log(f"{taps.counts['exchanges']} exchanges passed; not all of them were judged")
    if judged not in (CONFORMS, FINDINGS) or any(recorded):
        return BROKEN
    return FINDINGS if judged == FINDINGS and settings.fail_on_finding else CONFORMS


def _outlets(settings: Settings, findings: Findings, page: socket.socket) -> dict[str, Outlet]:
    """The processes, each by the name of the count of what it could not take."""
    options: dict[str, Any] = {
        "name": settings.name,
        "home": str(settings.home) if settings.home else None,
        "upstream": settings.upstream.url,
        "report": str(settings.report) if settings.report else None,
        "page": page.fileno(),
    }
    judge = Outlet("judge", _worker("judge", options), findings.take, log, GATHER_SECONDS)
    if settings.record is None:
        return {"unjudged": judge}
    options = {
        "folder": str(settings.record),
        "upstream": settings.upstream.url,
        "limit": settings.limit,
        "age": settings.age,
        "credential_fields": sorted(settings.credential_fields),
    }
    return {"unjudged": judge, "unrecorded": Outlet("record", _worker("record", options), log, log)}


def _worker(task: str, options: dict[str, Any]) -> list[str]:
    return [*WORKER, task, json.dumps(options)]
