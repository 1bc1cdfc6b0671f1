"""The journal: what was asked and what was answered, bounded in number and size, without credentials."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from proofsheet.spec import pointers

Entry = dict[str, Any]
TEXT_LIMIT = 2000  # characters of one field or header
BODY_LIMIT = 4096  # characters of a response body
ENTRY_BYTES = 64 * 1024  # for each entry that a journal may have: together they hold no more
SOURCES_LIMIT = 8 * 1024 * 1024  # bytes of uploads, kept to draw their answers again
_EACH = 60  # bytes: about what a value weighs besides its text


def label(key: str | None) -> str | None:
    """A name for a credential that shows nothing of it: the same key, the same label."""
    return f"key-{hashlib.sha256(key.encode()).hexdigest()[:10]}" if key else None


@dataclass(frozen=True, slots=True)
class Unwritten:
    """What writes the entry of a call that holds no upload: most are never looked at."""

    write: Callable[[], Entry]
    bytes_held: int

    def __call__(self) -> Entry:
        return self.write()


@dataclass(slots=True)
class _Kept:
    seq: int
    entry: Entry | Unwritten
    weight: int  # bytes, without what its pictures come from
    sources: int = 0  # bytes of that

    def written(self) -> Entry:
        if isinstance(self.entry, Unwritten):
            self.entry = self.entry()
        self.entry["seq"] = self.seq
        return self.entry


class Journal:
    """A ring of entries, bounded in number and bytes. `seq` counts all that were ever recorded."""

    def __init__(self, size: int) -> None:
        self._most = size
        self._entries: deque[_Kept] = deque()
        self._held = 0  # bytes of them
        self._sources: deque[_Kept] = deque()  # those with pictures that come from uploads
        self._source_bytes = 0
        self._seq = 0

    def record(self, entry: Entry | Unwritten) -> int:
        """Keep an entry, or what writes it when somebody looks; returns its number."""
        self._seq += 1
        if isinstance(entry, Unwritten):
            self._keep(_Kept(self._seq, entry, entry.bytes_held))
        else:
            self._keep(_Kept(self._seq, entry, _weight(entry), _source_bytes(entry)))
        while len(self._entries) > self._most or self._is_too_much():
            self._drop_oldest()
        while self._source_bytes > SOURCES_LIMIT:
            self._forget_sources().written()["pictures"] = ()
        return self._seq

    def _keep(self, kept: _Kept) -> None:
        self._entries.append(kept)
        self._held += kept.weight
        if kept.sources:
            self._sources.append(kept)
            self._source_bytes += kept.sources

    def _is_too_much(self) -> bool:
        return self._held > self._most * ENTRY_BYTES and len(self._entries) > 1  # the newest stays

    def _drop_oldest(self) -> None:
        oldest = self._entries.popleft()
        self._held -= oldest.weight
        if self._sources and self._sources[0] is oldest:
            self._forget_sources()

    def _forget_sources(self) -> _Kept:
        """Count the uploads of the oldest entry that has any no more."""
        oldest = self._sources.popleft()
        self._source_bytes -= oldest.sources
        oldest.sources = 0
        return oldest

    def entries(self, key: str | None = None, after: int = 0, limit: int | None = None) -> list[Entry]:
        """The entries after number `after`, oldest first; of one key's label if given; the last `limit`."""
        written = (each.written() for each in self._entries if each.seq > after)
        found = [each for each in written if key is None or each["key"] == key]
        return [_light(each) for each in (found[-limit:] if limit else found)]

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, seq: int) -> Entry | None:
        """One entry, or None if it fell out or never was."""
        return next((each.written() for each in self._entries if each.seq == seq), None)

    def clear(self, key: str | None = None) -> None:
        """Forget everything, or everything of one key."""
        kept = [each for each in self._entries if key is not None and each.written()["key"] != key]
        self._entries.clear()
        self._sources.clear()
        self._held = self._source_bytes = 0
        for each in kept:
            self._keep(each)


def _source_bytes(entry: Entry) -> int:
    return sum(each.bytes_held for each in entry["pictures"])


def _weight(value: Any) -> int:
    """About the bytes of an entry, or of a value in it, without those of its pictures."""
    if isinstance(value, str):
        return _EACH + len(value)
    if isinstance(value, dict):
        return _EACH + sum(len(name) + _weight(each) for name, each in value.items())
    return _EACH + (sum(map(_weight, value)) if isinstance(value, list) else 0)


def _light(entry: Entry) -> Entry:
    """An entry without uploads: a list of them may go from process to process."""
    if not any(each.bytes_held for each in entry["pictures"]):
        return entry
    return {**entry, "pictures": tuple(each.without_uploads() for each in entry["pictures"])}


@dataclass(frozen=True)
class Pattern:
    """What to look for: each given name must agree. `fields` are request fields by name or pointer."""

    expected: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)

    def misses(self, entry: Entry) -> list[str]:
        """Why an entry does not match, one sentence each; empty if it does."""
        found = [
            f"{name}: expected {wanted!r}, was {entry.get(name)!r}"
            for name, wanted in self.expected.items()
            if entry.get(name) != wanted
        ]
        return found + [
            f"fields.{name}: expected {wanted!r}, was {_show(value)}"
            for name, wanted in self.fields.items()
            if not _same(value := _field(entry, name), wanted)
        ]


NAMES = ("document", "operation", "status", "outcome", "method", "path", "media_type")


def _field(entry: Entry, name: str) -> Any:
    tokens = pointers.split(name) if name.startswith("/") else (name,)
    return next(pointers.find(entry["fields"], tokens), None)


def _same(value: Any, wanted: Any) -> bool:
    # A form carries text, so 42 and "42" are the same request. Of a secret there is only a label.
    return value is not None and (value == wanted or str(value) in (str(wanted), f"({label(str(wanted))})"))


def _show(value: Any) -> str:
    return "absent" if value is None else repr(value)


@dataclass(frozen=True)
class Count:
    """How many matches are right."""

    least: int
    most: int | None

    def admits(self, number: int) -> bool:
        return number >= self.least and (self.most is None or number <= self.most)

    def __str__(self) -> str:
        if self.most is None:
            return f"at least {self.least}"
        return f"exactly {self.least}" if self.least == self.most else f"{self.least} to {self.most}"


def verify(entries: Iterable[Entry], pattern: Pattern, count: Count, no_errors: bool) -> dict[str, Any]:
    """Whether the right number of entries match, and if not: the closest one and why it does not.

    With `no_errors` none of the entries that were asked about may have a status of 400 or more.
    """
    entries = list(entries)
    misses = [(pattern.misses(each), each) for each in entries]
    matched = [each["seq"] for found, each in misses if not found]
    errors = [each["seq"] for each in entries if each["status"] >= 400] if no_errors else []
    ok = count.admits(len(matched)) and not errors
    report: dict[str, Any] = {"ok": ok, "expected": str(count), "matched": len(matched), "seqs": matched}
    if errors:
        report["errors"] = errors
    if not ok:
        report["message"] = _message(report, pattern, len(entries))
        report["closest"] = _closest([pair for pair in misses if pair[0]])
    return report


def _message(report: dict[str, Any], pattern: Pattern, total: int) -> str:
    sought = {**pattern.expected, **({"fields": dict(pattern.fields)} if pattern.fields else {})}
    text = f"expected {report['expected']} of {total} calls to match {sought}, found {report['matched']}"
    errors = report.get("errors")
    return text + (f"; calls {errors} ended in an error and none should have" if errors else "")


def _closest(misses: list[tuple[list[str], Entry]]) -> dict[str, Any] | None:
    if not misses:
        return None
    why, entry = min(misses, key=lambda pair: (len(pair[0]), -pair[1]["seq"]))
    shown = ("seq", "operation", "method", "path", "status", "outcome", "fields")
    return {"why": why, "entry": {name: entry[name] for name in shown}}
