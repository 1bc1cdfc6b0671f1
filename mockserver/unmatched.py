"""Requests that no document knows: a path or a method that is not there, or no HTTP. They are journaled too.

A wrong base URL is the commonest mistake of all, and an empty journal would not show it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from proofsheet.mockserver import faults
from proofsheet.mockserver.compiled import Compiled
from proofsheet.mockserver.documents import Served
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.gates import admit
from proofsheet.mockserver.journal_entries import entry
from proofsheet.mockserver.refusal import Complaint, Refusal
from proofsheet.mockserver.replies import Reply, problem, reply, unavailable
from proofsheet.mockserver.request import new_call
from proofsheet.mockserver.state.protocol import StateUnavailable
from proofsheet.mockserver.wording import complaints
from proofsheet.spec.document import Operation, Unmatched
from proofsheet.spec.load import Library
from proofsheet.spec.policy import Policy
from proofsheet.spec.security import reader

_WRONG_METHOD = 405
UNKNOWN = "unknown"  # what the journal calls the operation
_TRY_AGAIN_LATER = 1013  # as registered with IANA
_POLICY_VIOLATION = 1008  # why a WebSocket is closed (RFC 6455, 7.4.1)


async def no_path(double: Double, scope: Any, send: faults.Send) -> None:
    """A path that no document has: answered as one does that has an answer (x-unmatched), or not found."""
    path = scope["path"][:200]
    known = [
        base + each.path
        for document in double.documents.loaded()
        for base in document.bases
        for each in document.operations.values()
    ]
    near = difflib.get_close_matches(path, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "GET /_mock/operations lists what there is"
    others = {*Library().families(), *Library().vendors()} - {*double.documents.names}
    if (name := path.lstrip("/").partition("/")[0]) in others:
        hint = f"{name} is not served here; `proofsheet serve {name}` serves it"
    detail = f"{scope['method']} {path} is in no document; {hint}"
    if made := await _documented(double, scope, 404):
        made = replace(made, headers=(*made.headers, (b"proofsheet-hint", hint.encode())))
        await faults.send(None, double.rng, made, scope, send)
    else:
        await _send(double, problem(404, "no such path", detail), scope, send)


async def wrong_method(double: Double, methods: tuple[str, ...], scope: Any, send: faults.Send) -> None:
    """A path that has other methods: answered as its document does, or in our words."""
    allowed = ", ".join([*methods, *(["HEAD"] if "GET" in methods else [])])
    header = (b"allow", allowed.encode())
    if made := await _documented(double, scope, _WRONG_METHOD):
        await faults.send(None, double.rng, replace(made, headers=(*made.headers, header)), scope, send)
        return
    detail = f"{scope['method']} {scope['path']} is not in the document; allowed: {allowed}"
    made = problem(405, "method not allowed", detail)
    await _send(double, replace(made, headers=(*made.headers, header)), scope, send)


async def _documented(double: Double, scope: Any, status: int) -> Reply | None:
    """The answer of the first document that has one for such paths, journaled; None if none does."""
    for document in double.documents.loaded():
        for each in document.unmatched:
            bases = (*document.bases, f"/{document.name}")
            if any(scope["path"].startswith(base + each.under) for base in bases):
                return await _answered(double, each, scope, status)
    return None


async def _answered(double: Double, found: Unmatched, scope: Any, status: int) -> Reply | None:
    if status == _WRONG_METHOD and status not in found.answers:
        return None  # what refuses a path that is not there, has no say about one that is
    call, name = new_call(_served(found.operation), {}, scope), found.answers.get(status)
    said: list[Complaint] = []
    try:
        admit(call, double)
    except Refusal as refused:
        name = refused.outcome_of(found.operation.policy)
        said = complaints(found.operation.policy, call.key, refused)
    if name is None:
        return None
    made = await reply(call, double, name, (), said)
    call.served = unknown(double)
    double.state.record(entry(call, made, 0.0))
    return made


async def unreadable(double: Double, why: Exception, scope: Any, send: faults.Send) -> None:
    """A document that turns out to be broken when it is first needed."""
    await _send(double, problem(500, "a document cannot be read", str(why)), scope, send)


async def refuse(scope: Any, receive: Any, send: faults.Send) -> None:
    """What is no HTTP request: a WebSocket is refused before it is accepted, all else is passed over."""
    if scope["type"] != "websocket":
        return
    await receive()  # websocket.connect
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        return
    made = problem(403, "no WebSocket", f"{scope['path'][:200]} is served over HTTP only")
    start = {"type": "websocket.http.response.start", "status": made.status, "headers": made.headers}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": made.body})


@dataclass(frozen=True)
class NoControlPath:
    """The answer to a path under /_mock that does not exist; it is not journaled."""

    get: Callable[[], Double]

    async def __call__(self, scope: Any, receive: Any, send: faults.Send) -> None:
        made = problem(404, "no such path", f"{scope['method']} {scope['path'][:200]} is no part of /_mock/")
        await faults.send(None, self.get().rng, made, scope, send)


async def say_unavailable(double: Double, away: StateUnavailable, scope: Any, send: faults.Send) -> None:
    """The answer where what the double remembers cannot be had, and nothing nearer has said so."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER})
    else:
        await faults.send(None, double.rng, unavailable(away), scope, send)


async def _send(double: Double, made: Reply, scope: Any, send: faults.Send) -> None:
    """Journal a request whose body is not read, and answer it."""
    double.state.record(entry(new_call(unknown(double), {}, scope), made, 0.0))
    await faults.send(None, double.rng, made, scope, send)


def unknown(double: Double) -> Served:
    """What stands for an operation that no document has; it takes a key wherever one of theirs may stand."""
    operation = Operation(
        document="",
        family="",
        account="",
        id=UNKNOWN,
        method="",
        path="",
        summary="",
        pointer="",
        policy=Policy(UNKNOWN),
        security=double.documents.security,
        parameters=(),
        bodies=(),
        rules=(),
        cost=None,
        artifact=None,
        outcomes={},
    )
    return _served(operation)


def _served(operation: Operation) -> Served:
    """What has no schema, no rule and no media type."""
    return Served(operation, Compiled({}, (), (), lambda header: (), reader(operation.security), ()))
