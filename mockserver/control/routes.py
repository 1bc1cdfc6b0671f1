"""The control surface under /_mock/: journal, verification, clock, ledger, schedule, reset, health, pages.

An Authorization header narrows journal, verification and reset to that key, so that parallel tests do
not see each other. Everything is JSON; what is wrong is answered with problem details that say why.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from proofsheet.mockserver import faults
from proofsheet.mockserver.artifacts import draw
from proofsheet.mockserver.control.calls_page import asset, page
from proofsheet.mockserver.control.docs_site import docs
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.faults import BadFault
from proofsheet.mockserver.forcing import CannotForce, named
from proofsheet.mockserver.journal_entries import public
from proofsheet.mockserver.media.image import thumbnail
from proofsheet.mockserver.replies import problem
from proofsheet.mockserver.state import journal
from proofsheet.mockserver.state.memory import Scheduled
from proofsheet.mockserver.unmatched import UNKNOWN
from proofsheet.spec.security import WELL_FORMED

View = Callable[[Request, Double], Awaitable[Any]]
LARGEST_BODY = 1024 * 1024
PREFIX = "/_mock"
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:@/\s]+)(:\d*)?")


class Wrong(ValueError):
    """A control request that cannot be carried out; the text says what was expected."""


def routes(get: Callable[[], Double]) -> list[Route]:
    """The control surface's routes; `get` gives the double as it is now (it changes on reload)."""
    table: list[tuple[str, str, View]] = [
        ("GET", "/health", health),
        ("GET", "/operations", operations),
        ("GET", "/journal", show_journal),
        ("DELETE", "/journal", drop_journal),
        ("GET", "/journal/{seq}", show_entry),
        ("GET", "/pictures/{seq}/{index}", show_picture),
        ("POST", "/verify", verify),
        ("GET", "/ledger", show_ledger),
        ("PUT", "/ledger", set_ledger),
        ("GET", "/clock", show_clock),
        ("POST", "/clock", move_clock),
        ("GET", "/schedule", show_schedule),
        ("POST", "/schedule", add_schedule),
        ("DELETE", "/schedule", drop_schedule),
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
            return _problem(403, "not from here", f"Host {_host(request)!r} may not use /_mock/")
        if not _is_own_page(request):
            return _problem(403, "not from here", "a page of another origin may not use /_mock/")
        try:
            result = await views["GET" if request.method == "HEAD" else request.method](request, double)
        except Wrong as wrong:
            return _problem(400, "bad control request", str(wrong))
        return result if isinstance(result, Response) else _json(result)

    return endpoint


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


def _json(value: Any, status: int = 200) -> Response:
    text = json.dumps(value, ensure_ascii=False, default=float, allow_nan=False)
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")


def _problem(status: int, title: str, detail: str) -> Response:
    made = problem(status, title, detail)
    return Response(made.body, made.status, media_type=made.media_type)


async def _body(request: Request) -> dict[str, Any]:
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > LARGEST_BODY:
            raise Wrong(f"the body is larger than {LARGEST_BODY} bytes")
    try:
        value = json.loads(data or b"{}")
    except (ValueError, RecursionError) as error:
        raise Wrong(f"the body is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise Wrong("the body must be a JSON object")
    return value


def _only(body: dict[str, Any], *names: str) -> None:
    if strangers := sorted(set(body) - set(names)):
        raise Wrong(f"unknown: {', '.join(strangers)}; expected any of {', '.join(names)}")


def _key(request: Request, body: dict[str, Any] | None = None) -> str | None:
    key = (body or {}).get("key")
    if key is not None and not (isinstance(key, str) and WELL_FORMED.fullmatch(key)):
        raise Wrong("key must be a string of 1 to 256 visible ASCII characters")
    header = request.headers.get("authorization", "").strip()
    return key or (header[7:].strip() if header.lower().startswith("bearer ") else header) or None


def _needed_key(request: Request, body: dict[str, Any] | None = None) -> str:
    key = _key(request, body)
    if key is None:
        raise Wrong("which key? send it as Authorization, or as `key` in the body")
    return key


def _number(body: dict[str, Any], name: str, default: float = 0.0) -> float:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e12 < value < 1e12:
        raise Wrong(f"{name} must be a number, came {value!r}")
    return float(value)


def _whole(body: dict[str, Any], name: str, default: int | None, least: int = 0) -> int | None:
    value = body.get(name, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise Wrong(f"{name} must be a whole number of at least {least}, came {value!r}")
    return value


def _query(request: Request, name: str, default: int) -> int:
    return _digits(name, request.query_params.get(name, str(default)))


def _place(request: Request, name: str) -> int:
    return _digits(name, request.path_params[name])


def _digits(name: str, text: str) -> int:
    if not text.isdecimal() or len(text) > 12:
        raise Wrong(f"{name} must be a whole number, came {text[:50]!r}")
    return int(text)


async def health(request: Request, double: Double) -> Any:
    documents = [{"name": each.name, "version": each.version} for each in double.documents]
    return {"ok": True, "documents": documents}


async def operations(request: Request, double: Double) -> Any:
    return {
        each.id: {
            "method": each.method,
            "path": each.path,
            "summary": each.summary,
            "outcomes": {outcome.name: outcome.status for outcome in each.outcomes.values()},
        }
        for each in double.operations().values()
    }


async def show_journal(request: Request, double: Double) -> Any:
    after, limit = _query(request, "after", 0), _query(request, "limit", 0)
    found = double.state.journal(journal.label(_key(request)), after, limit or None)
    return {"entries": [public(each) for each in found]}


async def drop_journal(request: Request, double: Double) -> Any:
    double.state.drop_journal(journal.label(_key(request)))
    return {"ok": True}


async def show_entry(request: Request, double: Double) -> Any:
    found = double.state.entry(_place(request, "seq"))
    return (
        public(found) if found else _problem(404, "no such entry", "it fell out of the journal, or never was")
    )


async def show_picture(request: Request, double: Double) -> Any:
    found, index = double.state.entry(_place(request, "seq")), _place(request, "index")
    if found is None or index >= len(found["pictures"]):
        return _problem(404, "no such picture", "it fell out of the journal, or never was")
    # Not kept but drawn again: a picture is a pure function of its description.
    picture = found["pictures"][index]
    data = b"".join(await draw(picture, double))
    if side := min(_query(request, "side", 0), 1024):
        async with double.decoding:  # a page full of thumbnails must not hold up the calls
            small = await asyncio.to_thread(thumbnail, data, side)
        return Response(small, media_type="image/jpeg")
    return Response(data, media_type=picture.media_type)


async def verify(request: Request, double: Double) -> Any:
    body = await _body(request)
    _only(body, *journal.NAMES, "key", "fields", "count", "at_least", "at_most", "no_errors")
    fields = body.get("fields", {})
    if not isinstance(fields, dict):
        raise Wrong('fields must be an object, e.g. {"seed": 42}')
    expected = {name: body[name] for name in journal.NAMES if name in body}
    for name, each in expected.items():
        if isinstance(each, bool) or not isinstance(each, int if name == "status" else str):
            raise Wrong(f"{name} must be a {'number' if name == 'status' else 'string'}, came {each!r}")
    if nothing := [name for name, each in fields.items() if each is None]:
        raise Wrong(f"fields.{nothing[0]}: null matches nothing")
    if not isinstance(body.get("no_errors", False), bool):
        raise Wrong("no_errors must be true or false")
    _are_known(expected, double)
    try:
        pattern = journal.Pattern(expected, fields)
        entries = double.state.journal(journal.label(_key(request, body)))
        return journal.verify(entries, pattern, _count(body), bool(body.get("no_errors")))
    except ValueError as error:
        raise Wrong(str(error)) from None


def _are_known(expected: dict[str, Any], double: Double) -> None:
    # A name that is misspelt matches nothing: "count": 0 would hold for ever.
    operations = double.operations()
    outcomes = {name for each in operations.values() for name in each.outcomes}
    for name, known in (("operation", operations), ("outcome", outcomes)):
        value = _text(expected, name)
        if value is not None and value not in (*known, UNKNOWN):
            raise Wrong(f"there is no {name} {value!r}; known: {', '.join(sorted(known))}")


def _count(body: dict[str, Any]) -> journal.Count:
    exact = _whole(body, "count", None)
    if exact is not None and ("at_least" in body or "at_most" in body):
        raise Wrong("count is exact: leave out at_least and at_most")
    if exact is not None:
        return journal.Count(exact, exact)
    most = _whole(body, "at_most", None)
    least = _whole(body, "at_least", 0 if most is not None else 1)
    if most is not None and (least or 0) > most:
        raise Wrong(f"at_least {least} is more than at_most {most}")
    return journal.Count(least or 0, most)


async def show_ledger(request: Request, double: Double) -> Any:
    return _ledger(double, _needed_key(request))


def _ledger(double: Double, key: str) -> dict[str, Any]:
    return {"credits": double.state.balance(key), "held": double.state.held(key)}


async def set_ledger(request: Request, double: Double) -> Any:
    body = await _body(request)
    _only(body, "key", "credits")
    key = _needed_key(request, body)
    if "credits" not in body:
        raise Wrong('how many? send "credits": a number, or null for unlimited')
    unlimited = body["credits"] in (None, "unlimited")
    double.state.set_balance(key, None if unlimited else Decimal(str(_number(body, "credits"))))
    return _ledger(double, key)


async def show_clock(request: Request, double: Double) -> Any:
    return double.state.move_clock()


async def move_clock(request: Request, double: Double) -> Any:
    body = await _body(request)
    _only(body, "advance", "frozen")
    advance = _number(body, "advance")
    if advance < 0:
        raise Wrong("advance must not be negative: time does not run back")
    frozen = body.get("frozen")
    if not isinstance(frozen, bool | None):
        raise Wrong("frozen must be true or false")
    return double.state.move_clock(advance, frozen)


async def show_schedule(request: Request, double: Double) -> Any:
    return {"scheduled": [_shown(each) for each in double.state.scheduled()]}


def _shown(entry: Scheduled) -> dict[str, Any]:
    names = ("times", "operation", "outcome", "code", "fault")
    shown = {name: getattr(entry, name) for name in names if getattr(entry, name) is not None}
    return {**shown, "key": journal.label(entry.key)}


async def add_schedule(request: Request, double: Double) -> Any:
    body = await _body(request)
    _only(body, "key", "times", "operation", "outcome", "code", "fault")
    entry = Scheduled(
        times=min(_whole(body, "times", 1, least=1) or 1, 1_000_000),
        key=_key(request, body),
        operation=_text(body, "operation"),
        outcome=_text(body, "outcome"),
        code=_whole(body, "code", None, least=100),
        fault=_text(body, "fault"),
    )
    entry = replace(entry, able=_check(entry, double))
    if not double.state.schedule(entry):
        raise Wrong("too much is scheduled already; POST /_mock/reset clears it")
    return _json(_shown(entry), 201)


async def drop_schedule(request: Request, double: Double) -> Any:
    double.state.drop_scheduled(_key(request))
    return {"ok": True}


def _text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise Wrong(f"{name} must be a string, came {value!r}")
    return value


def _check(entry: Scheduled, double: Double) -> frozenset[str]:
    """The operations that can do what is scheduled. Raises Wrong."""
    known = double.operations()
    if entry.operation is not None and entry.operation not in known:
        raise Wrong(f"there is no operation {entry.operation!r}; known: {', '.join(known)}")
    if entry.outcome is None and entry.code is None and entry.fault is None:
        raise Wrong('what is to happen? give an "outcome", a "code" or a "fault"')
    concerned = [known[entry.operation]] if entry.operation else list(known.values())
    try:
        if entry.fault is not None:
            faults.parse(entry.fault)
        return _able(entry, concerned)
    except (BadFault, CannotForce) as error:
        raise Wrong(str(error)) from None


def _able(entry: Scheduled, concerned: list[Any]) -> frozenset[str]:
    found = set()
    for operation in concerned:
        try:
            named(operation, entry.outcome, entry.code)
            found.add(operation.id)
        except CannotForce as error:
            problem = error
    if not found:
        raise problem
    return frozenset(found)


async def reset(request: Request, double: Double) -> Any:
    body = await _body(request)
    _only(body, "key")
    key = _key(request, body)
    double.state.reset(key, journal.label(key))
    return {"ok": True}


async def to_page(request: Request, double: Double) -> Any:
    return RedirectResponse("/_mock/", 307)


async def show_page(request: Request, double: Double) -> Any:
    return page(double)


async def show_asset(request: Request, double: Double) -> Any:
    return asset(request.path_params["name"]) or _problem(404, "no such asset", request.path_params["name"])


async def to_docs(request: Request, double: Double) -> Any:
    return RedirectResponse("/_mock/docs/", 307)


async def show_docs(request: Request, double: Double) -> Any:
    path = request.path_params["path"]
    return await asyncio.to_thread(docs, double, path) or _problem(404, "no such page", path[:200])
