"""Outcomes chosen from outside: the Prefer header and what the control surface has scheduled."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.mockserver import faults
from proofsheet.mockserver.answer_rules import Facts, chosen
from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.faults import BadFault, Fault
from proofsheet.mockserver.scripts import Script, parse_script
from proofsheet.mockserver.stream_pace import BadStreamPace, StreamPace, parse_stream_pace
from proofsheet.mockserver.tasks.task_faults import BadTaskForcing, parse_task_forcing
from proofsheet.mockserver.tool_choice import declared_names
from proofsheet.spec import pointers
from proofsheet.spec.completion import Completion
from proofsheet.spec.document import Operation
from proofsheet.spec.turns import Turn

_MOST_FAMILIES = 1000  # of rules whose calls are counted, of one key
_YEAR = 366 * 86400.0
FAULT_HEADER = "proofsheet-fault"
TASK_HEADER = "proofsheet-task"
STREAM_HEADER = "proofsheet-stream"
ANSWER_HEADER = "proofsheet-answer"
_PREFERENCE = re.compile(r'([\w-]+)\s*=\s*("[^"]*"|[^,;]*)')


@dataclass(frozen=True)
class Forced:
    """What is to happen to a call no matter what it says: an outcome, a fault."""

    outcome: str | None = None
    fault: Fault | None = None


@dataclass(eq=False)
class CannotForce(Exception):
    """An outcome that the operation does not have, and those that it has."""

    detail: str

    def __str__(self) -> str:
        return self.detail


def forced(call: Call, double: Double) -> Forced:
    """The outcome and fault that are wanted for this call, noted on it. Raises CannotForce."""
    preferences = _preferences(call)
    outcome = _preferred(call, preferences)
    call.task_forcing = _of_task(call, call.headers.get(TASK_HEADER) or preferences.get("task"))
    by = "prefer" if outcome or "task" in preferences else "header" if call.task_forcing else ""
    fault = _fault_header(call)
    call.stream_pace = _stream_pace(call, double, preferences)
    # A call that names an outcome or an answer itself leaves the schedule to the calls after it.
    is_named = bool(outcome) or ANSWER_HEADER in call.headers
    scheduled = None if is_named else double.state.take(call.key, call.operation.key)
    if scheduled is not None:
        by = "schedule"
        outcome = named(call.operation, scheduled.outcome, scheduled.code)
        fault = fault or (faults.parse(scheduled.fault) if scheduled.fault else None)
        call.task_forcing = ", ".join(filter(None, (scheduled.task, call.task_forcing)))
    outcome = outcome or _script(call, double, scheduled.answer if scheduled else None)
    if call.script is not None:
        by = by or ("header" if ANSWER_HEADER in call.headers else "answer")
    if fault is not None and double.rng.random() >= fault.share:
        fault = None
    fault = fault or _by_chance(double)
    call.forced = by or None
    if outcome and outcome not in call.operation.outcomes:
        call.end, outcome = outcome, None  # a state of the task that it starts
    call.fault = fault.text if fault else None
    return Forced(outcome, fault)


def _preferences(call: Call) -> dict[str, str]:
    """What a Prefer header holds, by name."""
    if "prefer" not in call.headers:
        return {}
    found = _PREFERENCE.findall(call.headers["prefer"])
    return {name.lower(): value.strip('" ') for name, value in found}


def _preferred(call: Call, preferences: Mapping[str, str]) -> str | None:
    """The outcome a Prefer header names: `example=<outcome>` or `code=<status>`."""
    code = preferences.get("code", "")
    if code and not (code.isdecimal() and len(code) == 3):
        raise CannotForce(f"Prefer: code={code[:20]} is no status, e.g. code=429")
    return named(call.operation, preferences.get("example") or None, int(code) if code else None)


def _of_task(call: Call, text: str | None) -> str:
    if text:
        check_task(call.operation, text)
    return text or ""


def check_task(operation: Operation, text: str) -> None:
    """Raise CannotForce unless the text can be said of a task that the operation starts."""
    try:
        wanted = parse_task_forcing(text)
    except BadTaskForcing as error:
        raise CannotForce(f"{TASK_HEADER}: {error}") from None
    if not operation.lifecycles:
        raise CannotForce(f"{operation.id} starts no task of which {text[:60]!r} could be said")
    for each in operation.lifecycles.values():
        try:
            wanted.goal(each, each.start)
        except BadTaskForcing as error:
            problem = error
        else:
            return
    raise CannotForce(f"{TASK_HEADER}: {problem}")


def named(operation: Operation, outcome: str | None, code: int | None) -> str | None:
    """The outcome of that name and status, if the operation has it; or a state of the tasks that it starts.

    Such a task ends in it, or stays in one that is not final. Raises CannotForce.
    """
    if outcome is None and code is None:
        return None
    for each in operation.outcomes.values():
        if outcome in (None, each.name) and code in (None, each.status):
            return each.name
    states = dict.fromkeys(name for each in operation.lifecycles.values() for name in each.states)
    if outcome in states and code is None:
        return outcome
    known = ", ".join(f"{each.name} ({each.status})" for each in operation.outcomes.values())
    tasks = f"; its tasks have the states {', '.join(states)}" if states else ""
    wanted_end = outcome or f"status {code}"
    raise CannotForce(f"{operation.id} has no outcome {wanted_end}; it declares: {known}{tasks}")


def _fault_header(call: Call) -> Fault | None:
    text = call.headers.get(FAULT_HEADER)
    if not text:
        return None
    try:
        return faults.parse(text)
    except BadFault as problem:
        raise CannotForce(f"{FAULT_HEADER}: {problem}") from None


def _script(call: Call, double: Double, scheduled: str | None) -> str | None:
    """Note what was written down for a call: by its header, by the schedule, or by what it says.

    Returns the outcome that it names instead.
    """
    text = call.headers.get(ANSWER_HEADER) or scheduled
    if text is not None:
        call.script = check_answer(call.operation, text)
    elif double.settings.answers and (call.operation.completion or call.operation.embedding):
        call.script = _written_down(call, double)
    if call.script is None:
        return None
    call.stream_pace = parse_stream_pace(call.script.stream, call.stream_pace)
    return named(call.operation, call.script.outcome, call.script.code)


def _written_down(call: Call, double: Double) -> Script | None:
    """The script of the first rule that a call fits, which is counted for those that want the n-th."""
    completion = call.operation.completion
    role = call.operation.resource
    asked = Facts(
        turns=_turns(call),
        model=call.evaluate(role.id) if role and role.id else None,
        tools=declared_names(completion.tools, call.fields) if completion else (),
        format=_format(completion, call.fields) if completion else None,
        is_vector=completion is None,
    )
    name = ("answers", call.key or "")
    while True:  # once, unless another worker counts a call of this key at the same time
        counts = double.state.recall(name)
        before = counts or {}
        found = chosen(double.settings.answers, asked, before)
        if found is None:
            return None
        counted = {**before, found.family: before.get(found.family, 0) + 1}
        kept = dict(list(counted.items())[-_MOST_FAMILIES:])
        if double.state.exchange(name, counts, kept, _YEAR):
            return found.script


def _turns(call: Call) -> tuple[Turn, ...]:
    """The conversation; of what becomes vectors, each text as if a user said it."""
    completion, embedding = call.operation.completion, call.operation.embedding
    if completion is not None:
        return call.turns
    return tuple(Turn("user", each) for each in embedding.inputs(call.fields)) if embedding else ()


def _format(completion: Completion, fields: Any) -> Any:
    """The form that a request wants of its answer, where the API names it."""
    return next(pointers.find(fields, completion.json[0]), None) if completion.json else None


def check_answer(operation: Operation, text: str) -> Script:
    """The script that a text in JSON is. Raises CannotForce unless the operation can answer so."""
    try:
        node = json.loads(text)
        json.dumps(node, ensure_ascii=False, allow_nan=False).encode()  # no lone surrogate and no NaN
        script = parse_script(node)
    except (ValueError, RecursionError) as problem:
        raise CannotForce(f"{ANSWER_HEADER}: {problem}") from None
    if operation.completion is None and operation.embedding is None:
        raise CannotForce(f"{operation.id} writes nothing in reply")
    named(operation, script.outcome, script.code)
    return script


def _stream_pace(call: Call, double: Double, preferences: Mapping[str, str]) -> StreamPace:
    try:
        text = call.headers.get(STREAM_HEADER) or preferences.get("stream", "")
        return parse_stream_pace(text, double.settings.stream_pace)
    except BadStreamPace as problem:
        raise CannotForce(f"{STREAM_HEADER}: {problem}") from None


def _by_chance(double: Double) -> Fault | None:
    return next((each for each in double.settings.faults if double.rng.random() < each.share), None)
