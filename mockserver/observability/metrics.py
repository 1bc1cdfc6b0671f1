"""`serve --metrics`: GET /metrics in Prometheus' form, by its own client library.

Several workers write to files that they share (the library's multi-process mode), so that whichever is
asked answers for all. Servers that share a Redis are asked one by one: each has counters of its own, and
all of them the same tasks and journal.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

from proofsheet.mockserver.control import admin
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.observability.observation import Observation
from proofsheet.mockserver.state.protocol import StateUnavailable
from proofsheet.mockserver.task_sources import is_known, view
from proofsheet.spec.tasks import Starts

PATH = "/metrics"
TASKS_LOOKED_AT = 1000  # the newest
LAG_SECONDS = 0.5  # between two looks at the event loop
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the library reads it when it is loaded
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_OPERATION = ("family", "document", "operation")


@contextlib.contextmanager
def shared_files(wanted: bool) -> Iterator[None]:
    """Where several workers count together; to be entered before any of them is started."""
    if not wanted or _FOLDER in os.environ:
        yield
        return
    os.environ[_FOLDER] = folder = tempfile.mkdtemp(prefix="proofsheet-metrics-")
    try:
        yield
    finally:
        del os.environ[_FOLDER]
        shutil.rmtree(folder, ignore_errors=True)


class Metrics:
    """What is counted, and the page that shows it; `get` gives the double as it is now."""

    def __init__(self, app: Any, get: Callable[[], Double]) -> None:
        from prometheus_client import CollectorRegistry, Histogram, Summary, disable_created_metrics
        from prometheus_client import Counter as Counted

        # They would double what is sent, and no query asks for them.
        disable_created_metrics()  # type: ignore[no-untyped-call]

        self._app, self._get = app, get
        self._registry = own = CollectorRegistry()
        self._requests = Counted(
            "proofsheet_requests",
            "Requests by how they ended.",
            (*_OPERATION, "outcome", "status"),
            registry=own,
        )
        self._seconds = Histogram(
            "proofsheet_request_seconds",
            "From the head of a request to the last byte of the answer.",
            _OPERATION,
            buckets=_SECONDS,
            registry=own,
        )
        self._phases = Summary(
            "proofsheet_phase_seconds",
            "Time in reading, gates, drawing and writing an answer; the rest is its way to the client.",
            (*_OPERATION, "phase"),
            registry=own,
        )
        self._bytes = Counted("proofsheet_answer_bytes", "Bytes of bodies sent.", _OPERATION, registry=own)
        self._credits = Counted(
            "proofsheet_credits",
            "Credits paid at once, or held by a task that was started.",
            (*_OPERATION, "state"),
            registry=own,
        )
        self._lag = Histogram(
            "proofsheet_event_loop_lag_seconds",
            "How late the event loop comes to what is due.",
            buckets=_SECONDS,
            registry=own,
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        key = self._get().settings.admin_key
        if key is not None and not admin.is_admin_request(key, scope["headers"], bearer=True):
            await _refuse(send)
            return
        body, media_type = self._page(scope)
        headers = [(b"content-type", media_type.encode()), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _page(self, scope: Any) -> tuple[bytes, str]:
        from prometheus_client import CollectorRegistry
        from prometheus_client.exposition import choose_encoder
        from prometheus_client.multiprocess import MultiProcessCollector

        shown = CollectorRegistry()
        if _FOLDER in os.environ:
            MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
        else:
            shown.register(self._registry)
        shown.register(_Remembered(self._get()))
        accept = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept"), "")
        encode, media_type = choose_encoder(accept)
        return encode(shown), media_type

    def count(self, seen: Observation) -> None:
        """An observer: add one request."""
        labels = (seen.family, seen.document, seen.operation)
        self._requests.labels(*labels, seen.outcome or "", str(seen.status or "")).inc()
        self._seconds.labels(*labels).observe(seen.seconds)
        self._bytes.labels(*labels).inc(seen.sent_bytes)
        for phase, begin, end in seen.phases:
            self._phases.labels(*labels, phase).observe(end - begin)
        if seen.call is None:
            return
        if seen.call.paid:
            self._credits.labels(*labels, "paid").inc(float(seen.call.paid))
        if isinstance(seen.call.operation.task, Starts) and seen.call.task is not None:
            self._credits.labels(*labels, "held").inc(float(seen.call.task.task.cost))

    async def measure_lag(self) -> None:
        """Look, as long as the server runs, how late the event loop is."""
        while True:
            due = time.perf_counter() + LAG_SECONDS
            await asyncio.sleep(LAG_SECONDS)
            self._lag.observe(max(0.0, time.perf_counter() - due))


async def _refuse(send: Any) -> None:
    asked = [(b"www-authenticate", admin.CHALLENGE.encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 401, "headers": asked})
    await send({"type": "http.response.body", "body": b""})


class _Remembered:
    """What is read off the double's memory when somebody asks: tasks, journal, whether it answers."""

    def __init__(self, double: Double) -> None:
        self._double = double

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily as Gauge

        build = Gauge("proofsheet_build_info", "Always 1; the version is the label.", labels=["version"])
        build.add_metric([version("proofsheet")], 1)
        yield build
        try:
            self._double.state.check()
            length, states = self._double.state.journal_length(), self._tasks()
        except StateUnavailable:
            yield Gauge("proofsheet_state_up", "Whether the state answers.", 0)
            return
        yield Gauge("proofsheet_state_up", "Whether the state answers.", 1)
        yield Gauge("proofsheet_journal_entries", "Calls that the journal holds.", length)
        tasks = Gauge(
            "proofsheet_tasks",
            f"Tasks by the state they are in, of the newest {TASKS_LOOKED_AT}.",
            labels=["document", "state"],
        )
        for (document, state), number in states.items():
            tasks.add_metric([document, state], number)
        yield tasks

    def _tasks(self) -> Counter[tuple[str, str]]:
        double = self._double
        newest = double.state.tasks(None, TASKS_LOOKED_AT)
        return Counter(
            (each.operation[0], view(double, each).position.state)
            for each in newest
            if is_known(double, each)
        )
