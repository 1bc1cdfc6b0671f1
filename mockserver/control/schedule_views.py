"""/_mock/schedule: outcomes and faults that are to come."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from starlette.requests import Request

from proofsheet.mockserver import faults
from proofsheet.mockserver.control.control_request import (
    Wrong,
    as_json,
    key_of,
    read_body,
)
from proofsheet.mockserver.double import Double, names_of
from proofsheet.mockserver.faults import BadFault
from proofsheet.mockserver.forcing import CannotForce, check_answer, check_task, named
from proofsheet.mockserver.state import journal
from proofsheet.mockserver.state.protocol import Scheduled
from proofsheet.spec.document import Operation


async def show_schedule(request: Request, double: Double) -> Any:
    return {"scheduled": [_shown(each) for each in double.state.scheduled()]}


def _shown(entry: Scheduled) -> dict[str, Any]:
    names = ("times", "operation", "outcome", "code", "fault", "task", "answer")
    shown = {name: getattr(entry, name) for name in names if getattr(entry, name) is not None}
    return {**shown, "key": journal.label(entry.key)}


async def add_schedule(request: Request, double: Double) -> Any:
    body = await read_body(request)
    entry = Scheduled(
        times=int(body.get("times") or 1),
        key=key_of(request, body),
        operation=body.get("operation"),
        outcome=body.get("outcome"),
        code=body.get("code") and int(body["code"]),
        fault=body.get("fault"),
        task=body.get("task"),
        answer=json.dumps(body["answer"]) if body.get("answer") is not None else None,
    )
    entry = replace(entry, able=_check(entry, double))
    if not double.state.schedule(entry):
        raise Wrong("too much is scheduled already; POST /_mock/reset clears it")
    return as_json(_shown(entry), 201)


async def drop_schedule(request: Request, double: Double) -> Any:
    double.state.drop_scheduled(key_of(request))
    return {"ok": True}


def _check(entry: Scheduled, double: Double) -> frozenset[tuple[str, str]]:
    """The operations that can do what is scheduled. Raises Wrong."""
    known = double.operations()
    concerned = [each for each in known.values() if entry.operation in (None, *names_of(each))]
    if not concerned:
        raise Wrong(f"there is no operation {entry.operation!r}; known: {', '.join(known)}")
    if entry.task is not None and entry.operation is None:
        concerned = [each for each in concerned if each.lifecycles] or concerned
    if entry.answer is not None:
        concerned = [each for each in concerned if each.completion] or concerned
    if {entry.outcome, entry.code, entry.fault, entry.task, entry.answer} == {None}:
        raise Wrong('what is to happen? give an "outcome", a "code", a "fault", a "task" or an "answer"')
    try:
        if entry.fault is not None:
            faults.parse(entry.fault)
        return _able(entry, concerned)
    except (BadFault, CannotForce) as error:
        raise Wrong(str(error)) from None


def _able(entry: Scheduled, concerned: list[Operation]) -> frozenset[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for operation in concerned:
        try:
            named(operation, entry.outcome, entry.code)
            if entry.answer is not None:
                check_answer(operation, entry.answer)
            if entry.task is not None:
                check_task(operation, entry.task)
            found.add(operation.key)
        except CannotForce as error:
            problem = error
    if not found:
        raise problem
    return frozenset(found)
