"""Callbacks: a request goes out when a task comes into a state, with the body that a view shows then.

Their times are on the double's clock: where that stands still they wait, where it is moved they go. The
process that started or moved the task sends them; of a task that goes by looks, the one that was looked at.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

from proofsheet.mockserver import callback_client
from proofsheet.mockserver.call import Call
from proofsheet.mockserver.callback_queue import Course, Due
from proofsheet.mockserver.documents import Served
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.journal_entries import callback_entry
from proofsheet.mockserver.replies import task_body
from proofsheet.mockserver.state.protocol import StateUnavailable
from proofsheet.mockserver.state.tasks import Task
from proofsheet.mockserver.task_sources import TaskView, as_submitted, known_task
from proofsheet.mockserver.tasks.course import entering, shown
from proofsheet.mockserver.tasks.task_faults import parse_task_forcing
from proofsheet.spec import expressions, json_text, pointers
from proofsheet.spec.callback import Callback
from proofsheet.spec.document import Operation
from proofsheet.spec.expressions import Expression, is_expression
from proofsheet.spec.tasks import Lists, Moves, Starts, Views

_CLOCK_SECONDS = 0.2  # another process may move the clock: it is looked at so often while callbacks wait


def follow(double: Double, call: Call) -> None:
    """See to the callbacks of the tasks that a call has started, moved or looked at."""
    if call.task is not None and isinstance(call.operation.task, Starts | Moves):
        expect(double, call.task)
    for each in _looked_at(call):
        _expect_seen(double, each)


def _looked_at(call: Call) -> list[TaskView]:
    role = call.operation.task
    if isinstance(role, Views):
        return [call.task] if call.task else []
    return call.tasks or [] if isinstance(role, Lists) else []


def expect(double: Double, found: TaskView, before: Task | None = None) -> None:
    """Let the callbacks wait for a task that was just started or moved, as it was `before` that."""
    if not (wanted := _wanted(found)):
        return
    task, now = found.task, double.state.now()
    moved = task.moves[-1][0]
    for index in shown(task):
        at, _ = task.route[index]
        if before is not None and _had_come(before, task, index, now):
            continue
        if not task.by_looks or at <= task.looks:
            _push(double, task, wanted, index, now if task.by_looks else moved + at)


def _wanted(found: TaskView) -> list[Callback]:
    """The callbacks for which a submission names an address."""
    sent = found.task.request
    # Most submissions name none, and are not read again for that.
    known = [each for each in found.served.operation.callbacks if all(name in sent for name in each.fields)]
    return [each for each in known if _url(found.call, each)]


def _had_come(before: Task, task: Task, index: int, now: float) -> bool:
    """Whether a task was in a state of its route already when its way was changed."""
    if before.moves != task.moves or index >= len(before.route):
        return False
    at, name = before.route[index]
    passed = before.looks if before.by_looks else now - before.moves[-1][0]
    return name == task.route[index][1] and at <= passed


def _expect_seen(double: Double, found: TaskView) -> None:
    """Send the callbacks of a task that goes by looks, if this look found it in a new state."""
    task = found.task
    if task.by_looks and task.looks and (wanted := _wanted(found)):
        for index in shown(task):
            if task.looks - 1 < task.route[index][0] <= task.looks:
                _push(double, task, wanted, index, double.state.now())


def _push(double: Double, task: Task, wanted: Sequence[Callback], index: int, at: float) -> None:
    times = {"lost": 0, "twice": 2}.get(parse_task_forcing(task.forcing).callback or "", 1)
    for callback in wanted:
        if task.route[index][1] in callback.states:
            for _ in range(times):
                double.callbacks.push(at, double, Course.of(task), callback, index)
    _wake(double)


def _wake(double: Double) -> None:
    """Have somebody send what waits; nobody where nothing does."""
    queue = double.callbacks
    if queue.next_at() is not None and (queue.sender is None or queue.sender.done()):
        queue.sender = asyncio.get_running_loop().create_task(_send_when_due(double))


async def _send_when_due(double: Double) -> None:
    queue = double.callbacks
    while (at := queue.next_at()) is not None:
        try:
            now = double.state.now()
        except StateUnavailable:
            await queue.wait(_CLOCK_SECONDS)
            continue
        if at > now:
            await queue.wait(min(at - now, _CLOCK_SECONDS))
            continue
        await queue.room.acquire()
        if (due := queue.pop(now)) is None:
            queue.room.release()
            continue
        sending = asyncio.get_running_loop().create_task(_send_again_if_away(due.double, due))
        queue.sending.add(sending)
        sending.add_done_callback(queue.sending.discard)
        sending.add_done_callback(lambda _: queue.room.release())


async def _send_again_if_away(double: Double, due: Due) -> None:
    """One attempt; it waits anew where the memory could not say what is to be sent, or that it was."""
    try:
        await _send(double, due)
    except StateUnavailable:
        double.callbacks.push(due.at, double, due.course, due.callback, due.index, due.attempt)


async def _send(double: Double, due: Due) -> None:
    """One attempt, noted in the journal; another waits where it was not taken and the document says so."""
    callback = due.callback
    known = known_task(double, due.course.holder[0], due.course.id)
    if known is None or known.holder != due.course.holder or due.is_overtaken(known):
        return
    task = due.course.back_on(known)
    served = double.documents.operation(task.operation)
    call = as_submitted(served, task)
    url, headers = _url(call, callback) or "", _headers(call, callback)
    body = await _body(double, served, task, due.index)
    value = next(pointers.find(body, callback.part), None)
    sent = json_text.compact(value).encode()
    started = time.perf_counter()
    answer = await callback_client.send(
        double.settings.callbacks, callback.method, url, {**_OWN_HEADERS, **headers}, sent
    )
    took = (time.perf_counter() - started) * 1000
    entry = callback_entry(call, callback, url, headers, value, answer, took)
    double.state.record({**entry, "callback": _about(due), "request_bytes": len(sent)})
    goes_on = due.attempt < callback.attempts and known_task(double, known.holder[0], known.id) is not None
    if goes_on and not answer.is_taken:
        at = double.state.now() + callback.retry_seconds
        double.callbacks.push(at, double, due.course, callback, due.index, due.attempt + 1)
        _wake(double)


_OWN_HEADERS = {"content-type": "application/json", "user-agent": "proofsheet"}


def _about(due: Due) -> dict[str, object]:
    return {"task": due.course.id, "state": due.state, "attempt": due.attempt}


async def _body(double: Double, served: Served, task: Task, index: int) -> object:
    lifecycle = served.operation.lifecycles[task.lifecycle]
    stands = entering(task, lifecycle, index, double.state.now())
    viewing = _viewing(double, served, lifecycle.name)
    return await task_body(double, viewing, TaskView(task, stands, served))


def _viewing(double: Double, served: Served, lifecycle: str) -> Operation:
    """The operation that shows such tasks: the first that views them one by one."""
    operations = (each.operation for each in double.documents.operations_of(served.operation.document))
    return next(each for each in operations if lifecycle in each.views)


def _url(call: Call, callback: Callback) -> str | None:
    """Where a callback goes: its template filled in from the submission; None where that names no place."""
    found = {each.text: call.evaluate(each) for each in callback.places}
    texts = {name: value for name, value in found.items() if isinstance(value, str) and value.strip()}
    return expressions.fill(callback.url, texts).strip() if len(texts) == len(found) else None


def _headers(call: Call, callback: Callback) -> dict[str, str]:
    return dict(_filled_headers(call, callback))


def _filled_headers(call: Call, callback: Callback) -> Iterator[tuple[str, str]]:
    for name, value in callback.headers.items():
        made = call.evaluate(Expression(value)) if is_expression(value) else value
        if made is not None:
            yield name, str(made)
