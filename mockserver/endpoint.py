"""A request's life: read, forced?, gates, behaviour, drawing and reply, journal, wire."""

from __future__ import annotations

import asyncio
import sys
import time
import traceback
from collections.abc import Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from proofsheet.mockserver import callbacks, faults, kept_answers
from proofsheet.mockserver.artifacts import artifacts
from proofsheet.mockserver.behaviour import behave
from proofsheet.mockserver.call import Call
from proofsheet.mockserver.documents import Match, Served
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.faults import Fault
from proofsheet.mockserver.forcing import CannotForce, Forced, forced
from proofsheet.mockserver.journal_entries import entry
from proofsheet.mockserver.linked_pictures import link_pictures
from proofsheet.mockserver.refusal import Complaint, Refusal
from proofsheet.mockserver.rehearsal import Rehearsed, admitted, rehearse
from proofsheet.mockserver.replies import Reply, breach, problem, reply, unavailable
from proofsheet.mockserver.request import Disconnected, Receive, TooSlow, new_call, read
from proofsheet.mockserver.scripts import Script
from proofsheet.mockserver.state.protocol import StateUnavailable
from proofsheet.mockserver.task_roles import act
from proofsheet.mockserver.texts import texts
from proofsheet.mockserver.wording import complaints
from proofsheet.spec.document import Outcome

SILENT_SECONDS = 5.0  # after which nothing more is waited for from a client that has its answer
LARGE_ENTRY = 256 * 1024  # bytes of a request and its answer that are noted by a thread
LINGER_SECONDS = 60.0  # for which such a client may go on to send
LINGER_BYTES = 64 * 1024 * 1024


async def serve(
    double: Double, served: Served, match: Match, scope: Any, receive: Receive, send: faults.Send
) -> None:
    """The whole life of one request."""
    call = new_call(served, match.parameters, scope, double.settings.public_url)
    started = time.perf_counter()
    try:
        made, fault = await _answered(call, double, receive, bool(scope.get("proofsheet.whole")))
        if made.stream is None:
            took = (time.perf_counter() - started) * 1000
            is_large = call.body_bytes + made.size > LARGE_ENTRY
            noted = await asyncio.to_thread(entry, call, made, took) if is_large else entry(call, made, took)
            double.state.record(noted)
    except Disconnected:
        return
    except StateUnavailable as away:
        if call.operation.cost:
            double.state.owe("void", call.account, call.id)
        made, fault = unavailable(away), None
    _note_outcome(call, made)
    if call.oversized:
        await _linger(call, made, receive, send)
    elif made.stream is not None:
        call.at_end = partial(_end_stream, call, double, made, started)
        try:
            await until_gone(faults.send(fault, double.rng, made, scope, send), receive)
        finally:
            call.ended()
    else:
        await faults.send(fault, double.rng, made, scope, send)
    callbacks.follow(double, call)  # after the answer, so that nobody hears of an id that he does not have


def _end_stream(call: Call, double: Double, made: Reply, started: float) -> None:
    """Settle and note a call whose stream has ended: what was sent of it is charged."""
    if call.paid:
        call.paid = min(call.cost_of(call.sent_tokens), call.cost)
    payment = (call.account, call.cost, bool(call.paid), call.paid, call.id)
    try:
        if call.reserved:
            double.state.settle(*payment)
        double.state.record(entry(call, made, (time.perf_counter() - started) * 1000))
    except StateUnavailable:  # it is paid for all the same, once it can be
        if call.reserved:
            double.state.owe("settle", *payment)


async def until_gone(sending: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Send, but no longer than the client is there: a stream that nobody reads ends at once."""
    work, gone = asyncio.ensure_future(sending), asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
    finally:
        gone.cancel()
        work.cancel()
        await asyncio.gather(work, gone, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def _answered(call: Call, double: Double, receive: Receive, whole: bool) -> tuple[Reply, Fault | None]:
    """The answer, whatever goes wrong on the way, and the fault that is to hurt it. Raises Disconnected."""
    wanted = Forced()
    try:
        limit = call.operation.policy.max_body_bytes or double.settings.max_body_bytes
        timeout = None if whole else double.settings.body_timeout
        await read(call, receive, limit, timeout, double.decoding)
        _mark(call, "reading")
        kept_answers.recall(call, double)
        rehearsed = await rehearse(call, double)
        wanted = rehearsed.wanted if rehearsed else forced(call, double)
        made = _too_large(call, limit) or await answer(call, double, wanted, rehearsed)
        if double.settings.check_replies and (flaw := breach(call.operation, made)):
            raise AssertionError(f"the reply breaks the document: {flaw}")
    except (Disconnected, StateUnavailable):
        raise
    except TooSlow:
        made = problem(408, "request timeout", "the body did not arrive in time")
        made = replace(made, headers=(*made.headers, (b"connection", b"close")))
    except CannotForce as wrong:
        made = problem(400, "cannot force this", str(wrong))
    except Exception as bug:
        traceback.print_exc(file=sys.stderr)
        made = problem(500, "mock bug", f"{type(bug).__name__}: please report this with the request")
    return made, wanted.fault


def _too_large(call: Call, limit: int) -> Reply | None:
    """The refusal of a body over the limit where the document has none."""
    if not call.oversized or "body-size" in call.operation.policy.precedence:
        return None
    detail = f"expected at most {limit} bytes; {call.operation.document} says nothing of larger bodies"
    return problem(413, "body too large", detail)


async def answer(call: Call, double: Double, wanted: Forced, rehearsed: Rehearsed | None = None) -> Reply:
    """The answer to a call that has been read. Credits are settled whatever happens, or at a stream's end."""
    is_stream = False
    try:
        outcome, refusal = await _outcome(call, double, wanted.outcome, rehearsed)
        _mark(call, "gates")
        if refusal is None and outcome is call.operation.success:
            link_pictures(call, double)
            kept_answers.move(call, double)
        shown = outcome.representation(call.representation)
        found = await artifacts(call, double, shown)
        if shown.binds_text and not call.task:
            call.texts = await texts(call, double, call.pictures)
        _mark(call, "drawing")
        if refusal is not None:
            said = complaints(call.operation.policy, call.key, refusal)
            return await reply(call, double, outcome.name, found, said)
        if call.operation.dialogue is not None:
            return _no_dialogue(call.path)
        made = await reply(call, double, outcome.name, found, _said(call.script))
        _mark(call, "writing")
        if call.delay:
            await asyncio.sleep(call.delay)
        if call.reserved and call.operation.cost and made.outcome in call.operation.cost.charged:
            call.paid = call.cost
        is_stream = made.stream is not None
        return made
    finally:
        if call.reserved and not is_stream:
            double.state.settle(call.account, call.cost, bool(call.paid), hold=call.id)


def _note_outcome(call: Call, made: Reply) -> None:
    if call.observed is not None:
        call.observed.outcome = made.outcome


def _mark(call: Call, phase: str) -> None:
    """A phase of the call has ended, if anybody wants to know."""
    if call.observed is not None:
        call.observed.mark(phase)


def _no_dialogue(path: str) -> Reply:
    """The answer to plain HTTP where a dialogue is to be opened (RFC 9110, 15.5.22)."""
    made = problem(426, "upgrade required", f"{path[:200]} is a WebSocket: open it as ws://…")
    return replace(made, headers=(*made.headers, (b"upgrade", b"websocket"), (b"connection", b"upgrade")))


def _said(script: Script | None) -> list[Complaint]:
    """The words of an error that were written down, instead of the document's."""
    words = script.says if script is not None else None
    return [Complaint(words, "", ())] if words else []


async def _outcome(
    call: Call, double: Double, forced: str | None, rehearsed: Rehearsed | None
) -> tuple[Outcome, Refusal | None]:
    """How a call ends: as was forced, by its gates, its behaviour and what it does to tasks, or refused."""
    outcomes = call.operation.outcomes
    try:
        if not forced:
            await admitted(call, double, rehearsed)
        outcome = forced or behave(call, double)
        return outcomes[await act(call, double, outcome, bool(forced))], None
    except Refusal as refusal:
        return outcomes[refusal.outcome_of(call.operation.policy)], refusal


async def _linger(call: Call, made: Reply, receive: Receive, send: faults.Send) -> None:
    """Answer at once, then read on and forget: a client that still sends must not meet a closed door.

    Closing with unread data makes the kernel reset the connection, and the client would lose the answer.
    """
    headers = (*made.headers, (b"connection", b"close"))
    await send({"type": "http.response.start", "status": made.status, "headers": headers})
    await send({"type": "http.response.body", "body": made.body, "more_body": True})
    if "expect" not in call.headers:
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                await _drain(receive)
        except TimeoutError:
            pass
    await send({"type": "http.response.body", "body": b""})


async def _drain(receive: Receive) -> None:
    drained = 0
    while drained < LINGER_BYTES:
        async with asyncio.timeout(SILENT_SECONDS):
            message = await receive()
        drained += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return
