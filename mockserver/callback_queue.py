"""Callbacks that wait for their time on the double's clock. What they say is made when they go out."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from proofsheet.mockserver.state.tasks import Holder, Task
from proofsheet.spec.callback import Callback

MOST_WAITING = 200_000
MOST_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Course:
    """What is remembered of a task that is followed: whose it is, and the way that it was on then."""

    holder: Holder
    id: str
    moves: tuple[tuple[float, str], ...]
    route: tuple[tuple[float, str], ...]
    forcing: str

    @classmethod
    def of(cls, task: Task) -> Course:
        return cls(task.holder, task.id, task.moves, task.route, task.forcing)

    def back_on(self, task: Task) -> Task:
        """The task, still on this way."""
        return task._replace(moves=self.moves, route=self.route, forcing=self.forcing)


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A callback of a task that comes into the state `index` of its route at a time of the clock.

    `double` is the one that follows it, with the documents that it had then.
    """

    at: float
    number: int
    double: Any = field(compare=False)
    course: Course = field(compare=False)
    callback: Callback = field(compare=False)
    index: int = field(compare=False)
    attempt: int = field(default=1, compare=False)

    @property
    def state(self) -> str:
        return self.course.route[self.index][1]

    def is_overtaken(self, known: Task) -> bool:
        """Whether the task was moved on before it came into this state."""
        if Course.of(known) == self.course:
            return False
        later = known.moves[len(self.course.moves) :]
        entered = self.course.moves[-1][0] + self.course.route[self.index][0]
        return not later or later[0][0] < entered


class CallbackQueue:
    """A heap of them, earliest first, and the asyncio tasks of this process that send them."""

    def __init__(self) -> None:
        self._waiting: list[Due] = []
        self._numbers = itertools.count()
        self._woken = asyncio.Event()
        self.room = asyncio.Semaphore(MOST_AT_ONCE)
        self.sending: set[asyncio.Task[None]] = set()
        self.sender: asyncio.Task[None] | None = None

    def push(
        self, at: float, double: Any, course: Course, callback: Callback, index: int, attempt: int = 1
    ) -> bool:
        """Let one wait; False if too many do."""
        if len(self._waiting) >= MOST_WAITING:
            return False
        heapq.heappush(self._waiting, Due(at, next(self._numbers), double, course, callback, index, attempt))
        self.wake()
        return True

    def forget(self, key: str | None) -> None:
        """Let none wait any more, or none of the tasks of a credential."""
        self._waiting = [each for each in self._waiting if key not in (None, each.course.holder[1])]
        heapq.heapify(self._waiting)
        self.wake()

    async def close(self) -> None:
        """Send no more; what is under way is given up.

        These tasks are cancelled before the loop cancels all that it has: a connection that has a task of its
        own ends in order only if the one that it is made for is cancelled first.
        """
        tasks = [*self.sending, *([self.sender] if self.sender else [])]
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def __len__(self) -> int:
        return len(self._waiting)

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
