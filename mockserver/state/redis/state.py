"""The State (protocol.py) on a Redis or Valkey server: any number of processes on any machines share it.

Each operation is one script, so that it is carried out at once. What belongs to a credential is in one slot
of a cluster, named by the credential's label; the clock, the schedule, whose a task is, and the journal are
in another. Every key goes a week after it was last used; what is of a while, sooner.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import random
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from proofsheet.mockserver.state.journal import SOURCES_LIMIT, Entry, Unwritten
from proofsheet.mockserver.state.memory import MOST_SCHEDULED
from proofsheet.mockserver.state.protocol import Name, Scheduled, StateUnavailable
from proofsheet.mockserver.state.redis import waiting
from proofsheet.mockserver.state.redis.link import Link, Script
from proofsheet.mockserver.state.redis.money import packed as as_money
from proofsheet.mockserver.state.redis.money import unpacked as from_money
from proofsheet.mockserver.state.redis.packing import packed, unpacked
from proofsheet.mockserver.state.redis.task_fields import fields, task_of
from proofsheet.mockserver.state.tasks import MOST_TASKS, Added, Holder, Most, Replaced, Task
from proofsheet.mockserver.state.windows import Allowance
from proofsheet.spec.policy import RateLimit, TokenLimit

MOST_TASKS_OF_ONE = 10_000
HOLD_SECONDS = 900  # for which a call under way holds credits, whatever became of its process
ONCE_SECONDS = 900  # for which a settlement that is told again is known as the same
_WEEK = 7 * 86400
_ALL = 1_000_000_000
_MOST_OWED = 10_000
_FRESH = 0.05  # seconds for which a task goes by the time that it was told
_NO_KEY = "\n"  # no credential is a line's end


@dataclass(frozen=True)
class _Moment:
    """The double's clock as a script is told it, and when we heard of it on our own."""

    text: str
    frozen: bool
    heard: float


class RedisState:
    """The memory of all doubles that are given the same URL. Every method may raise StateUnavailable."""

    def __init__(
        self,
        url: str,
        opening: Callable[[Holder], Decimal | None],
        journal_size: int = 500,
        seed: int | None = None,
        start: float | None = None,
    ) -> None:
        self.link = Link(url)
        self._opening = opening
        self._journal_size = journal_size
        self._seed = seed
        self._shared = Script("common", "shared", "run")
        self._credential = Script("common", "credential", "run")
        self._owed: deque[tuple[str, tuple[Any, ...]]] = deque(maxlen=_MOST_OWED)
        self._start = "" if start is None else repr(start)
        self._ask("start", self._start)

    # the two kinds of scripts

    def _ask(self, operation: str, *arguments: Any) -> Any:
        return self.link.run(self._shared, f"{self.link.prefix}:{{all}}", operation, *arguments)

    def _ask_of(self, credential: str, operation: str, *arguments: Any) -> Any:
        label = hashlib.sha256(credential.encode()).hexdigest()[:20]
        return self.link.run(self._credential, f"{self.link.prefix}:{{{label}}}", operation, *arguments)

    def _ask_account(self, holder: Holder, operation: str, *arguments: Any) -> Any:
        family, credential = holder
        opening = as_money(self._opening(holder))
        return self._ask_of(credential, operation, family, opening, self._moment().text, *arguments)

    # clock

    def _told(self, answer: Any) -> _Moment:
        self.link.set_time(float(answer[2]))
        moment = _Moment(answer[0].decode(), answer[1] == b"1", time.monotonic())
        known = waiting.known()
        if known is not None:
            known["moment"] = moment
        return moment

    def _moment(self) -> _Moment:
        known = waiting.known()
        moment: _Moment | None = known.get("moment") if known is not None else None
        if moment is not None and time.monotonic() - moment.heard < _FRESH:
            return moment
        return self._told(self._ask("clock"))

    def now(self) -> float:
        return float(self._moment().text)

    def move_clock(self, seconds: float = 0.0, frozen: bool | None = None) -> dict[str, Any]:
        freeze = "" if frozen is None else str(int(frozen))
        moment = self._told(self._ask("move", repr(seconds), freeze))
        return {"now": float(moment.text), "frozen": moment.frozen}

    # randomness

    def fresh_seed(self, holder: Holder, maximum: int) -> int:
        if self._seed is None:
            return random.randint(1, maximum)
        number = self._ask_of(holder[1], "seed", holder[0])
        return random.Random(f"{self._seed}/{holder[1] or None}/{number}").randint(1, maximum)

    def secret(self) -> bytes:
        """What signs links to files: every process signs alike."""
        found: bytes = self._ask("secret", secrets.token_bytes(32))
        return found

    # credits

    def balance(self, holder: Holder) -> Decimal | None:
        return from_money(self._ask_account(holder, "account")[0].decode())

    def held(self, holder: Holder) -> Decimal:
        return from_money(self._ask_account(holder, "account")[1].decode()) or Decimal(0)

    def set_balance(self, holder: Holder, credits: Decimal | None) -> None:
        self._ask_account(holder, "set", as_money(credits))

    def reserve(self, holder: Holder, cost: Decimal, hold: str = "") -> bool:
        self._pay_debts()
        return bool(self._ask_account(holder, "reserve", as_money(cost), hold, HOLD_SECONDS))

    def settle(
        self, holder: Holder, cost: Decimal, charge: bool, paid: Decimal | None = None, hold: str = ""
    ) -> None:
        price = as_money(cost if paid is None else paid)
        self._ask_account(holder, "settle", price, int(charge), hold, ONCE_SECONDS)

    def void(self, holder: Holder, hold: str) -> None:
        self._ask_account(holder, "void", hold, ONCE_SECONDS)

    def owe(self, method: str, *args: Any) -> None:
        self._owed.append((method, args))

    def _pay_debts(self) -> None:
        """Do what is owed; what cannot be done yet stays owed. Others may do so at the same time."""
        while self._owed:
            method, args = self._owed.popleft()
            try:
                getattr(self, method)(*args)
            except BaseException:
                self._owed.appendleft((method, args))
                raise

    # tasks

    def add_task(self, task: Task, most: Most | None = None, hold: str = "") -> Added:
        name = _owned(task.holder[0], task.id)
        if not self._ask("own", name, task.holder[1], MOST_TASKS):
            return "known"
        limit = (most.count, most.document, most.operation or "") if most else ("", "", "")
        arguments = (task.id, hold, ONCE_SECONDS, *limit, MOST_TASKS_OF_ONE, *fields(task))
        added: Added = self._ask_account(task.holder, "add", *arguments).decode()
        if added in ("most", "full"):
            self._ask("disown", name)
        return added

    def task(self, account: str, id: str, look: Holder | None = None) -> Task | None:
        credential = self._ask("owner", _owned(account, id))
        if credential is None:
            return None
        holder = (account, credential.decode())
        found = self._ask_account(holder, "task", id, int(look == holder))
        return task_of(found) if found else None

    def tasks(self, holder: Holder | None, newest: int | None = None) -> list[Task]:
        most = _ALL if newest is None else newest
        if holder is not None:
            found = self._ask_of(holder[1], "tasks", holder[0], most)
            return [task_of(each) for each in reversed(found)]
        owned = [(name.decode().split("\n"), key.decode()) for name, key in self._ask("owned", most)]
        several = (self._ask_of(key, "one", family, id) for (family, id), key in reversed(owned))
        return [task_of(each) for each in several if each]

    def unfinished_tasks(self, holder: Holder, document: str, operation: str | None = None) -> int:
        now = self._moment().text
        return int(self._ask_of(holder[1], "unfinished", holder[0], now, document, operation or ""))

    def replace_task(self, old: Task, new: Task, anyway: bool = False) -> Replaced:
        arguments = (old.id, old.version, int(anyway), *fields(new))
        replaced: Replaced = self._ask_account(old.holder, "replace", *arguments).decode()
        return replaced

    def remove_task(self, task: Task) -> None:
        self._ask_account(task.holder, "remove", task.id)
        self._ask("disown", _owned(task.holder[0], task.id))

    # rate

    def hit(self, holder: Holder, limit: RateLimit, counted: str = "") -> bool:
        window = (_window(holder, limit, counted), self._moment().text, repr(limit.window))
        return bool(
            self._ask_of(holder[1], "hit", *window, limit.requests, repr(limit.penalty), limit.refused)
        )

    def spend(self, holder: Holder, limit: TokenLimit, amount: int, counted: str = "") -> bool:
        window = (_window(holder, limit, counted), self._moment().text, repr(limit.window))
        return bool(self._ask_of(holder[1], "spend", *window, limit.tokens, amount))

    def allowance(self, holder: Holder, limit: RateLimit | TokenLimit, counted: str = "") -> Allowance:
        now = self._moment().text
        window = _window(holder, limit, counted), now, repr(limit.window)
        used, first, last, blocked = self._ask_of(holder[1], "allowance", *window)
        if not first:
            return Allowance()
        at = float(now)
        ends = [float(each.partition(b" ")[0]) + limit.window - at for each in (first, last)]
        shut = max(float(blocked) - at, 0.0)
        return Allowance(int(used), max(ends[0], shut), max(ends[1], shut))

    # values of a while

    def remember(self, name: Name, value: Any, seconds: float) -> None:
        until = self.now() + seconds
        self._ask_of(name[1], "remember", _place(name), _kept(until, value), _real(seconds))

    def recall(self, name: Name) -> Any:
        return _value(self._ask_of(name[1], "recall", _place(name)), self.now())

    def exchange(self, name: Name, old: Any, new: Any, seconds: float) -> bool:
        found, now = self._ask_of(name[1], "recall", _place(name)), self.now()
        if _value(found, now) != old:
            return False
        value = _kept(now + seconds, new)
        return bool(self._ask_of(name[1], "exchange", _place(name), found or b"", value, _real(seconds)))

    def forget(self, name: Name) -> None:
        self._ask_of(name[1], "forget", _place(name))

    # what is to happen

    def schedule(self, entry: Scheduled) -> bool:
        able = None if entry.able is None else ["\n".join(each) for each in sorted(entry.able)]
        known = {"times": entry.times, "key": entry.key, "able": able, "entry": _as_json(entry)}
        text = json.dumps({name: each for name, each in known.items() if each is not None})
        return bool(self._ask("schedule", text, MOST_SCHEDULED))

    def scheduled(self) -> list[Scheduled]:
        found = map(json.loads, self._ask("scheduled"))
        return [_scheduled(each["entry"], each["times"]) for each in found]

    def drop_scheduled(self, key: str | None = None) -> None:
        self._ask("unschedule", int(key is None), key or "")

    def take(self, key: str | None, operation: tuple[str, str]) -> Scheduled | None:
        answer = self._ask("arrive", _NO_KEY if key is None else key, "\n".join(operation))
        self._told(answer)
        return _scheduled(answer[4], int(answer[3])) if len(answer) > 3 else None

    # journal

    def record(self, entry: Entry | Unwritten) -> None:
        written = entry() if callable(entry) else entry
        whole = written["pictures"]
        light = tuple(each.without_uploads() if each.bytes_held else each for each in whole)
        uploads = packed(whole) if any(each.bytes_held for each in whole) else b""
        data = packed({**written, "pictures": light})
        self._ask("record", self._journal_size, written["key"] or "", data, uploads, SOURCES_LIMIT)

    def journal(self, key: str | None = None, after: int = 0, limit: int | None = None) -> list[Entry]:
        found = self._ask("journal", int(key is None), key or "", after, limit or _ALL)
        return [_entry(*each) for each in reversed(found)]

    def entry(self, seq: int) -> Entry | None:
        found = self._ask("entry", seq)
        if found is None:
            return None
        entry = _entry(*found[:2])
        return {**entry, "pictures": unpacked(found[2])} if found[2] else entry

    def journal_length(self) -> int:
        return int(self._ask("journal_length"))

    def drop_journal(self, label: str | None = None) -> None:
        self._ask("unrecord", int(label is None), label or "")

    # all of it

    def check(self) -> None:
        self._moment()
        self._pay_debts()

    def reset(self, key: str | None = None, label: str | None = None) -> None:
        if key is None:
            secret, moment = self.secret(), self._moment()
            self.link.clear()
            self._ask("secret", secret)
            self._told(self._ask("start", moment.text))
            return
        self.drop_journal(label)
        gone = self._ask_of(key, "reset")
        if gone:
            self._ask("disown", *(b"\n".join(each) for each in gone))
        self.drop_scheduled(key)

    def close(self) -> None:
        with contextlib.suppress(StateUnavailable):
            self._pay_debts()
        self.link.close()


def _owned(account: str, id: str) -> str:
    return f"{account}\n{id}"


def _window(holder: Holder, limit: RateLimit | TokenLimit, counted: str) -> str:
    return hashlib.sha256(repr((holder[0], limit, counted)).encode()).hexdigest()[:16]


def _place(name: Name) -> str:
    return ":value:" + json.dumps([name[0], *name[2:]])


def _real(seconds: float) -> int:
    """How long the server keeps what is to be known for so long on the double's clock, which may stand."""
    return int(min(max(seconds, 0.0) + 3600, _WEEK))


def _kept(until: float, value: Any) -> bytes:
    return repr(until).encode() + b" " + packed(value)


def _value(found: bytes | None, now: float) -> Any:
    until, _, data = (found or b"").partition(b" ")
    return unpacked(data) if data and now < float(until) else None


def _as_json(entry: Scheduled) -> str:
    found = dataclasses.asdict(entry)
    return json.dumps({**found, "able": None if entry.able is None else sorted(entry.able)})


def _scheduled(text: str | bytes, times: int) -> Scheduled:
    found = json.loads(text)
    able = None if found["able"] is None else frozenset(map(tuple, found["able"]))
    return Scheduled(**{**found, "able": able, "times": times})


def _entry(id: bytes, data: bytes) -> Entry:
    entry: Entry = unpacked(data)
    return {**entry, "seq": int(id.partition(b"-")[0])}
