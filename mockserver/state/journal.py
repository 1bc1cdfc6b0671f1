"""The journal: what was asked and what was answered, bounded in number and size, without credentials."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from proofsheet.spec import pointers

Entry = dict[str, Any]
Unwritten = Callable[[], Entry]  # of a call that holds no upload: most are never looked at
TEXT_LIMIT = 2000  # characters of one field or header
BODY_LIMIT = 4096  # characters of a response body
SOURCES_LIMIT = 8 * 1024 * 1024  # bytes of uploads, kept to draw their answers again


def label(key: str | None) -> str | None:
    """A name for a credential that shows nothing of it: the same key, the same label."""
    return f"key-{hashlib.sha256(key.encode()).hexdigest()[:10]}" if key else None


@dataclass(slots=True)
class _Kept:
    seq: int
    entry: Entry | Unwritten

    def written(self) -> Entry:
        if callable(self.entry):
            self.entry = self.entry()
        self.entry["seq"] = self.seq
        return self.entry


class Journal:
    """A ring of entries. `seq` counts all that were ever recorded, also those that fell out."""

    def __init__(self, size: int) -> None:
        self._entries: deque[_Kept] = deque(maxlen=size)
        self._sources: deque[tuple[int, Entry]] = deque()
        self._source_bytes = 0
        self._seq = 0

    def record(self, entry: Entry | Unwritten) -> int:
        """Keep an entry, or what writes it when somebody looks; returns its number."""
        self._seq += 1
        self._entries.append(_Kept(self._seq, entry))
        if not callable(entry):
            self._bound(entry)
        return self._seq

    def _bound(self, entry: Entry) -> None:
        """Let go of the pictures of old entries whose uploads take too much room."""
        size = sum(each.bytes_held for each in entry["pictures"])
        if size:
            self._sources.append((size, entry))
            self._source_bytes += size
        while self._source_bytes > SOURCES_LIMIT:
            size, old = self._sources.popleft()
            self._source_bytes -= size
            old["pictures"] = ()

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
        self._entries.extend(kept)


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
