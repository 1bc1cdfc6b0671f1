"""The records of a report, read and held against their schema; `report_errors` are the ways to be wrong.

They are written by `run_records`, one line at a time, so that a run that is killed leaves all it knew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from proofsheet.contracts.reports import report_errors
from proofsheet.contracts.reports.record_lines import EXPECTED, TORN, Numbered, Record, lines

__all__ = ["MissingFooter", "Record", "Report", "finished", "partly", "read"]


@dataclass(frozen=True)
class Report:
    """What a report holds; `footer` is None where the run crashed.

    `torn` is the number of a last line that was cut off and is left out.
    """

    path: Path
    header: Record
    cases: tuple[Record, ...]
    tasks: tuple[Record, ...]  # that were submitted
    verdicts: Mapping[str, Record]
    footer: Record | None
    torn: int | None = None

    @cached_property
    def requirements(self) -> Mapping[str, Record]:
        """Those that were planned, by their ids."""
        return {each["id"]: each for each in self.header["requirements"]}

    @property
    def family(self) -> str:
        """The family that it is about: what the ids of its requirements begin with."""
        return str(next(iter(self.requirements), self.header["document"])).partition(".")[0]


@dataclass(eq=False)
class MissingFooter(report_errors.BadReport):
    """The run crashed, so it passed nothing. `report` is what it knew until then."""

    report: Report


def read(path: Path) -> Report:
    """Read a report. Raises BadReport."""
    found = [*lines(path)]
    torn = found.pop()[0] if found and found[-1][1] is TORN else None
    if not found:
        raise report_errors.EmptyReport(path, 1, f"is empty; expected {EXPECTED}")
    if found[0][1]["kind"] != "header":
        raise report_errors.MissingHeader(
            path, 1, f"the first record is a {found[0][1]['kind']}, not the header"
        )
    _refuse_duplicates(path, found)
    report = _report(path, [record for _, record in found], torn)
    _hold_together(report, found)
    return report


def _report(path: Path, found: list[Record], torn: int | None) -> Report:
    cases = tuple(each for each in found if each["kind"] == "case")
    tasks = tuple(each for each in found if each["kind"] == "task")
    verdicts = {each["id"]: each for each in found if each["kind"] == "verdict"}
    footer = found[-1] if found[-1]["kind"] == "footer" else None
    return Report(path, found[0], cases, tasks, verdicts, footer, torn)


def partly(path: Path) -> Report:
    """Read a report even if it has no footer. Raises BadReport for all else."""
    try:
        return read(path)
    except MissingFooter as crash:
        return crash.report


def is_replaceable(path: Path) -> bool:
    """Whether a report may take this file's place: nothing is there, or what a report begins with."""
    try:
        _, first = next(lines(path), (0, None))
    except report_errors.BadReport:
        return not path.is_file()  # what is no file is refused when it is opened
    return first is None or first["kind"] == "header"


def finished(path: Path) -> dict[str, Record]:
    """The cases that a resumed run need not send again: those judged, and those that may have been paid."""
    return {each["id"]: each for each in partly(path).cases if _is_finished(each)}


def _is_finished(case: Record) -> bool:
    # A case with a reason was not judged; if it may have cost something it is still not sent twice.
    return bool(case["paid"]) or (case["response"] is not None and not case["reason"])


def _refuse_duplicates(path: Path, found: list[Numbered]) -> None:
    seen: set[tuple[str, Any]] = set()
    for line, record in found:
        if ("footer", None) in seen:
            raise report_errors.RecordAfterFooter(path, line, f"a {record['kind']} follows the footer")
        key = (record["kind"], record.get("id"))
        if key in seen:
            raise report_errors.DuplicateRecord(
                path, line, f"the {' '.join(filter(None, key))} is there twice"
            )
        seen.add(key)


def _hold_together(report: Report, found: list[Numbered]) -> None:
    path, last = report.path, found[-1][0]
    known = report.requirements.keys()
    for line, record in found:
        if record["kind"] == "verdict" and record["id"] not in known:
            raise report_errors.UnknownRequirement(path, line, f"the header does not list {record['id']}")
    if report.footer is None:
        cut = f"; line {report.torn} was cut off and is left out" if report.torn else ""
        raise MissingFooter(
            path, last, f"there is no footer: the run crashed, so nothing passed{cut}", report
        )
    if missing := sorted(known - report.verdicts.keys()):
        raise report_errors.MissingVerdict(path, last, f"no verdict on {', '.join(missing[:5])}")
