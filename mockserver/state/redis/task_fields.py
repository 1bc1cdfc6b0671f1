"""A task as the scripts know it: packed, and beside that what they compare and change."""

from __future__ import annotations

from typing import Any

from proofsheet.mockserver.state.redis.money import packed as as_money
from proofsheet.mockserver.state.redis.packing import packed, unpacked
from proofsheet.mockserver.state.tasks import Task


def fields(task: Task) -> tuple[Any, ...]:
    """What `write` (credential.lua) takes: the task, its cost, settled, charged, looks, last, end, started.

    `last` is the look with which it ends (empty where it goes by the clock), `end` the time.
    """
    at, start = task.route[-1][0], task.moves[-1][0]
    last = (repr(at) if task.ends else "inf") if task.by_looks else ""
    end = repr(start + at) if task.ends and not task.by_looks else "inf"
    return (
        packed(task),
        as_money(task.cost),
        int(task.settled),
        int(task.charged),
        task.looks,
        last,
        end,
        "\n".join(task.operation),
    )


def task_of(found: list[bytes]) -> Task:
    """The task of an answer: packed, settled, charged, looks, version."""
    task: Task = unpacked(found[0])
    settled, charged, looks, version = map(int, found[1:])
    return task._replace(settled=bool(settled), charged=bool(charged), looks=looks, version=version)
