"""What is expected of an answer: objects, each with its parameters and its judgement."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import ClassVar

from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.history import History, Unjudged
from proofsheet.contracts.trail import Extra, Trail
from proofsheet.spec.document import Operation


@dataclass(frozen=True)
class Answer:
    """One answer, with all that it may be judged by; its own trace is the last of `history`."""

    exchange: Exchange
    operation: Operation
    history: History = ()
    trail: Trail | None = None  # where a whole trail is judged


@dataclass(frozen=True)
class Expectation(ABC):
    """One thing expected of an answer, for the sake of a requirement (its id)."""

    requirement: str
    compares: ClassVar[bool] = False  # with earlier answers, so nothing else may be on its way meanwhile
    of: ClassVar[str] = "answer"  # what it judges of a task: answer, report (of its end), file, or trail
    after: ClassVar[str | None] = None  # how the topics begin whose cases are sent before its own

    @abstractmethod
    def findings(self, answer: Answer) -> Iterator[str]:
        """What is wrong with an answer, one message each. Raises Unjudged where nothing can be said."""

    def statuses(self, operation: Operation) -> Collection[int]:
        """Statuses that it is about: an answer with one of these is no reason to wait or to send again."""
        return ()

    @property
    def named(self) -> tuple[str, ...]:
        """Fields that its messages name."""
        return ()


class OfTrail(Expectation):
    """Something expected of the whole trail of a task.

    `hears` says that callbacks have to be received for it, `refuses` that the first one is refused.
    """

    of = "trail"
    hears: ClassVar[bool] = False
    refuses: ClassVar[bool] = False

    def findings(self, answer: Answer) -> Iterator[str]:
        if answer.trail is None:
            raise Unjudged("there is no task to follow")
        yield from self.of_trail(answer.trail)

    @abstractmethod
    def of_trail(self, trail: Trail) -> Iterator[str]:
        """What is wrong with a trail, one message each. Raises Unjudged where nothing can be said."""

    @property
    def extras(self) -> tuple[Extra, ...]:
        """What has to be requested on the way so that it can be judged."""
        return ()


class SpeaksFor(Expectation):
    """An answer that speaks for a requirement, and is judged elsewhere."""

    def findings(self, answer: Answer) -> Iterator[str]:
        yield from ()
