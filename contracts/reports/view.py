"""A report as people read it: each requirement with its standing and the evidence for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contracts.records import Record, Report
from contracts.requirement import PROFILES

# What needs a reader first comes first. Advice is a breach of what fails nobody (MAY).
STANDINGS = ("failed", "errored", "advice", "skipped", "passed")
FINDINGS = ("failed", "errored", "advice")
MOST_EVIDENCE = 3  # cases shown for one finding
_LEVELS = ("MUST", "SHOULD", "MAY")
CRASHED = "the run crashed before this was judged"


@dataclass(frozen=True)
class Line:
    """One requirement, how it stands, and the cases that show why."""

    requirement: Mapping[str, Any]
    standing: str
    messages: tuple[tuple[str, int], ...]  # each with the number of times it was found
    reason: str
    evidence: tuple[Record, ...]
    more: int  # cases beyond the evidence

    @property
    def id(self) -> str:
        return str(self.requirement["id"])


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
        cases = self._cases_by_requirement
        found = [self._line(each, cases.get(each["id"], [])) for each in self.header["requirements"]]
        return tuple(sorted(found, key=_rank))

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many requirements stand how; all standings are there."""
        found = Counter(each.standing for each in self.lines)
        return {standing: found[standing] for standing in STANDINGS}

    @cached_property
    def findings(self) -> tuple[Line, ...]:
        return tuple(each for each in self.lines if each.standing in FINDINGS)

    @cached_property
    def operations(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each["operation"] for each in self.header["requirements"]))

    def of(self, profile: str) -> dict[str, int]:
        """The counts of one profile with all cheaper ones, as its verdict is given."""
        names = PROFILES[: PROFILES.index(profile) + 1]
        found = Counter(each.standing for each in self.lines if each.requirement["profile"] in names)
        return {standing: found[standing] for standing in STANDINGS}

    @cached_property
    def _cases_by_requirement(self) -> dict[str, list[Record]]:
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
        standing = "advice" if status == "failed" and requirement["level"] == "MAY" else status
        messages = Counter((verdict["messages"] if verdict else own) if standing in FINDINGS else ())
        telling = [case for case in cases if _tells(case, name, standing)]
        shown = sorted(telling, key=_weight)[:MOST_EVIDENCE]
        left = len(telling) - len(shown)
        return Line(requirement, standing, tuple(messages.items()), reason, tuple(shown), left)


def _unjudged(messages: list[str]) -> tuple[str, str]:
    return ("failed", "") if messages else ("skipped", CRASHED)


def _tells(case: Record, name: str, standing: str) -> bool:
    if standing == "errored":
        return bool(case["reason"])
    return any(about == name for about, _ in case["messages"])


def _weight(case: Record) -> int:
    """The smallest request shows a breach best."""
    return len(case["request"]["body"] or "") if case["request"] else 0


def _rank(line: Line) -> tuple[int, int]:
    return STANDINGS.index(line.standing), _LEVELS.index(line.requirement["level"])
