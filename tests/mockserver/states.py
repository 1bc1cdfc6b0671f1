"""Histories for two memories: each step is asked of both, and they must answer alike.

A machine is aimed at one thing each, so that its steps meet: few names, few amounts, and of those some that
carry, borrow and come to just the limit.
"""

from __future__ import annotations

import itertools
import math
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    precondition,
    rule,
)

from proofsheet.mockserver.state.memory import Clock, MemoryState
from proofsheet.mockserver.state.protocol import Scheduled, State
from proofsheet.mockserver.state.tasks import Holder, Most, Task
from proofsheet.spec.policy import RateLimit, TokenLimit

START = 1_700_000_000.0
KEYS = ("sk-one", "")
HOLDERS = (("house", "sk-one"), ("garden", ""))  # few, so that steps meet
OPERATIONS = (("house", "paint"), ("house", "look"))
COSTS = tuple(map(Decimal, ("0", "0.1", "3", "0.6", "0.999999999999999", "17.35", "20.4")))
LIMITS = (RateLimit(3, 10.0, 60.0), RateLimit(2, 5.0, 7.5, "operation", "count"), RateLimit(4, 30.0, 0.0))
TOKENS = TokenLimit(100, 20.0)
NAMES = (("pace", "sk-one"), ("pace", "sk-two"), ("kept", "sk-one", "house", "a:b"), ("file", "t0ken"))
ROUTES = (
    ((0.0, "queued"), (2.5, "done")),
    ((0.0, "queued"), (0.0, "running"), (10.0, "failed")),
    ((0.0, "queued"),),
)

holders, keys, costs = st.sampled_from(HOLDERS), st.sampled_from(KEYS), st.sampled_from(COSTS)


def opening(holder: Holder) -> Decimal | None:
    """What an account starts with: one of them is unlimited."""
    return None if holder == ("garden", "") else Decimal("40.4")


def model() -> MemoryState:
    """The memory that the others are compared with: the one of a single process, its clock standing still."""
    made = MemoryState(opening, journal_size=12, seed=7, clock=Clock(lambda: START))
    made.move_clock(frozen=True)
    return made


def entry(holder: Holder, label: str | None, text: str) -> dict[str, Any]:
    """An entry as the journal has it, as far as the memory looks at it."""
    return {"key": label, "document": holder[0], "fields": {"text": text}, "pictures": ()}


def task(id: str, holder: Holder, cost: Decimal, now: float, route: Any, **more: Any) -> Task:
    """A task that was started now."""
    return Task(id, holder, ("house", "paint"), "life", ((now, "queued"),), route, request='{"a": 1}',
                ends=len(route) > 1, cost=cost, **more)  # fmt: skip


class History(RuleBasedStateMachine):
    """`subjects` are handles of one memory, as several processes have them: each step goes by any of them."""

    def subjects(self) -> list[State]:
        raise NotImplementedError

    @initialize()
    def begin(self) -> None:
        self.model = model()
        self.all = self.subjects()
        self.handles = itertools.cycle(self.all)
        self.numbers = itertools.count(1)
        self.resets = 0

    def ask(self, method: str, *args: Any, **options: Any) -> Any:
        """The answer of both memories, which is one."""
        expected = getattr(self.model, method)(*args, **options)
        found = getattr(next(self.handles), method)(*args, **options)
        assert found == expected, f"{method}{args}: {found!r} is not {expected!r}"
        return expected

    @rule(seconds=st.sampled_from([0.0, 0.25, 2.5, 7.5, 10.0, 61.0, 5000.0]))
    def advance(self, seconds: float) -> None:
        self.ask("move_clock", seconds)
        self.ask("now")

    @precondition(lambda self: next(self.numbers) > 10)
    @rule(key=keys)
    def reset(self, key: str) -> None:
        self.ask("reset", key, "key-2")
        self.resets += 1  # what was held before is nobody's


class Credits(History):
    """What calls hold and pay."""

    holds: Bundle[Any] = Bundle("holds")

    @rule(holder=holders)
    def look_at_account(self, holder: Holder) -> None:
        self.ask("balance", holder)
        self.ask("held", holder)

    @rule(holder=holders, credits=st.none() | costs)
    def set_balance(self, holder: Holder, credits: Decimal | None) -> None:
        self.ask("set_balance", holder, credits)

    @rule(target=holds, holder=holders, cost=costs)
    def reserve(self, holder: Holder, cost: Decimal) -> Any:
        name = f"hold{next(self.numbers)}"
        held = self.ask("reserve", holder, cost, name)
        return (holder, cost, name, self.resets) if held else multiple()

    @rule(hold=consumes(holds), charge=st.booleans(), part=st.booleans())
    def settle(self, hold: Any, charge: bool, part: bool) -> None:
        holder, cost, name, resets = hold
        if resets == self.resets:
            self.settled(holder, cost, charge, cost / 2 if part and cost > 1 else None, name)
            self.look_at_account(holder)

    def settled(self, *payment: Any) -> None:
        self.ask("settle", *payment)

    def teardown(self) -> None:
        for holder in HOLDERS:
            self.look_at_account(holder)


class Courses(History):
    """Tasks: what becomes of them and of what they hold."""

    tasks: Bundle[Any] = Bundle("tasks")  # (holder, id)
    seen: Bundle[Any] = Bundle("seen")  # tasks as they once were, to be replaced

    @rule(target=tasks, holder=holders, cost=costs, route=st.sampled_from(ROUTES), looks=st.booleans(),
          charged=st.booleans(), again=st.booleans(), most=st.none() | st.integers(1, 3))  # fmt: skip
    def add_task(
        self, holder: Holder, cost: Decimal, route: Any, looks: bool, charged: bool, again: bool,
        most: int | None,
    ) -> Any:  # fmt: skip
        name = f"hold{next(self.numbers)}"
        if not self.ask("reserve", holder, cost, name):
            return multiple()
        id = "same" if again else f"task{next(self.numbers)}"
        made = task(id, holder, cost, self.model.now(), route, charged=charged, by_looks=looks)
        limit = Most(most, "house", "paint" if again else None) if most else None
        if self.ask("add_task", made, limit, name) == "kept":
            return holder, id
        self.ask("settle", holder, cost, False, None, name)
        return multiple()

    @rule(target=seen, known=tasks, by=st.none() | holders)
    def look(self, known: Any, by: Holder | None) -> Any:
        holder, id = known
        found = self.ask("task", holder[0], id, by)
        return multiple() if found is None else found

    @rule(target=seen, known=tasks)
    def look_by_holder(self, known: Any) -> Any:
        return self.look(known, known[0])

    @rule(
        old=seen,
        route=st.sampled_from(ROUTES),
        anyway=st.booleans(),
        looks=st.booleans(),
        charged=st.booleans(),
    )
    def replace(self, old: Task, route: Any, anyway: bool, looks: bool, charged: bool) -> None:
        moved = (*old.moves, (self.model.now(), "moved"))
        new = old._replace(
            moves=moved, route=route, ends=len(route) > 1, by_looks=looks, looks=0, charged=charged
        )
        self.ask("replace_task", old, new, anyway)
        self.look_at_account(old.holder)

    @rule(holder=holders)
    def look_at_account(self, holder: Holder) -> None:
        self.ask("balance", holder)
        self.ask("held", holder)

    @rule(known=tasks)
    def remove(self, known: Any) -> None:
        found = self.model.task(known[0][0], known[1])
        if found is not None and found.holder == known[0] and found.has_ended(self.model.now()):
            self.ask("remove_task", found)

    @rule(holder=st.none() | holders, newest=st.none() | st.integers(1, 3))
    def list_tasks(self, holder: Holder | None, newest: int | None) -> None:
        self.ask("tasks", holder, newest)

    @rule(holder=holders, operation=st.sampled_from([None, "paint", "look"]))
    def unfinished(self, holder: Holder, operation: str | None) -> None:
        self.ask("unfinished_tasks", holder, "house", operation)
        self.ask("has_room", holder, Most(2, "house", operation))

    def teardown(self) -> None:
        self.advance(5000.0)  # at the end of each history all has ended that goes by the clock
        for holder in HOLDERS:
            self.look_at_account(holder)
            self.list_tasks(holder, None)


class Limits(History):
    """Windows of requests and tokens."""

    @rule(
        holder=holders,
        limit=st.sampled_from(LIMITS),
        counted=st.sampled_from(["", "paint"]),
        times=st.integers(1, 6),
    )
    def hit(self, holder: Holder, limit: RateLimit, counted: str, times: int) -> None:
        for _ in range(times):
            self.ask("hit", holder, limit, counted)
            self.ask("allowance", holder, limit, counted)

    @rule(holder=holders, amount=st.sampled_from([1, 30, 70, 101]))
    def spend(self, holder: Holder, amount: int) -> None:
        self.ask("spend", holder, TOKENS, amount)
        self.ask("allowance", holder, TOKENS)


class Values(History):
    """What is remembered for a while."""

    @rule(
        name=st.sampled_from(NAMES),
        value=st.sampled_from([b"bytes", {"n": 1}]),
        seconds=st.sampled_from([5.0, math.inf]),
    )
    def remember(self, name: Any, value: Any, seconds: float) -> None:
        self.ask("remember", name, value, seconds)

    @rule(name=st.sampled_from(NAMES))
    def recall(self, name: Any) -> None:
        self.ask("recall", name)

    @rule(name=st.sampled_from(NAMES), new=st.integers(1, 3), stale=st.booleans())
    def exchange(self, name: Any, new: int, stale: bool) -> None:
        self.exchanged(name, "stale" if stale else self.model.recall(name), new)

    def exchanged(self, name: Any, old: Any, new: int) -> None:
        self.ask("exchange", name, old, new, 9.0)

    @rule(name=st.sampled_from(NAMES))
    def forget(self, name: Any) -> None:
        self.ask("forget", name)

    @rule(holder=holders)
    def seed(self, holder: Holder) -> None:
        self.ask("fresh_seed", holder, 2**31)


class Happenings(History):
    """What is to happen, and the journal of what has."""

    @rule(key=st.none() | keys, times=st.integers(1, 3), able=st.none() | st.sampled_from(OPERATIONS))
    def schedule(self, key: str | None, times: int, able: Any) -> None:
        wanted = Scheduled(times, key, outcome="crash", code=500, able=able and frozenset({able}))
        self.ask("schedule", wanted)

    @rule(key=keys, operation=st.sampled_from(OPERATIONS))
    def take(self, key: str, operation: Any) -> None:
        self.ask("take", key or None, operation)

    @rule(key=st.none() | keys)
    def drop_scheduled(self, key: str | None) -> None:
        self.ask("scheduled")
        self.ask("drop_scheduled", key)

    @rule(holder=holders, label=st.sampled_from([None, "key-1", "key-2"]))
    def record(self, holder: Holder, label: str | None) -> None:
        made = entry(holder, label, f"entry {next(self.numbers)}")
        self.model.record(dict(made))
        handle = next(self.handles)
        handle.record(lambda: made)
        handle.now()  # a worker does not wait for an entry to be kept: the next question is asked by another

    @rule(
        label=st.sampled_from([None, "key-1"]), after=st.integers(0, 15), limit=st.none() | st.integers(1, 4)
    )
    def read_journal(self, label: str | None, after: int, limit: int | None) -> None:
        self.ask("journal", label, after, limit)
        self.ask("journal_length")
        self.ask("entry", after)

    @rule(label=st.sampled_from([None, "key-1"]))
    def drop_journal(self, label: str | None) -> None:
        self.ask("drop_journal", label)

    def teardown(self) -> None:
        self.ask("journal")
        self.ask("scheduled")


MACHINES = (Credits, Courses, Limits, Values, Happenings)
