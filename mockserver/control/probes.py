"""What whoever runs the double asks of it: `/healthz`, whether it runs, and `/readyz`, whether it can serve.

Both answer any Host: a probe names an address that nobody else does, and they show nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from proofsheet.mockserver.control.control_request import as_json, problem_response
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.state.protocol import StateUnavailable

PATHS = frozenset({"/healthz", "/readyz"})


def routes(get: Callable[[], Double], is_leaving: Callable[[], bool]) -> list[Route]:
    """The routes of both; `get` gives the double as it is now."""

    async def alive(request: Request) -> Response:
        return as_json({"ok": True})

    async def ready(request: Request) -> Response:
        if is_leaving():
            return problem_response(503, "not ready", "told to end: it serves on for what comes yet")
        try:
            get().state.check()
        except StateUnavailable as away:
            return problem_response(503, "not ready", str(away))
        return as_json({"ok": True})

    return [Route("/healthz", alive), Route("/readyz", ready)]
