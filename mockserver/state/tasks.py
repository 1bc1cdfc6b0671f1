"""Tasks as they are remembered: plain values, bounded in number, each settled once when its time has come."""

from __future__ import annotations

import heapq
import json
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, Literal, NamedTuple

from proofsheet.mockserver.state.shelf import Shelf

Holder = tuple[str, str]  # whose credits, limits and tasks: the family or vendor, and the credential
MOST_TASKS = 150_000
MOST_BYTES = 512_000_000  # of requests and of the uploads that artifacts come from
MOST_LOOKED_THROUGH = 1000  # of the oldest, for one that has ended
_MOVE_BYTES = 150  # of one move that is remembered

# What became of a task that was to be kept: its id is known, its holder has too many, or the memory is full.
Added = Literal["kept", "known", "most", "full"]
# What became of a change: the task had changed or ended meanwhile, or the memory is full.
Replaced = Literal["replaced", "changed", "full"]


@dataclass(frozen=True, slots=True)
class Most:
    """So many unfinished tasks of a holder and document; of one operation only, if given."""

    count: int
    document: str
    operation: str | None = None


class Task(NamedTuple):
    """A task. Times are seconds of the clock. It is a tuple because it is often changed and packed.

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
    origin: str = ""  # of the double and the API's base path, as the client that submitted it named them
    prefix: str = ""  # the base path alone
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
        """What of it may be large, or grow."""
        held: int = sum(map(sys.getsizeof, (self.request, self.label, self.flaw, self.forcing)))
        held += sum([sys.getsizeof(text) for _, text in self.texts])
        held += sum([each.bytes_held for each in self.artifacts])
        return held + _MOVE_BYTES * len(self.moves)

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
        self._tasks: Shelf[Task] = Shelf()
        self._of_holder: dict[Holder, dict[str, None]] = {}
        self._open: dict[Holder, dict[str, float | None]] = {}  # not known to have ended; when they do
        self._due: dict[Holder, list[tuple[float, str]]] = {}  # heaps
        self._held = 0  # bytes

    def add(self, task: Task, now: float, most: Most | None = None) -> Added:
        """Keep a task. An id that is known is never given to another: the task before would be lost.

        It is "full" where there are too many and none of the oldest has ended.
        """
        if (task.holder[0], task.id) in self._tasks:
            return "known"
        if most and self.unfinished(task.holder, most.document, most.operation, now) >= most.count:
            return "most"
        size = task.bytes_held
        if not self._has_room(size, now, 1):
            return "full"
        self._held += size
        self._tasks[task.holder[0], task.id] = task
        self._of_holder.setdefault(task.holder, {})[task.id] = None
        self._open.setdefault(task.holder, {})[task.id] = _known_end(task)
        self._expect(task)
        return "kept"

    def _has_room(self, more: int, now: float, tasks: int = 0, spared: Task | None = None) -> bool:
        """Whether so many bytes more can be held; the oldest that have ended make room for them."""
        if more > MOST_BYTES:
            return False
        while len(self._tasks) + tasks > MOST_TASKS or self._held + more > MOST_BYTES:
            if not self._make_room(now, spared):
                return False
        return True

    def _make_room(self, now: float, spared: Task | None) -> bool:
        oldest = (each for each in self._oldest() if spared is None or each.id != spared.id)
        free = (each for each in oldest if each.settled or _is_free(each, now))
        if (ended := next(free, None)) is None:
            return False
        self._drop(ended)
        return True

    def oldest(self) -> list[Task]:
        """The oldest tasks, as many as are looked through for one that can go."""
        return list(self._oldest())

    def _oldest(self) -> Iterator[Task]:
        return islice(self._tasks.oldest(), MOST_LOOKED_THROUGH)

    def _drop(self, task: Task) -> None:
        self._held -= self._tasks.pop((task.holder[0], task.id)).bytes_held
        for table in (self._of_holder, self._open):
            ids = table.get(task.holder, {})
            ids.pop(task.id, None)
            if not ids:
                table.pop(task.holder, None)
        if task.holder not in self._of_holder:
            self._due.pop(task.holder, None)

    def _expect(self, task: Task) -> None:
        """Note when a task ends that holds credits. What was noted of it before is passed over, or goes."""
        if (end := _end(task)) is None:
            return
        due = self._due.setdefault(task.holder, [])
        heapq.heappush(due, (end, task.id))
        known = self._of_holder[task.holder]
        if len(due) > 2 * len(known) + 16:
            ends = ((_end(self._tasks[task.holder[0], id]), id) for id in known)
            due[:] = [(end, id) for end, id in ends if end is not None]
            heapq.heapify(due)

    def get(self, account: str, id: str) -> Task | None:
        return self._tasks.get((account, id))

    def look(self, account: str, id: str, by: Holder) -> Task | None:
        """A task; where its route goes by looks, and it is looked at by its holder, one look more at it."""
        found = self._tasks.get((account, id))
        if found is not None and found.by_looks and found.holder == by:
            # What this look sees is where it stood; the look counts from the next one on.
            self._tasks[account, id] = found._replace(looks=found.looks + 1)
        return found

    def put(self, old: Task, new: Task, now: float) -> Replaced:
        """Replace a task by what became of it. What was settled stays as it was settled."""
        known = self._tasks.get((old.holder[0], old.id))
        if known is None or known.version != old.version:
            return "changed"
        if not self._has_room(new.bytes_held - known.bytes_held, now, spared=known):
            return "full"
        if known.settled:
            new = new._replace(settled=True, charged=known.charged)
        self._held += new.bytes_held - known.bytes_held
        self._tasks[old.holder[0], old.id] = new._replace(version=old.version + 1)
        self._open.setdefault(new.holder, {})[new.id] = _known_end(new)
        self._expect(new)
        return "replaced"

    def of(self, holder: Holder | None, newest: int | None = None) -> list[Task]:
        """The tasks of a holder, oldest first; all of them for None; only so many of the newest."""
        if holder is None:
            return list(islice(self._tasks.newest(), newest))[::-1]
        ids = islice(reversed(self._of_holder.get(holder, {})), newest)
        return [self._tasks[holder[0], each] for each in ids][::-1]

    def unfinished(self, holder: Holder, document: str, operation: str | None, now: float) -> int:
        """How many tasks of a holder and document have not ended; of one operation only, if given."""
        known = self._open.get(holder, {})
        for id in [each for each, end in known.items() if self._has_ended(holder, each, end, now)]:
            del known[id]
        started = (self._tasks[holder[0], each].operation for each in known)
        return sum(each[0] == document and operation in (None, each[1]) for each in started)

    def _has_ended(self, holder: Holder, id: str, end: float | None, now: float) -> bool:
        return self._tasks[holder[0], id].has_ended(now) if end is None else end <= now

    def ended_unsettled(self, holder: Holder, now: float) -> Iterator[Task]:
        """The tasks of a holder that have ended and still hold credits, each once; they are settled now."""
        due = self._due.get(holder, [])
        while due and due[0][0] <= now:
            _, id = heapq.heappop(due)
            if (task := self._tasks.get((holder[0], id))) is not None:
                yield from self.settled(task, now)
        if not due:
            self._due.pop(holder, None)

    def settled(self, task: Task, now: float) -> Iterator[Task]:
        """The task, if it has ended and still holds credits; it is marked as settled."""
        known = self._tasks.get((task.holder[0], task.id))
        if known is not None and known.cost and not known.settled and known.has_ended(now):
            self._tasks[task.holder[0], task.id] = known._replace(settled=True, version=known.version + 1)
            yield known

    def remove(self, task: Task) -> None:
        """Forget a task, if it is there."""
        if (known := self._tasks.get((task.holder[0], task.id))) is not None:
            self._drop(known)

    def forget(self, key: str | None) -> None:
        """Forget all tasks, or those of one credential."""
        holders = [each for each in self._of_holder if key in (None, each[1])]
        for holder, id in [(each, id) for each in holders for id in self._of_holder[each]]:
            self._drop(self._tasks[holder[0], id])


def _end(task: Task) -> float | None:
    """When it ends, if it holds credits until then and the clock knows."""
    holds = task.cost and not task.settled and task.ends and not task.by_looks
    return task.moves[-1][0] + task.route[-1][0] if holds else None


def _known_end(task: Task) -> float | None:
    """When it ends by the clock; None where only the task itself can tell."""
    if task.by_looks:
        return None
    return task.moves[-1][0] + task.route[-1][0] if task.ends else math.inf


def _is_free(task: Task, now: float) -> bool:
    return task.has_ended(now) and not task.cost
