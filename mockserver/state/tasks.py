"""Tasks as they are remembered: plain values, bounded in number, each settled once when its time has come."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import Any

Holder = tuple[str, str]  # whose credits, limits and tasks: the family or vendor, and the credential
MOST_TASKS = 150_000
MOST_BYTES = 512_000_000  # of requests and of the uploads that artifacts come from
MOST_LOOKED_THROUGH = 1000  # of the oldest, for one that has ended


@dataclass(frozen=True, slots=True)
class Task:
    """A task. Times are seconds of the clock.

    Where it stands is no part of it: that is computed from `moves`, `route` and the clock. `route` says after
    how many seconds (or looks, where `by_looks`) since its last move it comes into which state.
    """

    id: str
    holder: Holder
    operation: tuple[str, str]  # the document and the operation that started it
    lifecycle: str
    moves: tuple[tuple[float, str], ...]  # when it was started or moved by a client, and to which state
    route: tuple[tuple[float, str], ...]  # since its last move; the first is (0, its state then)
    ends: bool  # whether the last state of the route is final
    request: str  # what it was submitted with, as JSON: fields, path, query
    origin: str = ""  # of the double, as the client that submitted it named it
    kind: str | None = None
    by_looks: bool = False
    looks: int = 0  # since its last move
    cost: Decimal = Decimal(0)  # what it holds of its account's credits, until it ends
    charged: bool = False  # whether it is paid for where it ends
    settled: bool = False
    seed: int | None = None
    artifacts: tuple[Any, ...] = ()  # descriptions of what it makes
    parent: str | None = None
    offer: str | None = None  # which of its parent's offers it took
    label: str = ""
    flaw: str = ""  # what is wrong with the parameters in its prompt
    texts: tuple[tuple[str, str], ...] = ()  # what it says in words, by name
    ahead: int = 0  # how many were before it when it was submitted
    forcing: str = ""  # what was to become of it, as it was written
    version: int = 0  # counts its changes

    @property
    def bytes_held(self) -> int:
        """What of it may be large."""
        return len(self.request) + sum(getattr(each, "bytes_held", 0) for each in self.artifacts)

    @property
    def created(self) -> float:
        return self.moves[0][0]

    def has_ended(self, now: float) -> bool:
        """Whether its last state is final and has come."""
        at = self.route[-1][0]
        return self.ends and (self.looks >= at if self.by_looks else now >= self.moves[-1][0] + at)

    def sent(self) -> dict[str, Any]:
        """What it was submitted with: `fields`, `path`, `query`."""
        found: dict[str, Any] = json.loads(self.request)
        return found


class Tasks:
    """Every task by account and id, oldest first; and when those that hold credits end."""

    def __init__(self) -> None:
        self._tasks: dict[tuple[str, str], Task] = {}
        self._of_holder: dict[Holder, dict[str, None]] = {}
        self._open: dict[Holder, dict[str, None]] = {}  # not known to have ended
        self._due: dict[Holder, list[tuple[float, str]]] = {}  # heaps
        self._held = 0  # bytes

    def add(self, task: Task, now: float) -> bool:
        """Keep a task; False where there are too many and none of the oldest has ended."""
        while len(self._tasks) >= MOST_TASKS or self._held + task.bytes_held > MOST_BYTES:
            if not self._make_room(now):
                return False
        self._held += task.bytes_held
        self._tasks[task.holder[0], task.id] = task
        self._of_holder.setdefault(task.holder, {})[task.id] = None
        self._open.setdefault(task.holder, {})[task.id] = None
        self._expect(task)
        return True

    def _make_room(self, now: float) -> bool:
        free = (each for each in self.oldest() if each.settled or _is_free(each, now))
        if (ended := next(free, None)) is None:
            return False
        self._drop(ended)
        return True

    def oldest(self) -> list[Task]:
        """The oldest tasks, as many as are looked through for one that can go."""
        return list(islice(self._tasks.values(), MOST_LOOKED_THROUGH))

    def _drop(self, task: Task) -> None:
        self._held -= self._tasks.pop((task.holder[0], task.id)).bytes_held
        for table in (self._of_holder, self._open):
            ids = table.get(task.holder, {})
            ids.pop(task.id, None)
            if not ids:
                table.pop(task.holder, None)

    def _expect(self, task: Task) -> None:
        if task.cost and not task.settled and task.ends and not task.by_looks:
            end = task.moves[-1][0] + task.route[-1][0]
            heapq.heappush(self._due.setdefault(task.holder, []), (end, task.id))

    def get(self, account: str, id: str) -> Task | None:
        return self._tasks.get((account, id))

    def look(self, account: str, id: str) -> Task | None:
        """A task, and one look more at it where its route goes by looks."""
        found = self._tasks.get((account, id))
        if found is not None and found.by_looks:
            # What this look sees is where it stood; the look counts from the next one on.
            self._tasks[account, id] = replace(found, looks=found.looks + 1)
        return found

    def put(self, old: Task, new: Task) -> bool:
        """Replace a task by what became of it; False, and nothing done, if it has changed in between."""
        known = self._tasks.get((old.holder[0], old.id))
        if known is None or known.version != old.version:
            return False
        self._held += new.bytes_held - known.bytes_held
        self._tasks[old.holder[0], old.id] = replace(new, version=old.version + 1)
        self._open.setdefault(new.holder, {})[new.id] = None
        self._expect(new)
        return True

    def of(self, holder: Holder | None, newest: int | None = None) -> list[Task]:
        """The tasks of a holder, oldest first; all of them for None; only so many of the newest."""
        if holder is None:
            return list(islice(reversed(self._tasks.values()), newest))[::-1]
        ids = islice(reversed(self._of_holder.get(holder, {})), newest)
        return [self._tasks[holder[0], each] for each in ids][::-1]

    def unfinished(self, holder: Holder, document: str, operation: str | None, now: float) -> int:
        """How many tasks of a holder and document have not ended; of one operation only, if given."""
        known = self._open.get(holder, {})
        for id in [each for each in known if self._tasks[holder[0], each].has_ended(now)]:
            del known[id]
        started = (self._tasks[holder[0], each].operation for each in known)
        return sum(each[0] == document and operation in (None, each[1]) for each in started)

    def ended_unsettled(self, holder: Holder, now: float) -> Iterator[Task]:
        """The tasks of a holder that have ended and still hold credits, each once; they are settled now."""
        due = self._due.get(holder, [])
        while due and due[0][0] <= now:
            _, id = heapq.heappop(due)
            if (task := self._tasks.get((holder[0], id))) is not None:
                yield from self.settled(task, now)

    def settled(self, task: Task, now: float) -> Iterator[Task]:
        """The task, if it has ended and still holds credits; it is marked as settled."""
        known = self._tasks.get((task.holder[0], task.id))
        if known is not None and known.cost and not known.settled and known.has_ended(now):
            self._tasks[task.holder[0], task.id] = replace(known, settled=True, version=known.version + 1)
            yield known

    def forget(self, key: str | None) -> None:
        """Forget all tasks, or those of one credential."""
        for task in [each for each in self._tasks.values() if key in (None, each.holder[1])]:
            self._drop(task)
        for holder in [each for each in self._due if key in (None, each[1])]:
            del self._due[holder]


def _is_free(task: Task, now: float) -> bool:
    return task.has_ended(now) and not task.cost
