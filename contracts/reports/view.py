"""A report as people read it: each requirement with its state and the evidence for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from proofsheet.contracts.reports import deviations, records
from proofsheet.contracts.reports.hints import hints
from proofsheet.contracts.reports.records import Record, Report
from proofsheet.contracts.reports.text import plural
from proofsheet.contracts.requirement import LEVELS, PROFILES
from proofsheet.contracts.verdict import UNSENT

# What needs a reader first comes first. Advice is a breach of what fails nobody (MAY).
# What is known fails and is excused; it stays a breach, and is never counted as kept.
STATES = ("failed", "errored", "advice", "known", "skipped", "passed")
BREACHES = ("failed", "errored")  # of what may fail a target
FINDINGS = ("failed", "errored", "advice", "known")
LABELS = {"known": "known deviation"}  # what is not called by its own name
MOST_EVIDENCE = 3  # cases shown for one finding
CRASHED = "the run crashed before this was judged"


@dataclass(frozen=True)
class Line:
    """One requirement, how it stands, and the cases that show why."""

    requirement: Mapping[str, Any]
    state: str
    messages: tuple[tuple[str, int], ...]  # each with the number of times it was found
    reason: str
    evidence: tuple[Record, ...]
    more: int  # cases beyond the evidence
    deviation: Mapping[str, str] | None = None  # reason and until, expired or not

    @property
    def id(self) -> str:
        return str(self.requirement["id"])

    @property
    def note(self) -> str:
        """What there is to say of its known deviation; empty without one."""
        return deviations.label(self.state, self.deviation) if self.deviation else ""

    @property
    def is_explored(self) -> bool:
        """Whether only exploring found it, so that it takes exploring to find it again."""
        return bool(self.evidence) and all(map(is_explored, self.evidence))


@dataclass(frozen=True)
class View:
    """What every renderer shows."""

    report: Report

    @property
    def header(self) -> Record:
        return self.report.header

    @property
    def ended(self) -> str:
        """complete, interrupted or crashed."""
        return str(self.report.footer["ended"]) if self.report.footer else "crashed"

    @property
    def spent(self) -> float:
        """Credits; of a crashed run, those of the cases it wrote down."""
        if self.report.footer:
            return float(self.report.footer["spent"])
        return sum((float(each["cost"]) for each in self.report.cases if each["paid"]), 0.0)

    @property
    def asked(self) -> int:
        """Requests that were sent, as far as the report knows."""
        counted = (self.report.footer or {}).get("asked")
        return sum(bool(each["request"]) for each in self.report.cases) if counted is None else counted

    @cached_property
    def excused(self) -> frozenset[str]:
        """The requirements whose failure is a known deviation."""
        recorded = (self.report.footer or {}).get("excused")
        return deviations.excused(self.header) if recorded is None else frozenset(recorded)

    @cached_property
    def needless(self) -> tuple[Line, ...]:
        """What is kept although a deviation is known."""
        return tuple(each for each in self.lines if each.deviation and each.state == "passed")

    @cached_property
    def profiles(self) -> dict[str, str]:
        """The verdict on each profile that was asked for; a crashed run has none but `crashed`."""
        if self.report.footer:
            known: dict[str, str] = self.report.footer["profiles"]
            return {name: known[name] for name in PROFILES if name in known}
        asked = PROFILES[: PROFILES.index(self.header["profile"]) + 1]
        return dict.fromkeys(asked, "crashed")

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every requirement, worst first."""
        cases = self.cases_by_requirement
        found = [self._line(each, cases.get(each["id"], [])) for each in self.header["requirements"]]
        return tuple(sorted(found, key=_rank))

    @cached_property
    def by_id(self) -> dict[str, Line]:
        """The same by the ids of the requirements."""
        return {each.id: each for each in self.lines}

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many requirements stand how; all states are there."""
        found = Counter(each.state for each in self.lines)
        return {state: found[state] for state in STATES}

    @cached_property
    def findings(self) -> tuple[Line, ...]:
        return tuple(each for each in self.lines if each.state in FINDINGS)

    @cached_property
    def reasons(self) -> dict[str, int]:
        """Why requirements were skipped, and how many for each reason; the commonest first."""
        found = Counter(each.reason for each in self.lines if each.state == "skipped")
        return dict(found.most_common())

    @cached_property
    def hints(self) -> tuple[str, ...]:
        """What most findings may come from, where all answers have it in common."""
        unsent = next((each for each in self.reasons if each.startswith(UNSENT)), "")
        return hints(self.report.cases, self.header["document"], unsent.removeprefix(UNSENT))

    @cached_property
    def operations(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each["operation"] for each in self.header["requirements"]))

    def of(self, profile: str) -> dict[str, int]:
        """The counts of one profile with all cheaper ones, as its verdict is given."""
        names = PROFILES[: PROFILES.index(profile) + 1]
        found = Counter(each.state for each in self.lines if each.requirement["profile"] in names)
        return {state: found[state] for state in STATES}

    @cached_property
    def cases_by_requirement(self) -> dict[str, list[Record]]:
        """The cases that were to show each requirement, or were found to break it."""
        found: dict[str, list[Record]] = {}
        for case in self.report.cases:
            for name in dict.fromkeys([*case["requirements"], *(name for name, _ in case["messages"])]):
                found.setdefault(name, []).append(case)
        return found

    def _line(self, requirement: Mapping[str, Any], cases: list[Record]) -> Line:
        name = requirement["id"]
        verdict = self.report.verdicts.get(name)
        own = [text for case in cases for about, text in case["messages"] if about == name]
        status, reason = (verdict["status"], verdict["reason"]) if verdict else _unjudged(own)
        state = self._state(status, requirement)
        messages = Counter((verdict["messages"] if verdict else own) if state in FINDINGS else ())
        markers = [case for case in cases if _tells(case, name, state)]
        shown = sorted(markers, key=_weight)[:MOST_EVIDENCE]
        left = len(markers) - len(shown)
        deviation = self.header.get("deviations", {}).get(name)
        return Line(requirement, state, tuple(messages.items()), reason, tuple(shown), left, deviation)

    def _state(self, status: str, requirement: Mapping[str, Any]) -> str:
        if status != "failed":
            return status
        if requirement["id"] in self.excused:
            return "known"
        return "advice" if requirement["level"] == "MAY" else "failed"


def counted(state: str, count: int) -> str:
    """`3 failed`, `2 known deviations`."""
    return plural(count, LABELS[state]) if state in LABELS else f"{count} {state}"


def view(path: Path) -> View:
    """The report in a file, also of a run that crashed. Raises BadReport."""
    return View(records.partly(path))


def is_explored(case: Record) -> bool:
    """Whether exploring found this case; it is no part of the plan."""
    return bool(case.get("explored"))


def _unjudged(messages: list[str]) -> tuple[str, str]:
    return ("failed", "") if messages else ("skipped", CRASHED)


def _tells(case: Record, name: str, state: str) -> bool:
    if state == "errored":
        return bool(case["reason"])
    return any(about == name for about, _ in case["messages"])


def _weight(case: Record) -> int:
    """The smallest request shows a breach best."""
    return len(case["request"]["body"] or "") if case["request"] else 0


def _rank(line: Line) -> tuple[int, int]:
    return STATES.index(line.state), LEVELS.index(line.requirement["level"])
