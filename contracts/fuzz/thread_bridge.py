"""A thread that has its errands run by whoever waits for it.

Schemathesis drives its phases itself, in threads of its own; an attempt belongs to the thread of the run,
where interrupts arrive and money is counted. So its requests come here, and the answers go back.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Halted(KeyboardInterrupt):
    """Raised where an errand is asked for after the end; schemathesis takes it for an interrupt and goes."""


@dataclass
class _Errand(Generic[Question, Answer]):
    question: Question
    answers: queue.SimpleQueue[Answer | BaseException]


@dataclass
class Errands(Generic[Question, Answer]):
    """`ask` is for the thread, `run` for the one that waits; one object for one piece of work."""

    _asked: queue.SimpleQueue[_Errand[Question, Answer] | None] = field(default_factory=queue.SimpleQueue)
    _is_over: threading.Event = field(default_factory=threading.Event)

    def ask(self, question: Question) -> Answer:
        """Have an errand run; wait for its answer. Raises Halted when nobody runs them any more."""
        if self._is_over.is_set():
            raise Halted
        errand = _Errand[Question, Answer](question, queue.SimpleQueue())
        self._asked.put(errand)
        answer = errand.answers.get()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def run(
        self, work: Callable[[], None], errand: Callable[[Question], Answer], stop: Callable[[], None]
    ) -> None:
        """Do `work` in a thread and run its errands here, until it is done.

        Whatever an errand raises, or an interrupt that arrives here, ends it: `stop` is called, the thread
        has ended when this returns, and the error goes on.
        """
        failed: list[BaseException] = []
        thread = threading.Thread(
            target=self._work, args=(work, failed), name="proofsheet-errands", daemon=True
        )
        thread.start()
        try:
            while (waiting := self._asked.get()) is not None:
                self._answer(waiting, errand)
        finally:
            self._is_over.set()
            stop()
            self._send_home(thread)
        if failed:
            raise failed[0]

    def _work(self, work: Callable[[], None], failed: list[BaseException]) -> None:
        try:
            work()
        except Halted:
            pass
        except BaseException as error:
            failed.append(error)
        finally:
            self._asked.put(None)

    def _answer(self, waiting: _Errand[Question, Answer], errand: Callable[[Question], Answer]) -> None:
        try:
            waiting.answers.put(errand(waiting.question))
        except BaseException:
            waiting.answers.put(Halted())
            raise

    def _send_home(self, thread: threading.Thread) -> None:
        """Wait for the thread; who asked in the meantime is told that it is over."""
        while thread.is_alive():
            try:
                waiting = self._asked.get(timeout=0.05)
            except queue.Empty:
                continue
            if waiting is not None:
                waiting.answers.put(Halted())
            else:
                thread.join()
