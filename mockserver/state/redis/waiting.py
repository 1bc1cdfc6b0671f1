"""Waiting for a socket where others go on: calls that look synchronous, in tasks that are not.

The State is asked from the middle of plain functions. Where a task runs as `cooperative`, such a function
that waits for an answer lets the event loop go on with other tasks, as SQLAlchemy's asyncio does it: the
task's code is in a greenlet of its own, which is left while it waits. Elsewhere waiting blocks, as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from dataclasses import dataclass
from inspect import iscoroutine
from typing import Any

import greenlet


class _Cooperative(greenlet.greenlet):
    """A greenlet that carries a coroutine; `known` is what is remembered while its task lives.

    What is called "at end" there is called when it ends, however it does.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        super().__init__(self._carry)
        self._coroutine = coroutine
        self.known: dict[str, Any] = {}

    def _carry(self) -> tuple[bool, Any]:
        try:
            return self._carried()
        finally:
            for each in self.known.pop("at end", ()):
                each()

    def _carried(self) -> tuple[bool, Any]:
        """Go through the coroutine; what it awaits goes to the parent, and comes back. (True, result)."""
        answer, error = None, None
        while True:
            try:
                steps = self._coroutine
                awaited = steps.send(answer) if error is None else steps.throw(error)
            except StopIteration as end:
                return True, end.value
            assert self.parent is not None
            answer, error = self.parent.switch((False, awaited))


@dataclass(frozen=True)
class _Steps:
    coroutine: Coroutine[Any, Any, Any]

    def __await__(self) -> Generator[Any, Any, Any]:
        carrier = _Cooperative(self.coroutine)
        carrier.gr_context = greenlet.getcurrent().gr_context or Context()
        done, value = carrier.switch()
        while not done:
            back: tuple[Any, BaseException | None]
            try:
                # A coroutine is what a plain function waits for; what the task awaits itself goes further up.
                back = ((yield from value.__await__()) if iscoroutine(value) else (yield value)), None
            except BaseException as error:
                back = None, error
            done, value = carrier.switch(back)
        return value


async def _until_readable(fileno: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[bool] = loop.create_future()
    loop.add_reader(fileno, _set, ready, True)
    late = loop.call_later(seconds, _set, ready, False)  # lighter than asyncio.timeout, for each answer
    try:
        if not await ready:
            raise TimeoutError
    finally:
        loop.remove_reader(fileno)
        late.cancel()


def _set(ready: asyncio.Future[bool], value: bool) -> None:
    if not ready.done():
        ready.set_result(value)


def _wait(for_what: Coroutine[Any, Any, Any], here: _Cooperative) -> Any:
    assert here.parent is not None
    answer, error = here.parent.switch((False, for_what))
    if error is not None:
        raise error
    return answer


def readable(fileno: int, seconds: float) -> None:
    """Wait until a socket has something to read, if others can go on meanwhile. Raises TimeoutError."""
    here = greenlet.getcurrent()
    if isinstance(here, _Cooperative):
        _wait(_until_readable(fileno, seconds), here)


def elsewhere(function: Callable[[], Any]) -> None:
    """Call what may block: in a thread, if others can go on meanwhile."""
    here = greenlet.getcurrent()
    if isinstance(here, _Cooperative):
        _wait(asyncio.to_thread(function), here)
    else:
        function()


def known() -> dict[str, Any] | None:
    """What is remembered while this task lives; None outside of one."""
    here = greenlet.getcurrent()
    return here.known if isinstance(here, _Cooperative) else None


async def cooperative(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine whose plain functions may wait for sockets while other tasks go on."""
    return await _Steps(coroutine)


def task_factory(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
    """For `loop.set_task_factory`: every task of the loop is cooperative."""
    return asyncio.Task(cooperative(coroutine), loop=loop, **options)
