"""Requests that no document knows: a path or a method that is not there. They are journaled too.

A wrong base URL is the commonest mistake of all, and an empty journal would not show it.
"""

from __future__ import annotations

from typing import Any

from proofsheet.mockserver.call import Call, new_call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.journal_entries import entry
from proofsheet.mockserver.replies import Reply
from proofsheet.spec.document import Operation, Policy

UNKNOWN = "unknown"  # what the journal calls the operation


def note(double: Double, scope: Any, made: Reply) -> None:
    """Journal a stray request and the answer it gets; its body is not read."""
    call: Call = new_call(unknown(double), scope)
    double.state.record(entry(call, made, 0.0))


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
