"""What an operation does to tasks: start one, view one, list many, move one. Each leads to an outcome."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.follow_ups import (
    FollowUp,
    find_task,
    most_tasks,
    named_task,
    resumed,
    too_many,
)
from proofsheet.mockserver.refusal import Refusal
from proofsheet.mockserver.sources import Context, text_of
from proofsheet.mockserver.state.tasks import Added, Task
from proofsheet.mockserver.task_artifacts import make, without_uploads
from proofsheet.mockserver.task_forcing import read_task_forcing, task_pace
from proofsheet.mockserver.task_sources import TaskView, is_known, known_task, looked_at, task_text, view
from proofsheet.mockserver.tasks.course import Route, route
from proofsheet.mockserver.tasks.ids import IDS
from proofsheet.mockserver.tasks.pace import Pace
from proofsheet.mockserver.tasks.task_faults import TaskForcing, parse_task_forcing
from proofsheet.spec import json_text
from proofsheet.spec.tasks import Changes, Lifecycle, Lists, Moves, Removes, Starts, Views


async def act(call: Call, double: Double, outcome: str, forced: bool = False) -> str:
    """Do to tasks what the operation of a call does that was to end in `outcome`; returns how it ends.

    A forced outcome does nothing to tasks, and still shows the one that is viewed. Raises Refusal.
    """
    role = call.operation.task
    if forced and isinstance(role, Views) and (found := _viewed(call, double, role)):
        call.task = found[0]
    if role is None or forced or outcome != call.operation.success.name:
        return outcome
    if isinstance(role, Starts) and role.when is not None and call.lifecycle is None:
        return outcome
    return await _ROLES[type(role)](call, double, role)


async def _start(call: Call, double: Double, role: Starts) -> str:
    ahead = _ahead(call, double, role)
    call.task = _kept(call, double, role, await _new(call, double, role, ahead))
    call.reserved = False  # the task holds it from now on
    offer = call.follow_up.offer if call.follow_up else None
    if offer is not None and offer.answer:
        return str(offer.answer)
    return role.queued.answer if role.queued and ahead > 0 else call.operation.success.name


def _kept(call: Call, double: Double, role: Starts, task: Task) -> TaskView:
    """The task under an id that no other has. Raises Refusal."""
    added: Added
    most = most_tasks(call, role)
    attempt, added = 0, "known"
    while added == "known":
        named = task._replace(id=role.prefix + IDS[role.id_form](task.created, attempt))
        task = _labelled(call, double, role, named)
        attempt, added = attempt + 1, double.state.add_task(task, most, call.id)
    if added == "most":  # others of the same key came in between
        raise too_many(role)
    if added == "full":
        raise Refusal("crash")
    return view(double, task)


def _ahead(call: Call, double: Double, role: Starts) -> int:
    """How many of the caller's tasks wait before a new one; 0 where they are not counted."""
    if role.queued is None:
        return 0
    unfinished = double.state.unfinished_tasks(call.account, call.operation.document)
    return max(unfinished - role.queued.running, 0)


async def _new(call: Call, double: Double, role: Starts, ahead: int) -> Task:
    """A task that has no id yet."""
    following: FollowUp | None = call.follow_up
    operation, lifecycle, now = call.operation, call.lifecycle, double.state.now()
    assert lifecycle is not None  # of the role, or the offer's
    start = following.start if following else lifecycle.start
    forcing, goal = read_task_forcing(call.task_forcing, lifecycle, start)
    request = _sent(call, role, following)
    viewed = call if request["fields"] is call.fields else replace(call, fields=request["fields"])
    made = await make(viewed, double, following)
    end = goal or _usual_end(role, lifecycle, made.flaw)
    pace = forcing.pace or task_pace(double, call.key)
    steps = _way(double, forcing, lifecycle, start, end, pace)
    return Task(
        id="",
        holder=call.account,
        operation=operation.key,
        lifecycle=lifecycle.name,
        moves=((now, start),),
        route=steps,
        ends=lifecycle.states[steps[-1][1]].is_final,
        request=json_text.plain(without_uploads(request, operation.artifact)),
        origin=call.base,
        prefix=call.prefix,
        kind=following.kind if following else role.kind,
        by_looks=pace.by_looks,
        cost=call.cost,
        charged=operation.cost is not None and end in operation.cost.charged,
        seed=made.seed,
        artifacts=made.artifacts,
        texts=made.texts,
        flaw=made.flaw if end == role.flawed else "",
        parent=following.parent.task.id if following else None,
        offer=following.offer.name if following and following.offer else None,
        ahead=ahead,
        forcing=call.task_forcing,
    )


def _usual_end(role: Starts, lifecycle: Lifecycle, flaw: str | None) -> str:
    """The state in which a task ends that nobody forces: that of its prompt's flaws, or the ordinary one."""
    flawed = role.flawed if flaw else None
    return flawed if flawed and flawed in lifecycle.states else lifecycle.ordinary_end


def _way(
    double: Double, forcing: TaskForcing, lifecycle: Lifecycle, start: str, end: str, pace: Pace
) -> Route:
    steps = route(lifecycle, start, end, pace, double.rng)
    return forcing.bent(steps, pace.by_looks, lifecycle.states[steps[-1][1]].is_final)


def _labelled(call: Call, double: Double, role: Starts, task: Task) -> Task:
    if role.label is None:
        return task
    context = Context(call, 200, (), lambda: None, view(double, task))
    return task._replace(label=text_of(role.label)(context, None))


def _sent(call: Call, role: Starts, following: FollowUp | None) -> dict[str, Any]:
    """What is remembered of a submission: with what it takes over from its parent, and from the offer."""
    fields = call.fields
    if following is not None:
        fields = {**following.inherited, **_filled(following), **fields}
    return {"fields": fields, "path": dict(call.path_params), "query": call.query}


def _filled(following: FollowUp) -> dict[str, Any]:
    """The fields that an offer fills in, the texts among them about the task that offers it."""
    known = following.offer.fills.items() if following.offer else ()
    parent = following.parent
    return {name: task_text(each, parent) if isinstance(each, str) else each for name, each in known}


def _viewed(call: Call, double: Double, role: Views) -> list[TaskView]:
    """The tasks that a call names, one or (where answers are joined) several; those that there are."""
    value = call.evaluate(role.id)
    ids = value.split(",") if role.joined is not None and isinstance(value, str) else [value]
    known = (named_task(call, double, each, role.any_key, role.by_artifact) for each in ids)
    shown = [(task, index) for task, index in known if task and task.lifecycle in call.operation.views]
    return [view(double, task, index) for task, index in shown]


async def _show(call: Call, double: Double, role: Views) -> str:
    views = _viewed(call, double, role)
    if not views:
        raise Refusal("task", outcome=role.missing)
    for each in {one.task.id: one.task for one in views}.values():
        looked_at(double, each, call.account)
    call.task = found = views[0]
    call.tasks = views if role.joined is not None else None
    call.choose_representation(found.call.artifact_media)
    ended = found.position.ended
    if role.until is not None and ended is not None and double.state.now() > ended + role.until:
        raise Refusal("task", outcome=role.missing)
    if role.refuses is not None and role.refuses[0].is_valid(found.call.known_fields):
        raise Refusal("task", outcome=role.refuses[1])
    return role.outcome(found.position.state)


async def _list(call: Call, double: Double, role: Lists) -> str:
    views = [view(double, each) for each in _listed(call, double, role)]
    if role.turned and call.evaluate(role.turned[0]) == role.turned[1]:
        views.reverse()
    call.tasks = [each for each in views if role.states is None or each.position.state in role.states]
    return call.operation.success.name


def _listed(call: Call, double: Double, role: Lists) -> Iterable[Task]:
    shown = double.documents.operation((call.operation.document, role.view)).operation.views
    ids = call.evaluate(role.ids) if role.ids else None
    if ids is None and role.all_without_ids:
        found = double.state.tasks(call.account)
        ordered = found if role.order == "oldest" else found[::-1]
        listed = [each for each in ordered if each.lifecycle in shown and is_known(double, each)][: role.most]
        return [looked_at(double, each, call.account) for each in listed]
    wanted = dict.fromkeys(each for each in ids if isinstance(each, str)) if isinstance(ids, list) else ()
    known = (known_task(double, call.operation.account, each) for each in wanted)
    own = (each for each in known if each is not None and each.holder == call.account)
    several = islice((each for each in own if each.lifecycle in shown), role.most)
    return [looked_at(double, each, call.account) for each in several]


async def _move(call: Call, double: Double, role: Moves) -> str:
    async def moved(task: Task) -> Task:
        found = view(double, task)
        if role.to not in found.state.to:
            raise Refusal("follow-up", "state", outcome=role.refused)
        return await _moved(call, double, role, found)

    return await _replaced(call, double, role, moved)


async def _replaced(
    call: Call, double: Double, role: Moves | Changes, made: Callable[[Task], Awaitable[Task]]
) -> str:
    """Put in place of a task what is made of it, again for as long as somebody else is faster."""
    while True:
        task = _named(call, double, role)
        new = await made(task)
        replaced = double.state.replace_task(task, new, anyway=isinstance(role, Changes))
        if replaced == "full":
            raise Refusal("crash")
        if replaced == "replaced":
            call.task = view(double, new)
            return call.operation.success.name


def _named(call: Call, double: Double, role: Moves | Changes | Removes) -> Task:
    """The task that a call names. Raises Refusal."""
    task = find_task(call, double, role.id)
    if task is None:
        kind = ("follow-up", "missing") if isinstance(role, Moves) else ("task", "")
        raise Refusal(*kind, outcome=role.missing)
    return task


async def _moved(call: Call, double: Double, role: Moves, found: TaskView) -> Task:
    lifecycle, now = found.lifecycle, double.state.now()
    task = await _merged(call, double, found.task) if role.merges else found.task
    forcing, end, starts = parse_task_forcing(task.forcing), role.to, found.served.operation.task
    pace = forcing.pace or task_pace(double, call.key)
    if not lifecycle.states[end].is_final:  # it goes on as was said of it when it was submitted
        assert isinstance(starts, Starts)
        end = forcing.goal(lifecycle, end) or _usual_end(starts, lifecycle, task.flaw)
    steps = _way(double, forcing, lifecycle, role.to, end, pace)
    cost = found.served.operation.cost
    return task._replace(
        moves=(*task.moves, (now, role.to)),
        route=steps,
        ends=lifecycle.states[steps[-1][1]].is_final,
        by_looks=pace.by_looks,
        looks=0,
        charged=cost is not None and end in cost.charged,
    )


async def _merged(call: Call, double: Double, task: Task) -> Task:
    """A task with what a client says more of it; what is empty says nothing."""
    more = {name: each for name, each in call.fields.items() if each not in (None, "")}
    return await _with(double, task, more)


async def _with(double: Double, task: Task, fields: Mapping[str, Any]) -> Task:
    """A task with other fields, and what comes of them."""
    sent = task.sent()
    sent["fields"] |= fields
    viewed = view(double, task._replace(request=json_text.plain(sent)))
    made = await make(viewed.call, double, resumed(double, viewed), task.artifacts)
    return viewed.task._replace(artifacts=made.artifacts, texts=made.texts, flaw=made.flaw, seed=made.seed)


async def _remove(call: Call, double: Double, role: Removes) -> str:
    task = _named(call, double, role)
    found = view(double, task)
    if found.position.state not in role.states and role.to:
        return await _move(call, double, Moves(role.id, role.to, role.missing, role.missing))
    if found.position.state not in role.states:
        raise Refusal("task", outcome=role.refused)
    double.state.remove_task(task)
    call.task = found
    return call.operation.success.name


async def _change(call: Call, double: Double, role: Changes) -> str:
    fields = {at[0]: each for at, value in role.sets if (each := call.evaluate(value)) not in (None, "")}
    return await _replaced(call, double, role, lambda task: _with(double, task, fields))


_ROLES: Mapping[type, Callable[[Call, Double, Any], Awaitable[str]]] = {
    Starts: _start,
    Views: _show,
    Lists: _list,
    Moves: _move,
    Removes: _remove,
    Changes: _change,
}
