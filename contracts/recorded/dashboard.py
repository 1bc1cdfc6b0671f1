"""What the judge of a proxy knows so far, for its page: counts, findings, and the newest exchanges."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from proofsheet.contracts.recorded.traffic_judge import Judged, TrafficJudge
from proofsheet.contracts.recorded.traffic_report import TrafficReport
from proofsheet.contracts.reports.records import Record
from proofsheet.contracts.reports.text import plural
from proofsheet.contracts.requirement import LEVELS
from proofsheet.traffic.flow import Flow
from proofsheet.traffic.redaction import Redactor

NEWEST = 200  # exchanges that the page shows
_LONGEST = 400  # characters of a message


@dataclass
class Kind:
    """One requirement that was broken: how often, in which words, and exchanges that show it."""

    id: str
    level: str
    says: str
    grade: str
    times: int = 0
    messages: Counter[str] = field(default_factory=Counter)
    evidence: list[Record] = field(default_factory=list)


@dataclass
class Dashboard:
    """Takes flows one after another; `shown` may be called from another thread."""

    judge: TrafficJudge
    report: TrafficReport
    upstream: str
    say: Callable[[str], None]
    counts: dict[str, int] = field(default_factory=dict)  # of the proxy
    number: int = 0
    _judged: dict[str, int] = field(default_factory=dict)  # the counts of the judge
    _kinds: dict[str, Kind] = field(default_factory=dict)
    _newest: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=NEWEST))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, flow: Flow, counts: dict[str, int] | None = None) -> int:
        """Judge one flow; the number of findings so far. `counts` are those that the proxy had by then."""
        judged = self.judge.judge(flow)
        if judged.unjudged.startswith("the judge failed"):
            self.say(f"Error: {judged.unjudged[:_LONGEST]}")
        self.number += 1
        record = self.report.add(self.number, flow, judged)
        with self._lock:  # what is shown together belongs together
            self.counts, self._judged = counts or self.counts, dict(self.judge.counts)
            for name, message in judged.messages:
                self._note(name, message, record)
            self._newest.appendleft(self._line(flow, judged))
        return self.judge.counts["findings"]

    def _note(self, name: str, message: str, record: Record | None) -> None:
        kind = self._kinds.get(name)
        if kind is None:
            requirement = self.judge.verdicts[name].requirement
            kind = Kind(name, requirement.level, requirement.says, requirement.grade)
            self._kinds[name] = kind
        text = message[:_LONGEST]
        if text not in kind.messages:
            self.say(f"{'advice' if kind.level == 'MAY' else 'finding'}: {name}: {text}")
        if text in kind.messages or len(kind.messages) < NEWEST:
            kind.messages[text] += 1
        kind.times += 1
        if record is not None and record not in kind.evidence and len(kind.evidence) < 3:
            kind.evidence.append(record)

    def shown(self) -> dict[str, Any]:
        """All that the page shows, as plain data."""
        with self._lock:
            kinds = sorted(self._kinds.values(), key=lambda each: (LEVELS.index(each.level), -each.times))
            return {
                "document": self.judge.document.name,
                "version": self.judge.document.version,
                "upstream": self.upstream,
                "proxy": dict(self.counts),
                "judge": dict(self._judged),
                "findings": [
                    {**vars(each), "messages": each.messages.most_common(5), "evidence": [*each.evidence]}
                    for each in kinds
                ],
                "newest": [*self._newest],
            }

    def summary(self) -> str:
        """What passed and what was found, in one line."""
        seen, mine = self.counts, self.judge.counts
        breaches = plural(len(self.judge.breaches), "requirement")
        parts = [f"{plural(seen.get('exchanges', 0), 'exchange')} passed", f"{mine['judged']} judged"]
        parts += [f"{plural(mine['findings'], 'finding')} on {breaches}"]
        notes = (
            (mine["advice"], "of advice"),
            (mine["unmatched"], "not in the document"),
            (mine["unjudged"], "without a whole answer or body"),
            (seen.get("unjudged", 0), "not judged, for too much was under way"),
            (seen.get("unrecorded", 0), "not recorded, for too much was under way"),
            (seen.get("broken", 0), "broken off by the upstream"),
            (seen.get("own", 0), "answered by the proxy itself"),
        )
        return "; ".join([*parts, *(f"{count} {what}" for count, what in notes if count)])

    def _line(self, flow: Flow, judged: Judged) -> dict[str, Any]:
        redactor = Redactor(flow, self.judge.credential_fields)
        return {
            "number": self.number,
            "at": datetime.fromtimestamp(flow.began, UTC).strftime("%H:%M:%S"),
            "method": flow.method,
            "path": redactor.text(flow.path)[:200],
            "operation": judged.operation.id if judged.operation else "",
            "status": flow.status,
            "milliseconds": round(flow.milliseconds),
            "bytes": None if flow.body is None else len(flow.body),
            "end": flow.end,
            "findings": len(judged.messages),
            "unjudged": redactor.text(judged.unjudged)[:200],
        }
