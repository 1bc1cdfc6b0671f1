"""What an operation does to tasks: start one, view one, list many, move one. Each leads to an outcome."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from proofsheet.mockserver.call import Call, Refusal, as_submitted, conclude_representation
from proofsheet.mockserver.documents import Served
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.medium import MEDIA
from proofsheet.mockserver.sources import request_value
from proofsheet.mockserver.state.tasks import Task
from proofsheet.mockserver.task_sources import TaskView
from proofsheet.mockserver.tasks.course import position, route
from proofsheet.mockserver.tasks.ids import IDS
from proofsheet.spec.expressions import Expression
from proofsheet.spec.tasks import Lifecycle, Lists, Moves, Parent, Starts, Views


def act(call: Call, double: Double, outcome: str) -> str:
    """Do to tasks what the operation of a call does that was to end in `outcome`; returns how it ends.

    Raises Refusal.
    """
    role = call.operation.task
    if role is None or outcome != call.operation.success.name:
        return outcome
    return _ROLES[type(role)](call, double, role)


def _start(call: Call, double: Double, role: Starts) -> str:
    parent = _parent(call, double, role.parent) if role.parent else None
    call.task = _view(call, double, _new(call, double, role, parent))
    if not double.state.add_task(call.task.task):
        raise Refusal("crash")
    call.reserved = False  # the task holds it from now on
    return call.operation.success.name


def _new(call: Call, double: Double, role: Starts, parent: Task | None) -> Task:
    lifecycle, now = role.lifecycle, double.state.now()
    end = call.end or lifecycle.ordinary_end
    pace = double.settings.task_pace
    steps = route(lifecycle, lifecycle.start, end, pace, double.rng)
    operation = call.operation
    made = MEDIA[operation.artifact.kind].describe(call, double, False) if operation.artifact else ()
    return Task(
        id=IDS[role.id_form](now),
        holder=call.account,
        operation=operation.key,
        lifecycle=lifecycle.name,
        moves=((now, lifecycle.start),),
        route=steps,
        ends=lifecycle.states[steps[-1][1]].is_final,
        request=_sent(call),
        origin=call.base,
        kind=role.kind,
        by_looks=pace.by_looks,
        cost=call.cost,
        charged=operation.cost is not None and end in operation.cost.charged,
        seed=call.seed,
        artifacts=tuple(made),
        parent=parent.id if parent else None,
    )


def _sent(call: Call) -> str:
    return json.dumps(
        {"fields": call.fields, "path": dict(call.path_params), "query": call.query}, ensure_ascii=False
    )


def _parent(call: Call, double: Double, wanted: Parent) -> Task:
    task = _find(call, double, wanted.id)
    if task is None:
        raise Refusal("task", outcome=wanted.missing)
    if _view(call, double, task).position.state not in wanted.states:
        raise Refusal("task", outcome=wanted.refused)
    return task


def _find(
    call: Call, double: Double, id: Expression, any_key: bool = False, look: bool = False
) -> Task | None:
    value = request_value(call, id)
    task = double.state.task(call.operation.family, value, look) if isinstance(value, str) else None
    return task if task is not None and (any_key or task.holder == call.account) else None


def _view(call: Call, double: Double, task: Task) -> TaskView:
    served = double.documents.operation(task.operation)
    return TaskView(task, position(task, _lifecycle(served), double.state.now()), as_submitted(served, task))


def _lifecycle(served: Served) -> Lifecycle:
    """That of the tasks which an operation started."""
    assert served.operation.lifecycle is not None
    return served.operation.lifecycle


def _show(call: Call, double: Double, role: Views) -> str:
    task = _find(call, double, role.id, role.any_key, look=True)
    if task is None or task.lifecycle not in call.operation.views:
        raise Refusal("task", outcome=role.missing)
    call.task = view = _view(call, double, task)
    conclude_representation(call, view.call.artifact_media)
    return view.position.state


def note_task(call: Call, double: Double) -> None:
    """Note the task that a call views, so that a forced outcome still shows it."""
    role = call.operation.task
    if isinstance(role, Views) and (task := _find(call, double, role.id, role.any_key)) is not None:
        call.task = _view(call, double, task)


def _list(call: Call, double: Double, role: Lists) -> str:
    views = [_view(call, double, each) for each in _listed(call, double, role)]
    call.tasks = [each for each in views if role.states is None or each.position.state in role.states]
    return call.operation.success.name


def _listed(call: Call, double: Double, role: Lists) -> Iterable[Task]:
    view = double.documents.operation((call.operation.document, role.view)).operation
    if role.ids is None:
        found = double.state.tasks(call.account)
        ordered = found if role.order == "oldest" else found[::-1]
        return [each for each in ordered if each.lifecycle in view.views][: role.most]
    ids = request_value(call, role.ids)
    wanted = [each for each in ids if isinstance(each, str)] if isinstance(ids, list) else []
    known = (double.state.task(call.operation.family, each, True) for each in wanted)
    return [each for each in known if each is not None and each.holder == call.account][: role.most]


def _move(call: Call, double: Double, role: Moves) -> str:
    while True:
        task = _find(call, double, role.id)
        if task is None:
            raise Refusal("task", outcome=role.missing)
        served = double.documents.operation(task.operation)
        lifecycle = _lifecycle(served)
        state = lifecycle.states[position(task, lifecycle, double.state.now()).state]
        if role.to not in state.to:
            raise Refusal("task", outcome=role.refused)
        moved = _moved(call, double, role, task, served)
        if double.state.replace_task(task, moved):  # else somebody was faster: look again
            call.task = _view(call, double, moved)
            return call.operation.success.name


def _moved(call: Call, double: Double, role: Moves, task: Task, served: Served) -> Task:
    lifecycle, now = _lifecycle(served), double.state.now()
    end = role.to if lifecycle.states[role.to].is_final else lifecycle.ordinary_end
    steps = route(lifecycle, role.to, end, double.settings.task_pace, double.rng)
    cost = served.operation.cost
    return replace(
        task,
        moves=(*task.moves, (now, role.to)),
        route=steps,
        ends=lifecycle.states[steps[-1][1]].is_final,
        looks=0,
        charged=cost is not None and end in cost.charged,
        request=_merged(task, call) if role.merges else task.request,
    )


def _merged(task: Task, call: Call) -> str:
    sent = task.sent()
    sent["fields"] = {**sent["fields"], **(call.fields if isinstance(call.fields, dict) else {})}
    return json.dumps(sent, ensure_ascii=False)


_ROLES: Mapping[type, Callable[[Call, Double, Any], str]] = {
    Starts: _start,
    Views: _show,
    Lists: _list,
    Moves: _move,
}
