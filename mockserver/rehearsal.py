"""What a call asks a State that is far away, asked in one round trip.

The gates are gone through on a copy of the call as if the State had nothing against it, which notes
meanwhile what it is asked; then it is asked all of that at once. If its answers are as they mostly are, the
call is where its copy is; else it goes the same way again, and hears those answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.follow_ups import find_task
from proofsheet.mockserver.forcing import Forced, forced
from proofsheet.mockserver.gates import admit
from proofsheet.mockserver.limits import Limits
from proofsheet.mockserver.preparation import prepare
from proofsheet.mockserver.refusal import Refusal
from proofsheet.mockserver.state.protocol import Unforeseen
from proofsheet.mockserver.task_forcing import task_pace
from proofsheet.spec.document import Representation
from proofsheet.spec.tasks import Starts, Views


@dataclass(frozen=True)
class Rehearsed:
    """How far a call has come: what is wanted of it, and the gate that has refused it."""

    wanted: Forced
    refusal: Refusal | None = None


async def rehearse(call: Call, double: Double) -> Rehearsed | None:
    """Lead a call to behind its gates; None where it has still to go there, or its State is near.

    Raises CannotForce, StateUnavailable.
    """
    state: Any = double.state
    if not state.rehearses:
        return None
    await prepare(call)
    copy = _copy(call)
    found: Rehearsed | None = None
    with state.rehearsal() as rehearsal, suppress(Unforeseen):
        found = _gone_through(copy, double)
    if not state.ask_rehearsed(rehearsal) or found is None:
        return None
    vars(call).update(vars(copy))
    return found


async def admitted(call: Call, double: Double, rehearsed: Rehearsed | None) -> None:
    """Lead a call through its gates, if it has not been there. Raises Refusal."""
    if rehearsed is None:
        await prepare(call)
        admit(call, double)
    elif rehearsed.refusal is not None:
        raise rehearsed.refusal


def _copy(call: Call) -> Call:
    made = object.__new__(Call)
    vars(made).update(vars(call), id=call.id)  # under which credits are held for either
    return made


def _gone_through(call: Call, double: Double) -> Rehearsed:
    wanted = forced(call, double)
    if wanted.outcome:
        return Rehearsed(wanted)
    try:
        admit(call, double)
    except Refusal as refusal:
        return Rehearsed(wanted, refusal)
    for question in _later(call, double):  # which no gate depends on
        with suppress(Unforeseen):
            question()
    return Rehearsed(wanted)


def _later(call: Call, double: Double) -> Iterator[Callable[[], Any]]:
    """What is asked after the gates: of the task that is started or looked at, of what the answer shows."""
    role, success = call.operation.task, call.operation.success
    if isinstance(role, Starts):
        yield partial(task_pace, double, call.key)
        if role.queued is not None:
            yield partial(double.state.unfinished_tasks, call.account, call.operation.document)
    elif isinstance(role, Views):
        yield partial(find_task, call, double, role.id, role.any_key)
    shown = _shown(success.representation(call.representation))
    if any(each.startswith("$ledger") for each in shown):
        yield partial(double.state.balance, call.account)
    for unit in ("requests", "tokens"):
        if any(each.startswith(f"$limit.{unit}") for each in shown):
            yield partial(Limits(call, double).allowance, unit)


def _shown(form: Representation) -> list[str]:
    """The expressions that an answer shows by themselves."""
    headers = [each.text for _, each in form.headers if not isinstance(each, str)]
    return [each.text for _, each in form.binds] + headers
