"""`serve --traces`: a span for each request and one for each of its phases, by OpenTelemetry's SDK.

A request that names its trace (`traceparent`) has its span in that. Where spans go, how many of them and
under which name are the SDK's own settings, read from the environment: OTEL_EXPORTER_OTLP_ENDPOINT,
OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME …
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from proofsheet.mockserver.observability.observation import Observation

_NANO = 1_000_000_000


class Traces:
    """An observer that makes spans; `close` sends what has not gone yet."""

    def __init__(self, exporter: str) -> None:
        from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        named = {} if "OTEL_SERVICE_NAME" in os.environ else {SERVICE_NAME: "proofsheet"}
        resource = Resource.create({**named, SERVICE_VERSION: version("proofsheet")})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(_EXPORTERS[exporter]()))
        self._tracer = self._provider.get_tracer("proofsheet", version("proofsheet"))
        self._propagator = TraceContextTextMapPropagator()

    def __call__(self, seen: Observation) -> None:
        from opentelemetry.trace import SpanKind, set_span_in_context

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in seen.scope["headers"]}
        span = self._tracer.start_span(
            f"{seen.method} {seen.call.operation.path if seen.call else seen.operation}",
            context=self._propagator.extract(headers),
            kind=SpanKind.SERVER,
            attributes=_attributes(seen),
            start_time=_nanoseconds(seen.begun),
        )
        inside = set_span_in_context(span)
        for name, begin, end in seen.phases:
            phase = self._tracer.start_span(name, inside, start_time=_nanoseconds(seen.begun + begin))
            phase.end(_nanoseconds(seen.begun + end))
        if (seen.status or 0) >= 500:  # by OpenTelemetry's rules what a client did wrong is no server's error
            from opentelemetry.trace import Status, StatusCode

            span.set_status(Status(StatusCode.ERROR))
        span.end(_nanoseconds(seen.begun + seen.seconds))

    def close(self) -> None:
        self._provider.shutdown()


def _attributes(seen: Observation) -> dict[str, Any]:
    """By OpenTelemetry's semantic conventions for HTTP servers, and what only the double knows."""
    found = {
        "http.request.method": seen.method,
        "http.response.status_code": seen.status,
        "http.response.body.size": seen.sent_bytes,
        "http.route": seen.call.operation.path if seen.call else None,
        "proofsheet.document": seen.document or None,
        "proofsheet.operation": seen.operation,
        "proofsheet.outcome": seen.outcome,
        "proofsheet.key": seen.call.label if seen.call else None,
        "proofsheet.credits": float(seen.call.paid) if seen.call else None,
        "proofsheet.forced": seen.call.forced if seen.call else None,
        "proofsheet.fault": seen.call.fault if seen.call else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _nanoseconds(seconds: float) -> int:
    return int(seconds * _NANO)


def _otlp() -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()


def _console() -> Any:
    import sys

    from opentelemetry.sdk.trace.export import ConsoleSpanExporter

    return ConsoleSpanExporter(out=sys.stderr)


_EXPORTERS: dict[str, Callable[[], Any]] = {"otlp": _otlp, "console": _console}
