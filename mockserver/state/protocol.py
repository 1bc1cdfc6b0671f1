"""What the double remembers, as whole operations: each is carried out at once, whoever keeps the memory.

Arguments and results are plain values, so that they can go to another process and back.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from proofsheet.mockserver.state.journal import Entry, Unwritten
from proofsheet.mockserver.state.tasks import Added, Holder, Most, Replaced, Task
from proofsheet.mockserver.state.windows import Allowance
from proofsheet.spec.policy import RateLimit, TokenLimit

Name = tuple[str, ...]  # a kind, the credential or id under which it is kept, and what else tells it apart


class StateUnavailable(Exception):
    """Whoever keeps the memory does not answer, or has no room; the text says who and why."""


class Unforeseen(BaseException):
    """In a rehearsal, nothing can be assumed of an answer. No error: what handles those lets it pass."""


@dataclass(frozen=True)
class Scheduled:
    """What is to happen to the next `times` calls of a key (or of any) to an operation (or to any)."""

    times: int
    key: str | None = None
    operation: str | None = None
    outcome: str | None = None
    code: int | None = None
    fault: str | None = None
    task: str | None = None  # what becomes of the task that the call starts
    answer: str | None = None  # what is written in reply: a script (scripts.py) as JSON
    able: frozenset[tuple[str, str]] | None = None  # the operations (document, id) concerned; None: any

    def concerns(self, key: str | None, operation: tuple[str, str]) -> bool:
        return (self.able is None or operation in self.able) and self.key in (None, key)


class State(Protocol):
    """The memory of a double, or of several processes that serve one."""

    @property
    def rehearses(self) -> bool:
        """Whether a call is to ask all that it can at once (rehearsal.py): this memory is far away."""

    def now(self) -> float:
        """The clock, in Unix seconds."""

    def move_clock(self, seconds: float = 0.0, frozen: bool | None = None) -> dict[str, Any]:
        """Advance the clock, stop it or let it run; says where it stands."""

    def fresh_seed(self, holder: Holder, maximum: int) -> int:
        """A seed from 1 to `maximum` (both in); reproducible per credential where the double has a seed."""

    def balance(self, holder: Holder) -> Decimal | None:
        """The credits of an account, held ones included; None if unlimited."""

    def held(self, holder: Holder) -> Decimal:
        """The credits that calls under way hold."""

    def set_balance(self, holder: Holder, credits: Decimal | None) -> None:
        """Give an account a balance."""

    def reserve(self, holder: Holder, cost: Decimal, hold: str = "") -> bool:
        """Hold `cost` credits; False, and nothing held, if they are not there.

        `hold` names the reservation wherever it is spoken of again: who keeps the memory may be told twice.
        """

    def settle(
        self, holder: Holder, cost: Decimal, charge: bool, paid: Decimal | None = None, hold: str = ""
    ) -> None:
        """Let go of a reservation, and take it from the balance if the call is to be paid; or less of it."""

    def owe(self, method: str, *args: Any) -> None:
        """Carry out `settle` or `void` when the memory answers again: it did not when it was to be done."""

    def void(self, holder: Holder, hold: str) -> None:
        """Undo what a call has held, paid or started under a name: nobody was told of it."""

    def add_task(self, task: Task, most: Most | None = None, hold: str = "") -> Added:
        """Keep a task, which takes over what was reserved for it. Nothing is done if its id is known.

        Nor if its holder has so many already, or too many tasks are open.
        """

    def task(self, account: str, id: str, look: Holder | None = None) -> Task | None:
        """A task; where it goes by looks, its holder's `look` leaves it one further on."""

    def tasks(self, holder: Holder | None, newest: int | None = None) -> list[Task]:
        """The tasks of a holder, or all of them; oldest first; only so many of the newest."""

    def unfinished_tasks(self, holder: Holder, document: str, operation: str | None = None) -> int:
        """How many tasks of a holder and document have not ended; those of one operation, if given."""

    def has_room(self, holder: Holder, most: Most) -> bool:
        """Whether a holder has fewer unfinished tasks than that."""

    def replace_task(self, old: Task, new: Task, anyway: bool = False) -> Replaced:
        """Put what became of a task in its place; nothing is done if it has changed meanwhile.

        Nor if it has ended, unless it is to be replaced anyway; nor if there is no room for what is new.
        """

    def remove_task(self, task: Task) -> None:
        """Settle a task that has ended and forget it."""

    def hit(self, holder: Holder, limit: RateLimit, counted: str = "") -> bool:
        """Count a request under a name; False if it is one too many or comes during the penalty."""

    def spend(self, holder: Holder, limit: TokenLimit, amount: int, counted: str = "") -> bool:
        """Count the tokens of a request; False, and nothing counted, if they are too many."""

    def allowance(self, holder: Holder, limit: RateLimit | TokenLimit, counted: str = "") -> Allowance:
        """How much of a limit is used, and when it is free again."""

    def remember(self, name: Name, value: Any, seconds: float) -> None:
        """Keep a value under its name, for so many seconds of the clock."""

    def recall(self, name: Name) -> Any:
        """What is remembered; None if nothing is, or not any more."""

    def exchange(self, name: Name, old: Any, new: Any, seconds: float) -> bool:
        """Keep a value in place of `old` (None: of nothing); False if something else is remembered by now."""

    def forget(self, name: Name) -> None:
        """Let go of what is remembered, if anything is."""

    def schedule(self, entry: Scheduled) -> bool:
        """Add something to happen; False if too much is scheduled already."""

    def scheduled(self) -> list[Scheduled]:
        """What is still to happen, first come first."""

    def drop_scheduled(self, key: str | None = None) -> None:
        """Let nothing happen any more, or nothing of what was scheduled for one key."""

    def take(self, key: str | None, operation: tuple[str, str]) -> Scheduled | None:
        """What is to happen to this call, if anything; counts it down."""

    def record(self, entry: Entry | Unwritten) -> None:
        """Keep an entry of the journal."""

    def journal(self, key: str | None = None, after: int = 0, limit: int | None = None) -> list[Entry]:
        """Entries after a number, of one key's label if given, the last `limit`."""

    def entry(self, seq: int) -> Entry | None:
        """One entry."""

    def journal_length(self) -> int:
        """How many entries there are."""

    def drop_journal(self, label: str | None = None) -> None:
        """Forget the journal, or one key's part of it."""

    def check(self) -> None:
        """Whether the memory answers. Raises StateUnavailable, as every other method may."""

    def reset(self, key: str | None = None, label: str | None = None) -> None:
        """Forget everything, or everything about one key (and the journal entries with its label)."""
