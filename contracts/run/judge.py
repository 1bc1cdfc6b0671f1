"""Judging one answer: what its case expects of it, and what holds for every answer."""

from __future__ import annotations

import contextlib
from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from proofsheet.contracts.case import Case, Request, Step
from proofsheet.contracts.checks import CHECKS, looks_at
from proofsheet.contracts.checks.outcomes import is_success, recognised
from proofsheet.contracts.checks.task_facts import end_of
from proofsheet.contracts.checks.task_files import file_operation
from proofsheet.contracts.checks.task_moves import granted_early
from proofsheet.contracts.derive.every_answer import topic_of
from proofsheet.contracts.exchange import Broken, Exchange
from proofsheet.contracts.expectation import Answer, Expectation, OfTrail
from proofsheet.contracts.history import Trace, Unjudged
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.run.exchange_traces import trace
from proofsheet.contracts.trail import END, FILE, FILE_AGAIN, Trail
from proofsheet.spec.document import Operation

ANYWHERE = (
    "no-5xx",
    "no-leak",
    "no-internals",
    "complete",
    "rate-granted",
)  # hold even where the document ends


FILES = frozenset({FILE, FILE_AGAIN})
FETCHED = ("complete", "picture-whole")  # of a file: the document has no operation that fetches it
_FILES = ("image/", "video/", "audio/")  # what the media types of files begin with


EARLY = "it is asked when a task begins, and this one was submitted by an earlier run"


@dataclass(frozen=True)
class Judgement:
    """What was found: (requirement, message), and (requirement, why nothing can be said)."""

    messages: tuple[tuple[str, str], ...]
    unjudged: tuple[tuple[str, str], ...] = ()
    general: tuple[str, ...] = ()  # the requirements on every answer that this one spoke for


@dataclass
class Judge:
    """Judges the answers of one run, each to one step, and keeps its history; `requirements` are its own."""

    oracle: Oracle
    requirements: Container[str]
    history: list[Trace] = field(default_factory=list)

    def remember(self, case: Case, exchange: Exchange, began: float) -> None:
        """Add an answer to the history; it is then the last one, and can be judged."""
        self.history.append(trace(case, exchange, self.operation(case, exchange), began))

    def operation(self, case: Case, exchange: Exchange) -> Operation:
        """What an answer is one of: a file that a task made is one of its fetching."""
        operation = self.oracle.document.operations[case.operation]
        return file_operation(operation, exchange) if case.step.role in FILES else operation

    def remember_end(self, case: Case, trail: Trail) -> None:
        """Add what a task came to in money: nothing is charged before it has ended."""
        if trail.id is None or case.cost == 0:
            return
        end, cost = end_of(trail), trail.operation.cost
        is_charged = cost is not None and end in cost.charged
        self.history.append(
            Trace(
                case=case.id,
                operation=case.operation,
                status=trail.looks[-1].exchange.status,
                speaks=frozenset(each.requirement for each in case.expects),
                charged=case.cost if is_charged else Decimal(0),
                # What left the balance before this run began, nobody knows.
                is_open=end is None or trail.is_resumed or any(True for _ in granted_early(trail)),
                is_free_end=end is not None and not is_charged,
            )
        )

    def judge_trail(self, case: Case, trail: Trail) -> Judgement:
        """What is found in all answers about one task, and what could not be looked at."""
        assert case.follow is not None
        messages: list[tuple[str, str]] = []
        unjudged: list[tuple[str, str]] = []
        answer = Answer(trail.looks[-1].exchange, trail.operation, self.history, trail)
        report = _report(trail)
        early = {each.requirement for each in case.follow.wholes if trail.is_resumed and is_asked_early(each)}
        for each in (*case.follow.wholes, *case.follow.ends):
            if each.requirement not in self.requirements:
                continue
            if each.requirement in early:
                unjudged.append((each.requirement, EARLY))
                continue
            try:
                _add(messages, each, _known(report) if each.of == "report" else answer)
            except Unjudged as why:
                unjudged.append((each.requirement, why.reason))
        general: tuple[str, ...] = ()
        if not any(True for _ in trail.roles(FILE)):
            for each in case.follow.files:
                try:
                    _add(messages, each, self._shown(trail))
                except Unjudged as why:
                    unjudged.append((each.requirement, why.reason))
            general = tuple(self._shown_whole(case, trail, messages))
        return Judgement(tuple(messages), tuple(unjudged), general)

    def _shown_whole(self, case: Case, trail: Trail, messages: list[tuple[str, str]]) -> Iterator[str]:
        """A view that is the picture itself is held against what holds for every picture."""
        check = "picture-whole"
        name = self._name(case, check)
        with contextlib.suppress(Unjudged):
            shown = self._shown(trail)
            if name in self.requirements:
                found = CHECKS[check](shown.exchange, shown.operation, self.oracle)
                messages += [(name, each.message) for each in found]
                yield name

    def _shown(self, trail: Trail) -> Answer:
        """The view that is the file itself, where no link leads to one. Raises Unjudged."""
        for look in trail.roles(END):
            is_file = look.exchange.media_type.startswith(_FILES)
            if is_file and is_success(look.exchange, look.operation):
                return Answer(look.exchange, look.operation, self.history)
        raise Unjudged("there is no file to look at")

    def forget(self) -> None:
        """Take the last answer back: it is requested again."""
        self.history.pop()

    def judge(self, case: Case, exchange: Exchange) -> Judgement:
        """What is found in the last answer."""
        if exchange.broken and not exchange.status:
            return self._without_status(case, exchange.broken)
        operation = self.operation(case, exchange)
        answer = Answer(exchange, operation, self.history)
        messages: list[tuple[str, str]] = []
        unjudged: list[tuple[str, str]] = []
        for each in case.expects:
            if each.requirement not in self.requirements:
                continue  # the case is sent for the sake of another
            try:
                _add(messages, each, answer)
            except Unjudged as why:
                unjudged.append((each.requirement, why.reason))
        general = dict(self.general(case, exchange.media_type, exchange.status))
        for check, name in general.items():
            messages += [(name, each.message) for each in CHECKS[check](exchange, operation, self.oracle)]
        more = _whose(exchange, operation)
        messages = [(name, text + more) for name, text in messages]
        broken = f"; the answer breaks HTTP: {exchange.broken}" if exchange.broken else ""
        messages = [(name, text if "breaks HTTP" in text else text + broken) for name, text in messages]
        return Judgement(tuple(messages), tuple(unjudged), tuple(general.values()))

    def rate(self, case: Case, exchange: Exchange) -> tuple[tuple[str, str], ...]:
        """What is found of the rate alone, in an answer that says nothing else."""
        name = self._name(case, "rate-granted")
        return ((name, exchange.throttled),) if exchange.throttled and name in self.requirements else ()

    def _without_status(self, case: Case, broken: Broken) -> Judgement:
        """An answer that is none: whatever was expected of it did not come."""
        names = dict.fromkeys(each.requirement for each in case.expects)
        complete = self._name(case, "complete")
        names[complete] = None
        text = f"the answer breaks HTTP: {broken}"
        messages = tuple((name, text) for name in names if name in self.requirements)
        return Judgement(messages, general=(complete,))

    def _name(self, case: Case, check: str) -> str:
        return f"{self.oracle.document.family}.{case.operation}.{topic_of(check)}"

    def general(self, case: Case, media_type: str, status: int) -> Iterator[tuple[str, str]]:
        """(check, requirement) for each general check that an answer of this type is held against."""
        checks = ANYWHERE if case.undeclared else FETCHED if case.step.role in FILES else CHECKS
        for check in checks if status else ("complete",):
            name = self._name(case, check)
            if name in self.requirements and looks_at(check, media_type):
                yield check, name


def _known(report: Answer | None) -> Answer:
    """Raises Unjudged."""
    if report is None:
        raise Unjudged("there is no result to look at")
    return report


def is_asked_early(expect: Expectation) -> bool:
    """Whether a request that was made when the task began tells."""
    return isinstance(expect, OfTrail) and any(each.when == "begun" for each in expect.extras)


def _report(trail: Trail) -> Answer | None:
    """The view of a task at its ordinary end as the answer to its submission: it reports the seed."""
    for look in trail.roles(END):
        if not is_success(look.exchange, trail.view):
            return None
        operation = replace(trail.view, artifact=trail.operation.artifact)
        submission = Step(Request(trail.operation.id, json=trail.sent))
        case = Case(trail.operation.id, trail.operation.id, (submission,))
        return Answer(look.exchange, operation, (trace(case, look.exchange, operation, 0.0),))
    return None


def _whose(exchange: Exchange, operation: Operation) -> str:
    """What a message about an error adds if it is not the API that speaks in it."""
    responder = recognised(exchange, operation).responder if exchange.status >= 400 else None
    return f"; this is the {responder}'s error, not the API's" if responder else ""


def _add(messages: list[tuple[str, str]], each: Expectation, answer: Answer) -> None:
    """Add what an expectation finds. What it found before it raised Unjudged stays."""
    messages.extend((each.requirement, message) for message in each.findings(answer))
