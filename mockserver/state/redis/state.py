"""The State (protocol.py) on a Redis or Valkey server: any number of processes on any machines share it.

Each operation is one script, so that it is carried out at once. What belongs to a credential is in one slot
of a cluster, named by the credential's label; the clock, the schedule, whose a task is, and the journal are
in another. Every key goes a week after it was last used; what is of a while, sooner.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import secrets
from decimal import Decimal
from typing import Any

from proofsheet.mockserver.state.protocol import Name, StateUnavailable
from proofsheet.mockserver.state.redis import waiting
from proofsheet.mockserver.state.redis.money import packed as as_money
from proofsheet.mockserver.state.redis.money import unpacked as from_money
from proofsheet.mockserver.state.redis.packing import packed, unpacked
from proofsheet.mockserver.state.redis.schedule_and_journal import ALL, ScheduleAndJournal
from proofsheet.mockserver.state.redis.steps import NOTHING, NOW, TEXT, YES, Step
from proofsheet.mockserver.state.redis.task_fields import fields, task_of
from proofsheet.mockserver.state.tasks import MOST_TASKS, Added, Holder, Most, Replaced, Task
from proofsheet.mockserver.state.windows import Allowance
from proofsheet.spec.policy import RateLimit, TokenLimit

MOST_TASKS_OF_ONE = 10_000
HOLD_SECONDS = 900  # for which a call under way holds credits, whatever became of its process
ONCE_SECONDS = 900  # for which a settlement that is told again is known as the same
_WEEK = 7 * 86400
_MOST_AT_ONCE = 1000  # arguments of a script, whose stack has room for some thousands


class RedisState(ScheduleAndJournal):
    """The memory of all doubles that are given the same URL. Every method may raise StateUnavailable."""

    # clock

    def now(self) -> float:
        return self._asking.moment().later()

    def move_clock(self, seconds: float = 0.0, frozen: bool | None = None) -> dict[str, Any]:
        freeze = "" if frozen is None else str(int(frozen))
        self._ask("move", repr(seconds), freeze)
        moment = self._asking.moment()
        return {"now": moment.now, "frozen": moment.frozen}

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
        family, credential = holder
        account = (family, as_money(self._opening(holder)), NOW)
        return self._granted(credential, "reserve", *account, as_money(cost), hold, HOLD_SECONDS)

    def settle(
        self, holder: Holder, cost: Decimal, charge: bool, paid: Decimal | None = None, hold: str = ""
    ) -> None:
        price = as_money(cost if paid is None else paid)
        step = self._account_step(holder, "settle", price, int(charge), hold, ONCE_SECONDS)
        if not self._asking.say(step):
            self._asking.ask(step)

    def void(self, holder: Holder, hold: str) -> None:
        self._ask_account(holder, "void", hold, ONCE_SECONDS)

    # tasks

    def add_task(self, task: Task, most: Most | None = None, hold: str = "") -> Added:
        name = _owned(task.holder[0], task.id)
        limit = (most.count, most.document, most.operation or "") if most else ("", "", "")
        arguments = (task.id, hold, ONCE_SECONDS, *limit, MOST_TASKS_OF_ONE, *fields(task))
        own = self._asking.shared("own", name, task.holder[1], MOST_TASKS, expects=YES)
        answers = self._asking.ask(own, self._account_step(task.holder, "add", *arguments))
        if len(answers) == 1:
            return "known"
        added: Added = answers[1].decode()
        if added in ("most", "full"):
            self._ask("disown", name)
        return added

    def task(self, account: str, id: str, look: Holder | None = None) -> Task | None:
        guess = look[1] if look else (waiting.known() or {}).get("key")
        owner = self._asking.shared("owner", _owned(account, id), expects=f"{TEXT}{guess}")
        own = () if guess is None else (self._look(account, guess, id, look),)
        answers = self._asking.ask(owner, *own)
        if answers[0] is None:
            return None
        if len(answers) == 1:
            answers = (None, *self._asking.ask(self._look(account, answers[0].decode(), id, look)))
        return task_of(answers[1]) if answers[1] else None

    def _look(self, account: str, credential: str, id: str, look: Holder | None) -> Step:
        holder = (account, credential)
        return self._account_step(holder, "task", id, int(look == holder))

    def tasks(self, holder: Holder | None, newest: int | None = None) -> list[Task]:
        most = ALL if newest is None else newest
        if holder is not None:
            found = self._ask_of(holder[1], "tasks", holder[0], most)
            return [task_of(each) for each in reversed(found)]
        owned = [(name.decode().split("\n"), key.decode()) for name, key in self._ask("owned", most)]
        several = (self._ask_of(key, "one", family, id) for (family, id), key in reversed(owned))
        return [task_of(each) for each in several if each]

    def unfinished_tasks(self, holder: Holder, document: str, operation: str | None = None) -> int:
        return int(self._ask_of(holder[1], "unfinished", holder[0], NOW, document, operation or ""))

    def has_room(self, holder: Holder, most: Most) -> bool:
        limit = (most.document, most.operation or "", most.count)
        return self._granted(holder[1], "has_room", holder[0], NOW, *limit)

    def replace_task(self, old: Task, new: Task, anyway: bool = False) -> Replaced:
        arguments = (old.id, old.version, int(anyway), *fields(new))
        replaced: Replaced = self._ask_account(old.holder, "replace", *arguments).decode()
        return replaced

    def remove_task(self, task: Task) -> None:
        self._ask_account(task.holder, "remove", task.id)
        self._ask("disown", _owned(task.holder[0], task.id))

    # rate

    def hit(self, holder: Holder, limit: RateLimit, counted: str = "") -> bool:
        window = (_window(holder, limit, counted), NOW, repr(limit.window))
        rest = (limit.requests, repr(limit.penalty), limit.refused)
        return self._granted(holder[1], "hit", *window, *rest)

    def spend(self, holder: Holder, limit: TokenLimit, amount: int, counted: str = "") -> bool:
        window = (_window(holder, limit, counted), NOW, repr(limit.window))
        return self._granted(holder[1], "spend", *window, limit.tokens, amount)

    def allowance(self, holder: Holder, limit: RateLimit | TokenLimit, counted: str = "") -> Allowance:
        window = (_window(holder, limit, counted), NOW, repr(limit.window))
        used, first, last, blocked, now = self._ask_of(holder[1], "allowance", *window)
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
        step = self._asking.of(name[1], "recall", _place(name), expects=NOTHING)
        found = self._asking.ask(step, assumed=(None,))[0]
        return None if found is None else _value(found, self.now())

    def exchange(self, name: Name, old: Any, new: Any, seconds: float) -> bool:
        found, now = self._ask_of(name[1], "recall", _place(name)), self.now()
        if _value(found, now) != old:
            return False
        value = _kept(now + seconds, new)
        return bool(self._ask_of(name[1], "exchange", _place(name), found or b"", value, _real(seconds)))

    def forget(self, name: Name) -> None:
        self._ask_of(name[1], "forget", _place(name))

    def reset(self, key: str | None = None, label: str | None = None) -> None:
        if key is None:
            secret, now = self.secret(), repr(self.now())
            self.link.clear()
            self._ask("secret", secret)
            self._ask("start", now)
            return
        self.drop_journal(label)
        gone = self._ask_of(key, "reset")
        for at in range(0, len(gone), _MOST_AT_ONCE):
            self._ask("disown", *(b"\n".join(each) for each in gone[at : at + _MOST_AT_ONCE]))
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
