"""The summary for a terminal: plain text, failures first, the verdict last, where the eye is."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Sequence
from typing import TextIO

from proofsheet.contracts.reports.paid_pictures import common, judged
from proofsheet.contracts.reports.records import Record, Report
from proofsheet.contracts.reports.text import (
    amount,
    clip,
    expected_came,
    line,
    plural,
    represented,
    reproduce,
    source_of,
    visible,
)
from proofsheet.contracts.reports.view import View, counted

_CODES = {
    **{"failed": "31;1", "errored": "35;1", "advice": "33", "known": "36"},
    **{"skipped": "2", "passed": "32"},
}
_VERDICTS = {
    "failure": "failed",
    "error": "errored",
    "crashed": "errored",
    "partial": "advice",
    "success": "passed",
}
_LONGEST = 600  # characters of a message
_MOST = 5  # messages of one finding


def is_colourful(stream: TextIO) -> bool:
    """Whether colours are wanted: on a terminal, unless NO_COLOR says no."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def terminal(report: Report, *, colour: bool = False) -> str:
    """The summary of a report."""
    view = View(report)
    return "\n".join(_Renderer(view, colour).lines()) + "\n"


class _Renderer:
    def __init__(self, view: View, colour: bool) -> None:
        self._view = view
        self._colour = colour

    def lines(self) -> Iterator[str]:
        for finding in self._view.findings:
            requirement = finding.requirement
            mark = self._painted(finding.state, f"{finding.state.upper():<8}")
            yield f"{mark}{requirement['level']:<7}{line(finding.id)}"
            yield f"  {line(requirement['says'])}"
            if finding.note:
                yield f"  {'note':<9}  {line(clip(finding.note, _LONGEST))}"
            for message, times in finding.messages[:_MOST]:
                yield from self._message(message, times)
            if (more := len(finding.messages) - _MOST) > 0:
                yield f"  and        {plural(more, 'message')} more, which the report has"
            yield from self._evidence(finding.evidence)
            yield f"  stands on  {source_of(requirement)}"
            if others := requirement.get("speaks_for"):
                yield f"  and for    {line(', '.join(others))}, which share it and were not asked"
            yield f"  again      {line(reproduce(self._view.header, requirement, finding.is_explored))}"
            yield ""
        yield from self._pictures()
        yield from self._tasks()
        yield from self._skipped()
        yield from self._summary()

    def _message(self, message: str, times: int) -> Iterator[str]:
        often = f"  ({times} times)" if times > 1 else ""
        halves = expected_came(message)
        pairs = zip(("expected", "came"), halves, strict=True) if halves else [("found", message)]
        for name, text in pairs:
            # What follows in further lines of a message is shown, but cannot pass for a line of ours.
            yield f"  {name:<9}  {textwrap.indent(clip(visible(text), _LONGEST), ' ' * 13).strip()}{often}"
            often = ""

    def _evidence(self, cases: tuple[Record, ...]) -> Iterator[str]:
        for case in cases[:1]:
            if case["reason"]:
                yield f"  why        {line(clip(case['reason'], _LONGEST))}"
            if case["request"]:
                yield f"  curl       {line(case['request']['curl'])}"

    def _pictures(self) -> Iterator[str]:
        """What was judged of each artifact, a line each."""
        found = judged(self._view)
        if not found:
            return
        yield from self._table(
            ("artifact", "asked", "came", "judged"),
            [(line(each.case), each.asked or "-", line(each.came), line(each.verdict)) for each in found],
        )
        if topics := common(found):
            yield self._painted("skipped", f"each of them by {', '.join(topics)}")
        yield ""

    def _tasks(self) -> Iterator[str]:
        """What was seen of each task, a line each: its states with their seconds, its files, its price."""
        found = [each for each in self._view.report.cases if each.get("task")]
        if not found:
            return
        yield from self._table(("task", "states and seconds", "files", "credits"), list(map(_task, found)))
        yield ""

    def _table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
        """Columns as wide as they need, but for the last, and a head that is less loud."""
        wide = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        wide[-1] = 0
        for number, row in enumerate((head, *rows)):
            text = "  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True))
            yield text if number else self._painted("skipped", text)

    def _skipped(self) -> Iterator[str]:
        for reason, count in self._view.reasons.items():
            text = f"skipped {plural(count, 'requirement')}: {line(reason) or 'no reason given'}"
            yield self._painted("skipped", text)
        for each in self._view.needless:
            yield f"{line(each.id)} {line(clip(each.note, _LONGEST))}"
        if self._view.reasons or self._view.needless:
            yield ""

    def _summary(self) -> Iterator[str]:
        view, header = self._view, self._view.header
        yield f"{line(header['target'])} judged by {line(header['document'])} {line(header['version'])}"
        if view.ended != "complete":
            yield self._painted("errored", _end(view))
        for hint in view.hints:
            yield self._painted("errored", f"look first: {line(hint)}")
        for name, verdict in view.profiles.items():
            counts = ", ".join(counted(each, count) for each, count in view.of(name).items() if count)
            yield f"  {name:<9} {self._painted(_VERDICTS[verdict], f'{verdict:<8}')} {counts}"
        budget = "" if header["budget"] is None else f" of {amount(header['budget'])}"
        yield f"  spent     {amount(view.spent)}{budget} credits, {plural(view.asked, 'request')}"
        shared = [each for each in header["requirements"] if each.get("speaks_for")]
        if shared:
            yield f"  {represented(len(shared), sum(len(each['speaks_for']) for each in shared))}"

    def _painted(self, state: str, text: str) -> str:
        return f"\x1b[{_CODES[state]}m{text}\x1b[0m" if self._colour else text


def _task(case: Record) -> tuple[str, str, str, str]:
    task = case["task"]
    states = ", ".join(f"{line(state or 'none declared')} {seconds:g}" for state, seconds in task["states"])
    open_still = ", not followed to its end" if task["is_open"] else ""
    price = amount(case["cost"]) if case["paid"] else "0"
    return line(case["id"]), (states or "never seen") + open_still, str(task["files"]), price


def _end(view: View) -> str:
    if view.ended != "crashed":
        return "the run was stopped"
    cut = f"; line {view.report.torn} of its report was cut off and is left out" if view.report.torn else ""
    return f"the run crashed{cut}"
