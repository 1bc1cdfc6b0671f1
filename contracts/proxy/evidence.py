"""The report of a trial: the records that `proofsheet check` writes, made from traffic."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

from contracts.case import Case, Expect
from contracts.proxy.trial import Judged, Trial, decoded, exchange_of
from contracts.records import Record
from contracts.reports import cases, recording
from contracts.reports.redaction import Redaction
from contracts.reports.writing import CutOff, Writer
from contracts.running import Asked
from contracts.target import Target
from spec.document import Operation
from traffic.flow import Flow
from traffic.redaction import MARK, mark, redacted

MOST_ALIKE = 5  # exchanges that are kept as evidence for one requirement with one message


class Evidence:
    """Keeps the exchanges that show something: the first findings, and the first answer, of each kind.

    Raises Unwritable where the report cannot be begun.
    """

    def __init__(self, trial: Trial, url: str, report: Path | None) -> None:
        self._trial = trial
        self._seen: Counter[tuple[str, ...]] = Counter()
        self._writer: Writer | None = None
        self.problem = ""  # why the report could not be written to its end
        if report is not None:
            header = recording.header(trial.plan, trial.document, Target(url), "free")
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
        verdicts = [*self._trial.verdicts.values()]
        for each in verdicts:
            self._write(recording.verdict(each))
        seen = self._trial.counts["judged"]
        self._write(recording.footer(verdicts, "free", Decimal(0), interrupted, asked=seen))
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
        most = MOST_ALIKE if judged.messages else 1
        new = any(self._seen[kind] < most for kind in kinds)
        self._seen.update(kinds)
        return new

    def _record(self, number: int, flow: Flow, judged: Judged, operation: Operation) -> Record:
        clean = redacted(flow)
        exchange = decoded(exchange_of(clean, clean.path), clean)
        names = [Expect(name, check) for check, name in self._trial.requirements(operation)]
        asked = Asked(
            Case(f"exchange-{number}", operation.id, tuple(names)), exchange, messages=judged.messages
        )
        redaction = Redaction(_key(clean))
        record = cases.case(asked, self._trial.document, redaction, flow.milliseconds)
        record["request"]["url"] = clean.url
        record["request"]["curl"] = record["request"]["curl"].replace(exchange.url, clean.url)
        found: Record = redaction.value(record)
        return found


def _key(clean: Flow) -> str | None:
    """What stands for the key in a flow: in a report it is the variable of the shell that holds the key."""
    tokens = (value.rpartition(" ")[2] for _, value in clean.request_headers)
    return next((each for each in tokens if each.startswith(MARK) and each == mark(len(each))), None)
