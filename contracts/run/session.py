"""One judgement from beginning to end: plan, run, records; safe to interrupt and to resume."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from proofsheet.contracts.client.http_client import HttpClient
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.exit_codes import BROKEN, CONFORMS, FINDINGS
from proofsheet.contracts.explore import Explorer
from proofsheet.contracts.history import recalled
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.plan.plan import Plan
from proofsheet.contracts.reports import case_records, deviations, run_records
from proofsheet.contracts.reports.records import Record
from proofsheet.contracts.reports.redaction import Redaction
from proofsheet.contracts.reports.writer import Writer
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.runner import Asked, Run
from proofsheet.contracts.verdict import Status
from proofsheet.spec.document import Document


@dataclass(frozen=True)
class Job:
    """What to judge and how. `carried` are cases of an earlier run, which are not sent again.

    `rate` is in requests per second, `concurrency` in requests; `explore` is told in the report only.
    """

    document: Document
    plan: Plan
    target: Target
    profile: str
    budget: Decimal
    report: Path
    seed: int | None = None
    carried: Mapping[str, Record] = field(default_factory=dict)
    rate: float | None = None
    concurrency: int = 1
    explorers: tuple[Explorer, ...] = ()
    explore: int | None = None
    explored_with: tuple[str, ...] = ()
    key_env: str | None = None
    permissions: Collection[str] = ()
    deviations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def redaction(self) -> Redaction:
        """What takes every secret of the target out of a text."""
        return Redaction(self.target.key, self.target.secrets)


@dataclass(frozen=True)
class Done:
    """What became of a job. `excused` are the known deviations that have not expired."""

    run: Run
    interrupted: bool
    excused: Collection[str]

    @property
    def exit_code(self) -> int:
        """0 conforms, 1 findings, 3 broken or nothing judged. A known deviation is no finding."""
        verdicts = self.run.verdicts.values()
        if any(each.is_breach and each.requirement.id not in self.excused for each in verdicts):
            return FINDINGS
        broken = any(each.status is Status.ERRORED for each in verdicts)
        judged = any(each.status is not Status.SKIPPED for each in verdicts)
        return BROKEN if broken or self.interrupted or not judged else CONFORMS


Progress = Callable[[int, int, Asked, Budget], None]
Notice = Callable[[str], None]


def carry_out(
    job: Job, progress: Progress, client: HttpClient | None = None, notice: Notice = lambda text: None
) -> Done:
    """Run the plan and write its report as it goes. `notice` gets a line about what is waited for."""
    client = client or HttpClient(job.document, job.target)
    try:
        return _carry_out(job, progress, client, notice)
    finally:
        client.close()


def _carry_out(job: Job, progress: Progress, client: HttpClient, notice: Notice) -> Done:
    run = _run(job, client, notice)
    redaction = job.redaction
    header = _header(job)
    excused = deviations.excused(header)
    # Whoever presses Ctrl-C again must not lose the end of the report.
    with run.interrupts.handled(), Writer(job.report, redaction, header, job.carried.values()) as writer:
        interrupted = _steps(run, job, writer, redaction, progress)
        for verdict in run.verdicts.values():
            writer.write(run_records.verdict(verdict))
        verdicts, spent = run.verdicts.values(), run.budget.spent
        writer.write(run_records.footer(verdicts, job.profile, spent, interrupted, excused, run.asked))
    return Done(run, interrupted, excused)


def _run(job: Job, client: HttpClient, notice: Notice) -> Run:
    left = tuple(case for case in job.plan.cases if case.id not in job.carried)
    run = Run(
        replace(job.plan, cases=left),
        client,
        Oracle(job.document, urlsplit(job.target.url).path),
        Budget(job.budget, spent=_paid(job.carried)),
        concurrency=job.concurrency,
        rate=job.rate,
        explorers=job.explorers,
        notice=notice,
    )
    _carry(run, job)
    return run


def _header(job: Job) -> Record:
    return run_records.header(
        job.plan,
        job.document,
        job.target,
        job.profile,
        job.seed,
        job.budget,
        job.deviations,
        job.key_env,
        job.explore,
        job.explored_with,
        job.permissions,
    )


def _steps(run: Run, job: Job, writer: Writer, redaction: Redaction, progress: Progress) -> bool:
    done, planned = 0, {case.id for case in run.plan.cases}
    try:
        for asked in run.steps():
            explored = asked.case.id not in planned
            milliseconds = asked.seconds * 1000
            writer.write(case_records.case(asked, job.document, redaction, milliseconds, explored))
            done += 1
            progress(done, max(len(run.plan.cases), done), asked, run.budget)
    except KeyboardInterrupt:
        return True
    return False


def _paid(carried: Mapping[str, Record]) -> Decimal:
    return sum((Decimal(str(each["cost"])) for each in carried.values() if each["paid"]), Decimal(0))


def _carry(run: Run, job: Job) -> None:
    planned = {case.id: case for case in job.plan.cases}
    for record in job.carried.values():
        case = planned.get(record["id"])
        answer = None if record["reason"] else record["response"]
        general = run.judging.general(case, answer["media_type"], answer["status"]) if case and answer else ()
        status = Status.PASSED if not record["reason"] else Status.ERRORED
        unjudged = dict(record.get("unjudged", ()))
        for name in (*record["requirements"], *(name for _, name in general)):
            if name in run.verdicts and name not in unjudged:
                run.verdicts[name].climb(status, record["reason"])
        for name, message in record["messages"]:
            if name in run.verdicts:
                run.verdicts[name].climb(Status.FAILED, message)
        if memory := record.get("memory"):
            known = recalled(record["id"], record["operation"], record["requirements"], memory)
            run.judging.history.append(known)
