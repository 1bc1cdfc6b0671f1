"""Ctrl-C, SIGTERM and SIGHUP, let in only where we wait: what was paid for is written down first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass
class Interrupts:
    """Interrupts of the main thread. Without `handled` Python's own way holds: at once and anywhere."""

    pending: bool = False
    _waiting: bool = False

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

    def _note(self, number: int, frame: Any) -> None:
        self.pending = True
        if self._waiting:
            raise KeyboardInterrupt


def _signals() -> Iterator[signal.Signals]:
    """What ends a run. A terminal that goes away does, unless nohup says that it must not."""
    yield from (signal.SIGINT, signal.SIGTERM)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        yield signal.SIGHUP
