"""One judgement from beginning to end: plan, run, records; safe to interrupt and to resume."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from contracts.asking import Asker
from contracts.budget import Budget
from contracts.oracle import Oracle
from contracts.plan import Plan
from contracts.records import Record
from contracts.reports import cases, recording
from contracts.reports.redaction import Redaction
from contracts.reports.writing import Writer
from contracts.running import Asked, Run
from contracts.target import Target
from contracts.verdict import Status, Verdict
from spec.document import Document

CONFORMS, FINDINGS, USAGE, BROKEN = 0, 1, 2, 3


@dataclass(frozen=True)
class Job:
    """What to judge and how. `carried` are cases of an earlier run, which are not sent again."""

    document: Document
    plan: Plan
    target: Target
    profile: str
    budget: Decimal
    report: Path
    seed: int | None = None
    carried: Mapping[str, Record] = field(default_factory=dict)


Progress = Callable[[int, int, Asked, Budget], None]


def carry_out(job: Job, progress: Progress, asker: Asker | None = None) -> tuple[Run, bool]:
    """Run the plan and write its report as it goes. Returns the run, and whether it was interrupted."""
    left = tuple(case for case in job.plan.cases if case.id not in job.carried)
    asker = asker or Asker(job.document, job.target)
    budget = Budget(job.budget, spent=_paid(job.carried))
    run = Run(replace(job.plan, cases=left), asker, Oracle(job.document), budget)
    _carry(run, job)
    redaction = Redaction(job.target.key)
    header = recording.header(job.plan, job.document, job.target, job.profile, job.seed, job.budget)
    with Writer(job.report, redaction, header, job.carried.values()) as writer:
        interrupted = _steps(run, job, writer, redaction, progress)
        for verdict in run.verdicts.values():
            writer.write(recording.verdict(verdict))
        verdicts = run.verdicts.values()
        writer.write(recording.footer(verdicts, job.profile, budget.spent, interrupted))
    asker.close()
    return run, interrupted


def _steps(run: Run, job: Job, writer: Writer, redaction: Redaction, progress: Progress) -> bool:
    began = time.monotonic()
    total, done = len(run.plan.cases), 0
    try:
        for asked in run.steps():
            now = time.monotonic()
            writer.write(cases.case(asked, job.document, redaction, (now - began) * 1000))
            began, done = now, done + 1
            progress(done, total, asked, run.budget)
    except KeyboardInterrupt:
        return True
    return False


def _paid(carried: Mapping[str, Record]) -> Decimal:
    return sum((Decimal(str(each["cost"])) for each in carried.values() if each["paid"]), Decimal(0))


def _carry(run: Run, job: Job) -> None:
    for record in job.carried.values():
        status = Status.PASSED if not record["reason"] else Status.ERRORED
        unjudged = {name for name, _ in record.get("unjudged", ())}
        for name in record["requirements"]:
            if name in run.verdicts and name not in unjudged:
                run.verdicts[name].climb(status, record["reason"])
        for name, message in record["messages"]:
            if name in run.verdicts:
                run.verdicts[name].climb(Status.FAILED, message)


def exit_code(run: Run, interrupted: bool, excused: Mapping[str, str]) -> int:
    """0 conforms, 1 findings, 3 something could not be judged. A known deviation is no finding."""
    verdicts = run.verdicts.values()
    if any(each.is_breach and each.requirement.id not in excused for each in verdicts):
        return FINDINGS
    broken = any(each.status is Status.ERRORED for each in verdicts)
    return BROKEN if broken or interrupted else CONFORMS


def excuses(deviations: Mapping[str, Any], today: date) -> dict[str, str]:
    """The known deviations that have not expired: requirement id to reason. Raises ValueError."""
    found = {}
    for name, each in deviations.items():
        if not isinstance(each, dict) or set(each) != {"reason", "until"}:
            raise ValueError(f'deviations.{name}: expected reason = "…" and until = 2027-01-31')
        if type(each["until"]) is not date:
            raise ValueError(f"deviations.{name}.until: expected a date such as 2027-01-31")
        if each["until"] >= today:
            found[name] = str(each["reason"])
    return found


def advice(verdicts: Mapping[str, Verdict]) -> int:
    """How many requirements that are only assumed were not met: worth a look, and nobody's failure."""
    return sum(each.status is Status.FAILED and not each.is_breach for each in verdicts.values())
