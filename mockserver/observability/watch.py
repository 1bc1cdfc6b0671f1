"""Whoever watches a server, put around its application as the settings say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from proofsheet.mockserver.double import Double
from proofsheet.mockserver.observability.observation import Observed, Observer
from proofsheet.mockserver.settings import Settings

_NEEDS = {"metrics": "prometheus_client", "traces": "opentelemetry"}  # which package an option needs


def missing(settings: Settings) -> list[str]:
    """The options whose package is not installed: the extra of an option's name has it."""
    return [name for name, package in _NEEDS.items() if getattr(settings, name) and not find_spec(package)]


class Watch:
    """What watches; `app` is the application with it, or as it was where nobody wants to see anything."""

    def __init__(self, app: Any, get: Callable[[], Double], settings: Settings) -> None:
        self.app, self._traces, self._metrics = app, None, None
        self._lag: asyncio.Task[None] | None = None
        observers: list[Observer] = []
        if settings.metrics:
            from proofsheet.mockserver.observability.metrics import Metrics

            self._metrics = Metrics(app, get)
            self.app = self._metrics
            observers.append(self._metrics.count)
        if settings.log:
            from proofsheet.mockserver.observability.log import writer

            observers.append(writer(settings.log))
        if settings.traces:
            from proofsheet.mockserver.observability.traces import Traces

            self._traces = Traces(settings.traces)
            observers.append(self._traces)
        if observers:
            self.app = Observed(self.app, observers)

    def begin(self) -> None:
        """In the event loop of the server."""
        if self._metrics is not None:
            self._lag = asyncio.create_task(self._metrics.measure_lag())

    async def end(self) -> None:
        if self._lag is not None:
            self._lag.cancel()
        if self._traces is not None:
            await asyncio.to_thread(self._traces.close)
