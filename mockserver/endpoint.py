"""A request's life: read, forced?, gates, behave, reply, journal. One endpoint for each path."""

from __future__ import annotations

import asyncio
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from proofsheet.mockserver import faults
from proofsheet.mockserver.call import Call, Refusal, new_call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.faults import Fault
from proofsheet.mockserver.forcing import CannotForce, Forced, forced
from proofsheet.mockserver.gates import admit
from proofsheet.mockserver.journal_entries import entry
from proofsheet.mockserver.replies import Reply, breach, problem, reply
from proofsheet.mockserver.request import Disconnected, Receive, TooSlow, read
from proofsheet.mockserver.request_values import choose_representation, prompts
from proofsheet.mockserver.unmatched import note
from proofsheet.spec.document import Operation
from proofsheet.spec.schemas import Schema

LINGER_SECONDS = 5.0
LINGER_BYTES = 64 * 1024 * 1024


class Endpoint:
    """The ASGI application of one path: its operations by method."""

    def __init__(self, double: Double, operations: Mapping[str, Operation]) -> None:
        self._double = double
        self._operations = {**operations, **({"HEAD": operations["GET"]} if "GET" in operations else {})}
        self._schemas: dict[int, Schema] = {}

    async def __call__(self, scope: Any, receive: Receive, send: faults.Send) -> None:
        operation = self._operations.get(scope["method"])
        if operation is None:
            await stray(self._double, self._wrong_method(scope), scope, send)
            return
        call = new_call(operation, scope)
        started = time.perf_counter()
        try:
            made, fault = await self._answer(call, receive, bool(scope.get("proofsheet.whole")))
        except Disconnected:
            return
        self._double.state.record(entry(call, made, (time.perf_counter() - started) * 1000))
        if call.oversized:
            await _linger(call, made, receive, send)
        else:
            await faults.send(fault, self._double.rng, made, scope, send)

    def _wrong_method(self, scope: Any) -> Reply:
        allowed = ", ".join(self._operations)
        detail = f"{scope['method']} {scope['path']} is not in the document; allowed: {allowed}"
        made = problem(405, "method not allowed", detail)
        return Reply(
            made.status, (*made.headers, (b"allow", allowed.encode())), made.pieces, None, made.media_type
        )

    async def _answer(self, call: Call, receive: Receive, whole: bool) -> tuple[Reply, Fault | None]:
        wish = Forced()
        try:
            limit = call.operation.policy.max_body_bytes or self._double.settings.max_body_bytes
            timeout = None if whole else self._double.settings.body_timeout
            await read(call, receive, limit, timeout, self._double.decoding)
            call.representation = choose_representation(call, self._double)
            wish = forced(call, self._double)
            call.forced = wish.by or None
            call.fault = wish.fault.text if wish.fault else None
            made = await answer(call, self._double, wish)
            self._check(call, made)
        except Disconnected:
            raise
        except TooSlow:
            made = problem(408, "request timeout", "the body did not arrive in time")
            made = replace(made, headers=(*made.headers, (b"connection", b"close")))
        except CannotForce as wrong:
            made = problem(400, "cannot force this", str(wrong))
        except Exception as bug:
            traceback.print_exc(file=sys.stderr)
            made = problem(500, "mock bug", f"{type(bug).__name__}: please report this with the request")
        return made, wish.fault

    def _check(self, call: Call, made: Reply) -> None:
        if not self._double.settings.check_replies or made.outcome is None:
            return
        if flaw := breach(call.operation, made, self._schemas):
            raise AssertionError(f"the reply breaks the document: {flaw}")


async def stray(double: Double, made: Reply, scope: Any, send: faults.Send) -> None:
    """Answer a request that no document knows, and journal it."""
    note(double, scope, made)
    await faults.send(None, double.rng, made, scope, send)


async def answer(call: Call, double: Double, wish: Forced) -> Reply:
    """The answer to a call that has been read. Credits are settled whatever happens."""
    try:
        if wish.outcome:
            return await reply(call, double, wish.outcome)
        admit(call, double)
        outcome = behave(call, double)
        made = await reply(call, double, outcome)
        await _take_time(call, double)
        if call.operation.cost and made.outcome in call.operation.cost.charged:
            call.paid = call.cost
        return made
    except Refusal as refusal:
        name = refusal.outcome or call.operation.policy.outcome(refusal.gate, refusal.kind)
        return await reply(call, double, name, refusal)
    finally:
        if call.reserved:
            double.state.settle(call.key or "", call.cost, bool(call.paid))


def behave(call: Call, double: Double) -> str:
    """The outcome of an admitted call: its success, unless its prompt triggers something else."""
    for trigger in double.triggers.for_prompts(prompts(call)):
        call.delay = max(call.delay, trigger.delay)
        for name in trigger.outcomes:
            if name in call.operation.outcomes:
                return name
    return call.operation.success.name


async def _take_time(call: Call, double: Double) -> None:
    pace = double.settings.pace
    if pace == "real":
        latency = call.operation.policy.latency if call.operation.artifact else None
        call.delay = max(call.delay, double.rng.uniform(*latency) if latency else 0.0)
    elif isinstance(pace, float):
        call.delay = max(call.delay, pace)
    if call.delay:
        await asyncio.sleep(call.delay)


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
    seen = 0
    while seen < LINGER_BYTES:
        message = await receive()
        seen += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return
