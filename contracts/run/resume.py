"""Going on with an earlier run: as it was begun, and without sending or paying for anything twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from proofsheet.contracts.client.target import NONE
from proofsheet.contracts.layers import BadUse
from proofsheet.contracts.plan.plan import Plan
from proofsheet.contracts.reports import records, task_records
from proofsheet.contracts.reports.records import Record, Report
from proofsheet.contracts.settings import Settings


@dataclass(frozen=True)
class Earlier:
    """An earlier run: its report, and by id the cases that are not sent again."""

    path: Path
    report: Report
    carried: Mapping[str, Record]

    @property
    def header(self) -> Record:
        return self.report.header

    @property
    def known(self) -> frozenset[str]:
        """All cases that were sent and may have been paid for."""
        return frozenset(self.carried) | {each["id"] for each in self.report.tasks}

    def begun(self, plan: Plan) -> dict[str, Record]:
        """By case, the tasks of a plan that it submitted and did not follow to their end."""
        return task_records.begun(self.report, {each.id for each in plan.cases if each.follow})

    def left(self, plan: Plan) -> dict[str, Record]:
        """The cases that are not sent again, but for those whose tasks are followed on."""
        begun = self.begun(plan)
        return {name: each for name, each in self.carried.items() if name not in begun}


_WITH = {True: "with", False: "without"}


def earlier(path: Path) -> Earlier:
    """Read the report of an earlier run, even of one that crashed. Raises BadReport."""
    return Earlier(path, records.partly(path), records.finished(path))


def as_before(run: Earlier) -> dict[str, Any]:
    """The settings of the earlier run, by the names of options."""
    header = run.header
    return {
        "profile": header["profile"],
        "budget": None if header["budget"] is None else Decimal(str(header["budget"])),
        "allow": (NONE, *header.get("permissions", ("paid",))),
        "only": tuple(each["id"] for each in header["requirements"]),
        "seed": header["seed"],
        "explore": header.get("explore"),
        "report": run.path,
    }


def hold_document(run: Earlier, name: str) -> None:
    """Refuse to go on by another document than that of the report. Raises BadUse."""
    if (then := run.header["document"]) != name:
        raise BadUse(
            f"{run.path} is the report of a run by {then}, not by {name}: give {then}, or leave out --resume"
        )


def hold_together(run: Earlier, found: Settings) -> None:
    """Refuse to go on with another run than that of the report. Raises BadUse.

    Where a plan is another, the same id is that of another request, and its answer would be taken for one
    that it is not.
    """
    now = {
        "document": found.name,
        "version": found.document.version,
        "target": found.target.url if found.target else None,
        "profile": found.profile,
        "seed": found.seed,
    }
    for name, value in now.items():
        if (then := run.header[name]) != value:
            raise BadUse(f"{run.path} is of the {name} {then}, not of {value}; leave out --resume")
    if run.header.get("callbacks", False) != (found.callbacks is not None):
        raise BadUse(f"{run.path} is of a run {_WITH[found.callbacks is None]} --callback-listen")
    known = {each["id"] for each in run.header["requirements"]}
    if others := sorted(known ^ {each.id for each in found.plan.requirements}):
        names = ", ".join(others[:3])
        raise BadUse(f"{run.path} asks for other requirements ({names} …); leave out --only, or --resume")
