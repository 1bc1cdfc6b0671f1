"""Tasks moved from outside, whatever their document allows: finished, failed, put into a state, hurried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from proofsheet.mockserver.double import Double
from proofsheet.mockserver.state.tasks import Task
from proofsheet.mockserver.task_sources import TaskView, known_task, view
from proofsheet.mockserver.tasks.task_faults import NOTHING, BadTaskForcing, parse_task_forcing


class CannotMove(ValueError):
    """Such a move cannot be made; it says what was expected."""


Move = Callable[[TaskView, float], Task]


def moved(double: Double, account: str, id: str, move: Move) -> tuple[Task, TaskView]:
    """A task before and after a move. Raises CannotMove, and LookupError where there is no such task."""
    while True:
        task = known_task(double, account, id)
        if task is None:
            raise LookupError(id)
        made = move(view(double, task), double.state.now())
        replaced = double.state.replace_task(task, made, anyway=True)
        if replaced == "full":
            raise CannotMove("there is no room for more of this task; POST /_mock/reset makes some")
        if replaced == "replaced":  # else somebody was faster: look again
            return task, view(double, made)


def finish(found: TaskView, now: float) -> Task:
    """It has come to its ordinary end."""
    return _ended(found, found.lifecycle.ordinary_end, now)


def fail(state: str | None) -> Move:
    """It has ended in a final state; without a name in the first that is not the ordinary one."""

    def move(found: TaskView, now: float) -> Task:
        others = [each for each in found.lifecycle.finals if each != found.lifecycle.ordinary_end]
        name = state or next(iter(others), "")
        if name not in found.lifecycle.finals:
            finals = ", ".join(found.lifecycle.finals)
            raise CannotMove(f"tasks of {found.lifecycle.name} end in {finals}; came {name!r}")
        return _ended(found, name, now)

    return move


def put(state: str) -> Move:
    """It is in a state and stays there. What was paid stays paid: an ended task may go back too."""

    def move(found: TaskView, now: float) -> Task:
        if state not in found.lifecycle.states:
            raise CannotMove(f"expected one of {', '.join(found.lifecycle.states)}, came {state!r}")
        return _in_state(found, state, now)

    return move


def advance(seconds: float) -> Move:
    """So many seconds (looks, where it goes by them) have passed for it alone."""

    def move(found: TaskView, now: float) -> Task:
        task = found.task
        if task.by_looks:
            return task._replace(looks=task.looks + int(seconds))
        passed = now - task.moves[-1][0]
        hurried = tuple((at if at <= passed else max(at - seconds, passed), name) for at, name in task.route)
        return task._replace(route=hurried)

    return move


def force(text: str) -> Move:
    """It is late, goes back, loses its callback or its file: what can still be said of a task under way."""

    def move(found: TaskView, now: float) -> Task:
        try:
            wanted = parse_task_forcing(text)
        except BadTaskForcing as problem:
            raise CannotMove(str(problem)) from None
        if replace(wanted, late=0.0, back=False, callback=None, file=None) != NOTHING:
            raise CannotMove(
                f"{text[:60]!r}: expected late, back, callback or file; fail and state do the rest"
            )
        task = found.task
        route = task.route if found.state.is_final else wanted.bent(task.route, task.by_looks, task.ends)
        return task._replace(forcing=", ".join(filter(None, (task.forcing, text))), route=route)

    return move


def _ended(found: TaskView, state: str, now: float) -> Task:
    if found.state.is_final:
        raise CannotMove(f"the task has ended already, in {found.position.state}")
    return _in_state(found, state, now)


def _in_state(found: TaskView, state: str, now: float) -> Task:
    cost = found.served.operation.cost
    return found.task._replace(
        moves=(*found.task.moves, (now, state)),
        route=((0.0, state),),
        ends=found.lifecycle.states[state].is_final,
        looks=0,
        charged=cost is not None and state in cost.charged,
    )
