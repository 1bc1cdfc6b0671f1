"""A report on traffic: the records that `proofsheet check` writes, made from traffic."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

from proofsheet.contracts.case import Case, Request, Step
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.expectation import SpeaksFor
from proofsheet.contracts.recorded.traffic_judge import Judged, TrafficJudge, decoded, exchange_of
from proofsheet.contracts.reports import case_records, run_records
from proofsheet.contracts.reports.key_redaction import Redaction
from proofsheet.contracts.reports.records import Record
from proofsheet.contracts.reports.writer import CutOff, Writer
from proofsheet.contracts.run.runner import Result
from proofsheet.spec.document import Operation
from proofsheet.traffic.flow import Flow
from proofsheet.traffic.redaction import MARK, mark, redacted

MOST_OF_A_KIND = 5  # exchanges that are kept as evidence for one requirement with one message


class TrafficReport:
    """Keeps the exchanges that show something: the first findings, and the first answer, of each kind.

    Raises Unwritable where the report cannot be begun.
    """

    def __init__(self, judge: TrafficJudge, url: str, report: Path | None) -> None:
        self._judge = judge
        self._counts: Counter[tuple[str, ...]] = Counter()
        self._writer: Writer | None = None
        self.problem = ""  # why the report could not be written to its end
        if report is not None:
            header = run_records.header(judge.plan, judge.document, Target(url), "free")
            self._writer = Writer(report, Redaction(None), header)

    def add(self, number: int, flow: Flow, judged: Judged) -> Record | None:
        """The record of an exchange that shows something new; it is in the report then."""
        if judged.operation is None or judged.unjudged or not self._is_new(flow, judged):
            return None
        record = self._record(number, flow, judged, judged.operation)
        self._write(record)
        return record

    def close(self, interrupted: bool) -> None:
        """Write the verdicts and the end."""
        verdicts = [*self._judge.verdicts.values()]
        for each in verdicts:
            self._write(run_records.verdict(each))
        seen = self._judge.counts["judged"]
        self._write(run_records.footer(verdicts, "free", Decimal(0), interrupted, asked=seen))
        if self._writer is not None:
            self._writer.close()

    def _write(self, record: Record) -> None:
        """Write to the report, if there is one; a full disk ends the report and not the judging."""
        if self._writer is None:
            return
        try:
            self._writer.write(record)
        except CutOff as problem:
            self.problem = f"cannot write the report: {problem}"
            self._writer = None

    def _is_new(self, flow: Flow, judged: Judged) -> bool:
        kinds: list[tuple[str, ...]] = [*dict.fromkeys(judged.messages)]
        if not kinds and judged.operation is not None:
            kinds = [("", judged.operation.id, str(flow.status), flow.method)]
        most = MOST_OF_A_KIND if judged.messages else 1
        new = any(self._counts[kind] < most for kind in kinds)
        self._counts.update(kinds)
        return new

    def _record(self, number: int, flow: Flow, judged: Judged, operation: Operation) -> Record:
        clean = redacted(flow, operation.credential_fields)
        exchange = decoded(exchange_of(clean, clean.path), clean)
        names = tuple(SpeaksFor(name) for _, name in self._judge.requirements(operation))
        step = Step(Request(operation.id), names)
        case = Case(f"exchange-{number}", operation.id, (step,))
        asked = Result(case, (exchange,), messages=judged.messages)
        redaction = Redaction(_key(clean))
        record = case_records.case(
            asked, self._judge.oracle(operation).document, redaction, flow.milliseconds
        )
        record["request"]["url"] = clean.url
        record["request"]["curl"] = record["request"]["curl"].replace(exchange.url, clean.url)
        found: Record = redaction.value(record)
        return found


def _key(clean: Flow) -> str | None:
    """What stands for the key in a flow: in a report it is the variable of the shell that holds the key."""
    tokens = (value.rpartition(" ")[2] for _, value in clean.request_headers)
    return next((each for each in tokens if each.startswith(MARK) and each == mark(len(each))), None)
