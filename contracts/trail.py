"""The trail of a task: every answer about it, from its submission to its end and what is fetched after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from proofsheet.contracts.exchange import Exchange
from proofsheet.spec.document import Operation
from proofsheet.spec.tasks import Lifecycle

SUBMIT, VIEW, END, AGAIN = "submit", "view", "end", "again"  # the views: on the way, at its end, and later
FILE, FILE_AGAIN, LINK = "file", "file-again", "link"
VIEWS = (VIEW, END, AGAIN)


@dataclass(frozen=True)
class Extra:
    """One more request about a task: once it has begun, or once it has ended, by which operation.

    A `move` that is made while the task goes on changes what becomes of it.
    """

    role: str
    operation: str
    when: str = "begun"  # begun | ended
    credential: str = "valid"
    id: str = ""  # of another task than this


@dataclass(frozen=True)
class Look:
    """One answer on the way of a task, and when it came, in seconds of the run's clock."""

    role: str
    operation: Operation
    exchange: Exchange
    at: float = 0.0


@dataclass(frozen=True)
class Submitted:
    """A task that was submitted by an earlier run: its id, and the answer that gave it."""

    id: str
    exchange: Exchange


@dataclass(frozen=True)
class Delivery:
    """One request that came to the address of a task's callbacks; header names in lower case."""

    method: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    answered: int  # the status that it got


@dataclass(frozen=True)
class Ended:
    """A task that ended, and what those that go on from it need: what it offers (id, label), its picture.

    `preview` is that picture, `sides` wide and high, at 128 by 128 points of RGB; empty where there is none.
    """

    id: str
    state: str
    offers: tuple[tuple[str, str], ...] = ()
    preview: bytes = field(default=b"", repr=False)
    sides: tuple[int, int] = (0, 0)
    is_grid: bool = False
    artifact: str = ""  # the id of the first thing that it made, where it has one


@dataclass(frozen=True)
class Trail:
    """All answers about one task, in their order. `id` is None where the submission gave none.

    `hook` is the address given for its callbacks, empty where none was; `deliveries` are what came there.
    """

    operation: Operation  # that started it
    view: Operation
    id: str | None
    sent: Any  # the fields that it was submitted with
    looks: tuple[Look, ...]
    patience: float = 0.0
    waited: float = 0.0  # seconds from the first answer to the last
    hook: str = ""
    deliveries: tuple[Delivery, ...] = ()
    parent: Ended | None = None  # the task that it goes on from
    is_resumed: bool = False  # it was submitted by an earlier run

    @property
    def lifecycle(self) -> Lifecycle:
        assert self.operation.lifecycle is not None
        return self.operation.lifecycle

    def roles(self, *roles: str) -> Iterator[Look]:
        """The answers with one of these roles."""
        return (each for each in self.looks if each.role in roles)
