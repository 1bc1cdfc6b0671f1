"""One judgement from beginning to end: plan, run, records; safe to interrupt and to resume."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlsplit

from proofsheet.contracts.case import Case
from proofsheet.contracts.client.callback_receiver import Receiver, receiving
from proofsheet.contracts.client.http_client import HttpClient
from proofsheet.contracts.exit_codes import BROKEN, CONFORMS, FINDINGS
from proofsheet.contracts.history import recalled
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.plan.plan import Plan
from proofsheet.contracts.reports import case_records, deviations, run_records, task_records
from proofsheet.contracts.reports.key_redaction import Redaction
from proofsheet.contracts.reports.records import Record
from proofsheet.contracts.reports.writer import Writer
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.explorer import Explorer
from proofsheet.contracts.run.runner import Result, Run
from proofsheet.contracts.settings import Settings
from proofsheet.contracts.trail import Ended
from proofsheet.contracts.verdict import Status


@dataclass(frozen=True)
class Done:
    """What became of a run. `excused` are the known deviations that have not expired."""

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


Progress = Callable[[int, int, Result, Budget], None]
Notice = Callable[[str], None]


def carry_out(
    found: Settings,
    progress: Progress,
    client: HttpClient | None = None,
    notice: Notice = lambda text: None,
    *,
    carried: Mapping[str, Record] | None = None,
    begun: Mapping[str, Record] | None = None,
    explorers: tuple[Explorer, ...] = (),
) -> Done:
    """Run the plan and write its report as it goes. `notice` gets a line about what is waited for.

    `carried` are cases of an earlier run, which are not sent again; `begun` are tasks that it submitted, by
    case, which are followed to their end. Raises CannotListen.
    """
    carried, begun = carried or {}, begun or {}
    client = client or HttpClient(found.document, found.aim)
    try:
        with receiving(found.callbacks) as receiver:
            run = _run(found, client, notice, (carried, begun), explorers, receiver)
            return _carry_out(found, run, progress, (*carried.values(), *begun.values()))
    finally:
        client.close()


def redaction_of(found: Settings) -> Redaction:
    """What takes every secret of the target out of a text."""
    return Redaction(found.aim.key, found.aim.secrets)


def _carry_out(found: Settings, run: Run, progress: Progress, carried: Iterable[Record]) -> Done:
    redaction, header = redaction_of(found), _header(found)
    excused = deviations.excused(header)
    # Whoever presses Ctrl-C again must not lose the end of the report.
    with run.interrupts.handled(), Writer(found.report, redaction, header, carried) as writer:
        run.on_submitted = lambda case, task: writer.write(task_records.task(case, task))
        interrupted = _steps(run, found, writer, redaction, progress)
        for verdict in run.verdicts.values():
            writer.write(run_records.verdict(verdict))
        verdicts, spent = run.verdicts.values(), run.budget.spent
        writer.write(run_records.footer(verdicts, found.profile, spent, interrupted, excused, run.sent))
    return Done(run, interrupted, excused)


def _run(
    found: Settings,
    client: HttpClient,
    notice: Notice,
    earlier: tuple[Mapping[str, Record], Mapping[str, Record]],
    explorers: tuple[Explorer, ...],
    receiver: Receiver | None = None,
) -> Run:
    carried, begun = earlier
    left = tuple(_known(case, begun) for case in found.plan.cases if case.id not in carried)
    run = Run(
        replace(found.plan, cases=left),
        client,
        Oracle(found.document, urlsplit(found.aim.url).path),
        Budget(
            found.budget, spent=_paid(carried) + sum((_cost(each) for each in begun.values()), Decimal(0))
        ),
        concurrency=found.concurrency,
        tasks=found.tasks,
        rate=found.rate,
        explorers=explorers,
        notice=notice,
        receiver=receiver,
    )
    _carry(run, found.plan, carried)
    return run


def _header(found: Settings) -> Record:
    return run_records.header(
        found.plan,
        found.document,
        found.aim,
        found.profile,
        found.seed,
        found.budget,
        found.deviations,
        found.key_env,
        found.explore,
        found.permissions,
        found.callbacks is not None,
    )


def _steps(run: Run, found: Settings, writer: Writer, redaction: Redaction, progress: Progress) -> bool:
    done, planned = 0, {case.id for case in run.plan.cases}
    try:
        for result in run.steps():
            explored = result.case.id not in planned
            milliseconds = result.seconds * 1000
            writer.write(case_records.case(result, found.document, redaction, milliseconds, explored))
            done += 1
            progress(done, max(len(run.plan.cases), done), result, run.budget)
    except KeyboardInterrupt:
        return True
    return False


def _paid(carried: Mapping[str, Record]) -> Decimal:
    return sum((_cost(each) for each in carried.values() if each["paid"]), Decimal(0))


def _cost(record: Record) -> Decimal:
    return Decimal(str(record["cost"]))


def _known(case: Case, begun: Mapping[str, Record]) -> Case:
    """The case with the task that an earlier run has submitted for it."""
    if case.id not in begun or case.follow is None:
        return case
    return replace(case, follow=replace(case.follow, known=task_records.submitted(begun[case.id])))


def _carry(run: Run, plan: Plan, carried: Mapping[str, Record]) -> None:
    planned = {case.id: case for case in plan.cases}
    for record in carried.values():
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
        task = record.get("task") or {}
        if task.get("ended"):
            run.carry(Ended(task["id"], task["ended"], tuple((one, label) for one, label in task["offers"])))
        if memory := record.get("memory"):
            known = recalled(record["id"], record["operation"], record["requirements"], memory)
            run.judging.history.append(known)
