"""Callbacks that wait for their time on the double's clock. What they say is made when they go out."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from contextlib import suppress
from dataclasses import dataclass, field

from proofsheet.mockserver.state.tasks import Task
from proofsheet.spec.tasks import Callback

MOST_WAITING = 200_000
MOST_AT_ONCE = 16


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A callback of a task that comes into the state `index` of its route at a time of the clock."""

    at: float
    number: int
    task: Task = field(compare=False)
    callback: Callback = field(compare=False)
    index: int = field(compare=False)
    attempt: int = field(default=1, compare=False)

    def is_overtaken(self, known: Task) -> bool:
        """Whether the task was moved on before it came into this state."""
        if _course(known) == _course(self.task):
            return False
        later = known.moves[len(self.task.moves) :]
        entered = self.task.moves[-1][0] + self.task.route[self.index][0]
        return not later or later[0][0] < entered


def _course(task: Task) -> tuple[object, ...]:
    return task.moves, task.route, task.forcing


class CallbackQueue:
    """A heap of them, earliest first, and the asyncio tasks of this process that send them."""

    def __init__(self) -> None:
        self._waiting: list[Due] = []
        self._numbers = itertools.count()
        self._woken = asyncio.Event()
        self.room = asyncio.Semaphore(MOST_AT_ONCE)
        self.sending: set[asyncio.Task[None]] = set()
        self.sender: asyncio.Task[None] | None = None

    def push(self, at: float, task: Task, callback: Callback, index: int, attempt: int = 1) -> bool:
        """Let one wait; False if too many do."""
        if len(self._waiting) >= MOST_WAITING:
            return False
        heapq.heappush(self._waiting, Due(at, next(self._numbers), task, callback, index, attempt))
        self.wake()
        return True

    def pop(self, now: float) -> Due | None:
        """The next whose time has come."""
        return heapq.heappop(self._waiting) if self._waiting and self._waiting[0].at <= now else None

    def next_at(self) -> float | None:
        """When the next is due."""
        return self._waiting[0].at if self._waiting else None

    def wake(self) -> None:
        """Let the sender look at the clock: it was moved, or something new waits."""
        self._woken.set()

    async def wait(self, seconds: float) -> None:
        """Wait so long, or until something has changed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()
