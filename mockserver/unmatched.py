"""Requests that no document knows: a path or a method that is not there. They are journaled too.

A wrong base URL is the commonest mistake of all, and an empty journal would not show it.
"""

from __future__ import annotations

from typing import Any

from proofsheet.mockserver.call import Call, Refusal, new_call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.gates import admit
from proofsheet.mockserver.journal_entries import entry
from proofsheet.mockserver.replies import Reply, reply
from proofsheet.spec.document import Operation, Policy

UNKNOWN = "unknown"  # what the journal calls the operation


def note(double: Double, scope: Any, made: Reply) -> None:
    """Journal a stray request and the answer it gets; its body is not read."""
    call: Call = new_call(unknown(double), scope)
    double.state.record(entry(call, made, 0.0))


async def refusal(double: Double, scope: Any) -> Reply | None:
    """The answer of a document that refuses such paths (x-unmatched), journaled; None if none does."""
    path = scope["path"]
    for document in double.documents:
        for each in document.unmatched:
            if any(path.startswith(base + each.under) for base in document.bases):
                return await _refused(double, each.operation, scope)
    return None


async def _refused(double: Double, operation: Operation, scope: Any) -> Reply | None:
    call = new_call(operation, scope)
    try:
        admit(call, double)
    except Refusal as refused:
        name = refused.outcome or operation.policy.outcome(refused.gate, refused.kind)
        made = await reply(call, double, name, refused)
        call.operation = unknown(double)
        double.state.record(entry(call, made, 0.0))
        return made
    return None


def unknown(double: Double) -> Operation:
    """What stands for an operation that no document has."""
    known = double.operations().values()
    security = dict.fromkeys(one for each in known for one in each.security)
    return Operation(
        id=UNKNOWN,
        method="",
        path="",
        summary="",
        pointer="",
        policy=Policy(UNKNOWN),
        security=tuple(security),
        parameters=(),
        bodies=(),
        rules=(),
        cost=None,
        artifact=None,
        outcomes={},
    )
