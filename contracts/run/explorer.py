"""What a run asks of an explorer: a further source of cases, which are not planned but found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from proofsheet.contracts.case import Case
    from proofsheet.contracts.run.attempts import Result

Attempt = Callable[["Case"], "Result"]


class Stop(Exception):
    """The target is down, or the run was interrupted: nothing more is sent. Explorers let it pass through."""


class Explorer(Protocol):
    """A further source of cases, which are not planned but found."""

    def explore(self, attempt: Attempt) -> Iterator[Result]:
        """Ask as long as there is something to find.

        `attempt` holds the budget, keeps the pace, sends and judges, and takes no note. What is yielded is
        noted and written: the smallest request of each finding, and one that passed for each requirement
        that held. Raises Stop where `attempt` does.
        """
        ...
