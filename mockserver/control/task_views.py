"""/_mock/tasks: where each task stands and stood; tasks finished, failed, moved; the pace of a key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from starlette.requests import Request

from proofsheet.mockserver import callbacks, task_moves
from proofsheet.mockserver.artifacts import of_task
from proofsheet.mockserver.control.control_request import (
    Wrong,
    key_of,
    path_number,
    problem_response,
    query_number,
    read_body,
)
from proofsheet.mockserver.control.journal_views import preview_response
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.journal_redaction import Redaction
from proofsheet.mockserver.media.playable import shown
from proofsheet.mockserver.state import journal
from proofsheet.mockserver.state.tasks import Task
from proofsheet.mockserver.task_forcing import FOR_EVER, PACE
from proofsheet.mockserver.task_moves import CannotMove, Move
from proofsheet.mockserver.task_sources import TaskView, is_known, known_task, view
from proofsheet.mockserver.tasks.pace import parse_pace

MOST_SHOWN = 100
_LONGEST_PROMPT = 200


async def show_tasks(request: Request, double: Double) -> Any:
    """The newest tasks, newest first: all of them, or those of a key."""
    key, limit = key_of(request), query_number(request, "limit", MOST_SHOWN) or MOST_SHOWN
    holders = [None] if key is None else [(account, key) for account in _accounts(double)]
    found = [each for holder in holders for each in double.state.tasks(holder, limit)]
    newest = sorted(found, key=lambda each: each.created, reverse=True)[:limit]
    return {"tasks": [_shown(double, view(double, each)) for each in newest if is_known(double, each)]}


async def show_task(request: Request, double: Double) -> Any:
    found = _find(double, request.path_params["id"])
    return _no_task(request) if found is None else _shown(double, view(double, found))


async def show_task_picture(request: Request, double: Double) -> Any:
    """What is shown of a file of a task: itself if it is a picture, the first frame of a video …"""
    found, index = _find(double, request.path_params["id"]), path_number(request, "index")
    if found is None or index >= len(found.artifacts):
        return problem_response(404, "no such picture", "its task was dropped or reset, or never had it")
    return await preview_response(request, double, found.artifacts[index].preview)


async def move_task(request: Request, double: Double) -> Any:
    (name, value), *_ = (await read_body(request)).items()
    found = _find(double, request.path_params["id"])
    if found is None:
        return _no_task(request)
    try:
        before, moved = task_moves.moved(double, found.holder[0], found.id, _MOVES[name](value))
    except LookupError:
        return _no_task(request)
    except CannotMove as problem:
        raise Wrong(str(problem)) from None
    callbacks.expect(double, moved, before)
    return _shown(double, moved)


_MOVES: dict[str, Callable[[Any], Move]] = {
    "finish": lambda _: task_moves.finish,
    "fail": lambda state: task_moves.fail(None if state is True else state),
    "state": task_moves.put,
    "force": task_moves.force,
    "advance": lambda seconds: task_moves.advance(float(seconds)),
}


async def set_pace(request: Request, double: Double) -> Any:
    body = await read_body(request)
    key, text = key_of(request, body) or "", body["pace"]
    if text is None:
        double.state.forget((PACE, key))
        return {"pace": double.settings.task_pace.text, "key": journal.label(key)}
    try:
        parse_pace(text)
    except ValueError as problem:
        raise Wrong(f"pace: {problem}") from None
    double.state.remember((PACE, key), text, FOR_EVER)
    return {"pace": text, "key": journal.label(key)}


def _accounts(double: Double) -> list[str]:
    return list(dict.fromkeys(each.account for each in double.documents))


def _find(double: Double, id: str) -> Task | None:
    found = (known_task(double, account, id) for account in _accounts(double))
    return next((each for each in found if each is not None), None)


def _no_task(request: Request) -> Any:
    id = request.path_params["id"]
    return problem_response(404, "no such task", f"{id[:100]!r} was dropped or reset, or never was")


def _shown(double: Double, found: TaskView) -> dict[str, Any]:
    task, stands, made = found.task, found.position, list(_files(double, found))
    return {
        "id": task.id,
        "key": journal.label(task.holder[1]),
        "document": task.operation[0],
        "operation": task.operation[1],
        "kind": task.kind,
        "prompt": Redaction(found.call).text(" · ".join(found.call.prompts))[:_LONGEST_PROMPT],
        "state": stands.state,
        "final": found.state.is_final,
        "states": [{"state": name, "at": at} for at, name in _so_far(task, double.state.now())],
        "ways": list(found.lifecycle.states),
        "ends": sorted(found.lifecycle.finals, key=lambda each: each != found.lifecycle.ordinary_end),
        "progress": stands.progress,
        "created": stands.created,
        "ended": stands.ended,
        "cost": task.cost,
        "credits": _credits(task, double.state.now()),
        "forcing": task.forcing or None,
        "parent": task.parent,
        "links": [each["link"] for each in made],
        "files": made,
    }


def _files(double: Double, found: TaskView) -> Iterator[dict[str, Any]]:
    """The files of a task that has come to its ordinary end: a view shows no other's."""
    if found.position.state != found.lifecycle.ordinary_end:
        return
    for index, each in enumerate(of_task(double, found)):
        picture = f"tasks/{quote(found.task.id, safe='')}/pictures/{index}"
        link = each.url("")
        media_type = each.description.media_type
        yield {
            "link": link,
            "media_type": media_type,
            "picture": picture,
            "plays": shown(each.description, link),
        }


def _so_far(task: Task, now: float) -> Iterator[tuple[float | None, str]]:
    """The states that it has come into, and when; by looks only those of moves have a time."""
    yield from task.moves[:-1]
    moved = task.moves[-1][0]
    for at, name in task.route:
        if at <= (task.looks if task.by_looks else now - moved) or at == 0:
            yield (None if task.by_looks and at else moved + at), name


def _credits(task: Task, now: float) -> str:
    """What became of the credits that it costs."""
    if not task.cost:
        return "free"
    if not task.settled and not task.has_ended(now):
        return "held"
    return "paid" if task.charged else "returned"
