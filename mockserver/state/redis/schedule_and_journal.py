"""What is to happen and what has happened: the schedule and the journal on a Redis."""

from __future__ import annotations

import dataclasses
import json

from proofsheet.mockserver.state.journal import SOURCES_LIMIT, Entry, Unwritten
from proofsheet.mockserver.state.memory import MOST_SCHEDULED
from proofsheet.mockserver.state.protocol import Scheduled
from proofsheet.mockserver.state.redis import waiting
from proofsheet.mockserver.state.redis.packing import packed, unpacked
from proofsheet.mockserver.state.redis.questions import Questions
from proofsheet.mockserver.state.redis.steps import CALM

ALL = 1_000_000_000  # more than there are
_NO_KEY = "\n"  # no credential is a line's end


class ScheduleAndJournal(Questions):
    """The schedule and the journal of all doubles that are given the same URL."""

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
        if (known := waiting.known()) is not None:
            known["key"] = key or ""
        is_calm = f"{CALM}{self._asking.clock}"
        arguments = (_NO_KEY if key is None else key, "\n".join(operation))
        step = self._asking.shared("arrive", *arguments, expects=is_calm)
        answer = self._asking.ask(step, assumed=((),))[0]
        return _scheduled(answer[5], int(answer[4])) if len(answer) > 4 else None

    # journal

    def record(self, entry: Entry | Unwritten) -> None:
        written = entry() if callable(entry) else entry
        whole = written["pictures"]
        light = tuple(each.without_uploads() if each.bytes_held else each for each in whole)
        uploads = packed(whole) if any(each.bytes_held for each in whole) else b""
        data = packed({**written, "pictures": light})
        self._ask("record", self._journal_size, written["key"] or "", data, uploads, SOURCES_LIMIT)

    def journal(self, key: str | None = None, after: int = 0, limit: int | None = None) -> list[Entry]:
        found = self._ask("journal", int(key is None), key or "", after, limit or ALL)
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
        self._ask("clock")
        self._pay_debts()


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
