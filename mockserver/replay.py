"""Recorded traffic, served again: what was recorded gets its recorded answer, all else the document's.

Which was which stands in the journal (`forced: replay`) and on standard error, and in no header: an answer's
headers are part of the contract. With the pace `real` the pieces of an answer come when they came.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import click

from proofsheet.mockserver import faults
from proofsheet.mockserver.call import Call
from proofsheet.mockserver.documents import UNLOADABLE
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.endpoint import until_gone
from proofsheet.mockserver.journal_entries import entry
from proofsheet.mockserver.recorded_answers import Recording, piece_ends
from proofsheet.mockserver.replies import Reply, field_value, recognised
from proofsheet.mockserver.request import Disconnected, Receive, new_call, read
from proofsheet.mockserver.unmatched import unknown
from proofsheet.traffic.flow import Flow, header, media_type
from proofsheet.traffic.matching import same
from proofsheet.traffic.transcript import Entry

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # of a header (RFC 9110, 5.6.2)
# What belongs to the connection it came over, or is set anew.
_NOT_AGAIN = frozenset({"connection", "keep-alive", "transfer-encoding", "date", "content-length"})


async def answer(
    recording: Recording, double: Double, app: Any, scope: Any, receive: Receive, send: Any
) -> None:
    """Answer from the recording if it has the request, and by `app` if not."""
    started = time.perf_counter()
    body, again = await _read(double, receive)
    found = _found(recording, double, scope, body) if body is not None else None
    log_line = f"replay: {scope['method']} {scope['path'][:200]}"
    if found is None:
        click.echo(f"{log_line}: from the document", err=True)
        await app(scope, again, send)
        return
    flow = await asyncio.to_thread(found.flow)
    click.echo(f"{log_line}: recorded ({found.path.parent.name}/{found.path.name}:{found.line})", err=True)
    made = _reply(flow)
    call = await _call(double, scope, again)
    call.forced = "replay"
    if (outcome := recognised(call.operation, made).outcome) is not None:
        made = replace(made, outcome=outcome.name)
    double.state.record(entry(call, made, (time.perf_counter() - started) * 1000))
    pace = double.settings.pace
    if pace.total is None:
        made = replace(made, stream=_paced(flow, started, pace.factor))
    elif pace.total:
        await asyncio.sleep(pace.total)
    await until_gone(faults.send(None, double.rng, made, scope, send), receive)


async def _paced(flow: Flow, started: float, factor: float) -> AsyncIterator[bytes]:
    """The pieces of a recorded answer, each `factor` times as long after the request as it came."""
    for seconds, piece in piece_ends(flow):
        left = seconds * factor - (time.perf_counter() - started)
        if left > 0:
            await asyncio.sleep(left)
        yield piece


async def _read(double: Double, receive: Receive) -> tuple[bytes | None, Receive]:
    """The body (None if it is too large, too slow or broken off), and a way to read it again."""
    messages: list[Any] = []
    size, whole = 0, False
    try:
        async with asyncio.timeout(double.settings.body_timeout):
            while not whole and size <= double.settings.max_body_bytes:
                messages.append(await receive())
                if messages[-1]["type"] == "http.disconnect":
                    break
                size += len(messages[-1].get("body", b""))
                whole = not messages[-1].get("more_body", False)
    except TimeoutError:
        pass
    left = iter(messages)

    async def again() -> Any:
        message = next(left, None)
        return message if message is not None else await receive()

    return (b"".join(each.get("body", b"") for each in messages) if whole else None), again


def _found(recording: Recording, double: Double, scope: Any, body: bytes) -> Entry | None:
    """The recorded answer to a request: to the very same one, or to one that says the same."""
    asked = list(_asked(double, scope, body))
    fields = frozenset().union(*(each.credential_fields for each in double.documents.loaded()))
    for each in asked:
        if (found := recording.next(same(each, fields))) is not None:
            return found
    with contextlib.suppress(*UNLOADABLE):  # which is said when the document is to answer
        match = double.documents.find(scope["method"], scope["path"])
        if match is not None and match.served is not None:
            operation = match.served.operation
            return next(filter(None, (recording.next_of_talk(operation, each) for each in asked)), None)
    return None


def _asked(double: Double, scope: Any, body: bytes) -> Iterator[Flow]:
    """What the request may have been recorded as: its path whole, or without a document's base path."""
    path = quote(scope["path"], safe="/%:@!$&'()*+,;=~")
    query = scope.get("query_string", b"").decode("latin-1")
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    bases = {
        base
        for document in double.documents.loaded()
        for base in document.bases
        if path.startswith(base + "/")
    }
    for base in sorted(bases | {""}):
        url = f"http://recorded.invalid{path}" + (f"?{query}" if query else "")
        yield Flow(scope["method"], url, headers, body, None, base=base)


def _reply(flow: Flow) -> Reply:
    headers = [
        (name.lower().encode(), field_value(value))
        for name, value in flow.headers
        if name.lower() not in _NOT_AGAIN and _NAME.fullmatch(name)  # a file may hold what no wire carries
    ]
    body, status = flow.body or b"", flow.status or 0
    has_length = not header(flow.headers, "transfer-encoding") or not flow.arrivals
    if flow.method != "HEAD" and status not in (204, 304) and has_length:
        headers.append((b"content-length", str(len(body)).encode()))
    return Reply(status, tuple(headers), (body,), None, media_type(flow.headers))


async def _call(double: Double, scope: Any, again: Receive) -> Call:
    """The call as the journal keeps it."""
    match = double.documents.find(scope["method"], scope["path"])
    served = match.served if match else None
    call = new_call(served or unknown(double), match.parameters if match else {}, scope)
    with contextlib.suppress(Disconnected):  # it is answered all the same
        await read(call, again, double.settings.max_body_bytes, None, double.decoding)
    return call
