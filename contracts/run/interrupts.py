"""Ctrl-C, SIGTERM and SIGHUP, let in only where we wait: what was paid for is written down first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

GRACE = 5.0  # seconds that the answer to a request on its way has to come, so that it is known what it cost


class Unanswered(KeyboardInterrupt):
    """An interrupt while a request was on its way: what became of it is not known."""


@dataclass
class Interrupts:
    """Interrupts of the main thread. Without `handled` Python's own way holds: at once and anywhere."""

    pending: bool = False
    grace: float = GRACE
    _waiting: bool = False
    _sending: bool = False
    _alarm: tuple[Any, float] | None = None  # the one before ours: its handler, and seconds

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Within, an interrupt is raised where something is waited for, and else only noted as pending.

        Only the main thread can be interrupted; for any other this changes nothing.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.signal(each, self._note) for each in _signals()}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)
            self._disarm()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Within, an interrupt raises KeyboardInterrupt. Other threads are never interrupted."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        try:
            self._waiting = True
            if self.pending:
                raise KeyboardInterrupt
            yield
        finally:
            self._waiting = False

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Within `waiting`, while a request is on its way: an interrupt waits for its answer, `grace` seconds
        at most, and raises Unanswered then.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        try:
            self._sending = True
            yield
        except KeyboardInterrupt:
            raise Unanswered from None
        finally:
            self._sending = False
            self._disarm()

    def _note(self, number: int, frame: Any) -> None:
        self.pending = True
        if not self._waiting:
            return
        if not self._sending or not hasattr(signal, "setitimer"):  # as on Windows
            raise KeyboardInterrupt
        if self._alarm is None:
            handler = signal.signal(signal.SIGALRM, self._give_up)
            self._alarm = handler, signal.setitimer(signal.ITIMER_REAL, self.grace)[0]

    def _give_up(self, number: int, frame: Any) -> None:
        if self._waiting and self._sending:
            raise KeyboardInterrupt

    def _disarm(self) -> None:
        if self._alarm is not None:
            handler, seconds = self._alarm
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, handler)
            signal.setitimer(signal.ITIMER_REAL, seconds)
            self._alarm = None


def _signals() -> Iterator[signal.Signals]:
    """What ends a run. A terminal that goes away does, unless nohup says that it must not."""
    yield from (signal.SIGINT, signal.SIGTERM)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        yield signal.SIGHUP
