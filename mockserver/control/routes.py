"""The control surface under /_mock/: its routes, who may use it, and what has no file of its own.

An Authorization header narrows journal, verification and reset to that key, so that parallel tests do
not see each other. Everything is JSON; what is wrong is answered with problem details that say why.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from proofsheet.mockserver.control import admin, journal_views, ledger_views, schedule_views, task_views
from proofsheet.mockserver.control.calls_page import asset, page
from proofsheet.mockserver.control.control_request import (
    Wrong,
    as_json,
    key_of,
    problem_response,
    read_body,
    schemas,
)
from proofsheet.mockserver.control.docs_site import docs
from proofsheet.mockserver.control.session_views import sessions
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.state import journal
from proofsheet.mockserver.state.protocol import StateUnavailable

View = Callable[[Request, Double], Awaitable[Any]]
PREFIX = "/_mock"
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:@/\s]+)(:\d*)?")


def routes(get: Callable[[], Double]) -> list[Route]:
    """The control surface's routes; `get` gives the double as it is now (it changes on reload)."""
    table: list[tuple[str, str, View]] = [
        ("GET", "/health", health),
        ("GET", "/operations", operations),
        ("GET", "/schemas", show_schemas),
        ("GET", "/journal", journal_views.show_journal),
        ("DELETE", "/journal", journal_views.drop_journal),
        ("GET", "/journal/{seq}", journal_views.show_entry),
        ("GET", "/pictures/{seq}/{index}", journal_views.show_picture),
        ("GET", "/artifacts/{seq}/{index}", journal_views.show_artifact),
        ("POST", "/verify", journal_views.verify),
        ("GET", "/ledger", ledger_views.show_ledger),
        ("PUT", "/ledger", ledger_views.set_ledger),
        ("GET", "/clock", ledger_views.show_clock),
        ("POST", "/clock", ledger_views.move_clock),
        ("GET", "/schedule", schedule_views.show_schedule),
        ("POST", "/schedule", schedule_views.add_schedule),
        ("DELETE", "/schedule", schedule_views.drop_schedule),
        ("GET", "/sessions", show_sessions),
        ("GET", "/tasks", task_views.show_tasks),
        ("PUT", "/tasks/pace", task_views.set_pace),
        ("GET", "/tasks/{id}", task_views.show_task),
        ("POST", "/tasks/{id}", task_views.move_task),
        ("GET", "/tasks/{id}/pictures/{index}", task_views.show_task_picture),
        ("POST", "/reset", reset),
        ("GET", "", to_page),
        ("GET", "/", show_page),
        ("GET", "/assets/{name}", show_asset),
        ("GET", "/docs", to_docs),
        ("GET", "/docs/{path:path}", show_docs),
    ]
    paths: dict[str, dict[str, View]] = {}
    for method, path, view in table:
        paths.setdefault(path, {})[method] = view
    return [Route(PREFIX + path, _dispatch(views, get), methods=list(views)) for path, views in paths.items()]


def _dispatch(views: dict[str, View], get: Callable[[], Double]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        double = get()
        if not _is_local(request, double):
            return problem_response(403, "not from here", f"Host {_host(request)!r} may not use /_mock/")
        if not _is_own_page(request):
            return problem_response(403, "not from here", "a page of another origin may not use /_mock/")
        if (key := double.settings.admin_key) is not None:
            if not admin.is_admin_request(key, request.scope["headers"]):
                return _ask_for_key()
            headers = admin.without_password(request.scope["headers"])
            request = Request({**request.scope, "headers": headers}, request.receive)
        try:
            result = await views["GET" if request.method == "HEAD" else request.method](request, double)
        except Wrong as wrong:
            return problem_response(400, "bad control request", str(wrong))
        except StateUnavailable as away:
            return problem_response(503, "state unavailable", str(away))
        return result if isinstance(result, Response) else as_json(result)

    return endpoint


def _ask_for_key() -> Response:
    detail = f"send the key of --admin-key as {admin.HEADER}, or as the password of Basic authentication"
    asked = problem_response(401, "the admin key is needed", detail)
    asked.headers["www-authenticate"] = admin.CHALLENGE
    return asked


def _is_local(request: Request, double: Double) -> bool:
    # A page in a browser must not reach the journal by a name that resolves to this machine.
    hosts = double.settings.hosts
    return not hosts or _host(request) in hosts


def _is_own_page(request: Request) -> bool:
    # Browsers say where a script comes from; other clients say nothing.
    origin = request.headers.get("origin", "").lower()
    own = origin.partition("://")[2] == request.headers.get("host", "").strip().lower()
    return (not origin or own) and request.headers.get("sec-fetch-site") in (None, "same-origin", "none")


def _host(request: Request) -> str:
    # Not request.url: where the header is odd, Starlette puts our own address in its place.
    found = _HOST.fullmatch(request.headers.get("host", "").strip().lower())
    return found[1].strip("[]") if found else ""


async def show_sessions(request: Request, double: Double) -> Any:
    """The dialogues over WebSockets that this process has had, the newest first."""
    return {"sessions": list(sessions(double))}


async def health(request: Request, double: Double) -> Any:
    double.state.check()
    versions = {each.name: each.version for each in double.documents.loaded()}
    documents = [{"name": name, "version": versions.get(name)} for name in double.documents.names]
    return {"ok": True, "documents": documents}


async def operations(request: Request, double: Double) -> Any:
    return {
        name: {
            "document": each.document,
            "method": each.method,
            "path": each.path,
            "summary": each.summary,
            "outcomes": {outcome.name: outcome.status for outcome in each.outcomes.values()},
        }
        for name, each in double.operations().items()
    }


async def show_schemas(request: Request, double: Double) -> Any:
    return schemas()


async def reset(request: Request, double: Double) -> Any:
    body = await read_body(request)
    key = key_of(request, body)
    double.state.reset(key, journal.label(key))
    double.callbacks.forget(key)
    return {"ok": True}


async def to_page(request: Request, double: Double) -> Any:
    return RedirectResponse("/_mock/", 307)


async def show_page(request: Request, double: Double) -> Any:
    return page(double)


async def show_asset(request: Request, double: Double) -> Any:
    return asset(request.path_params["name"]) or problem_response(
        404, "no such asset", request.path_params["name"]
    )


async def to_docs(request: Request, double: Double) -> Any:
    return RedirectResponse("/_mock/docs/", 307)


async def show_docs(request: Request, double: Double) -> Any:
    path = request.path_params["path"]
    return await asyncio.to_thread(docs, double, path) or problem_response(404, "no such page", path[:200])
