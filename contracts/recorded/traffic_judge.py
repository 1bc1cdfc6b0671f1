"""Judging flows: the general checks of `proofsheet check`, held against traffic that somebody else sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from proofsheet.contracts.checks import CHECKS
from proofsheet.contracts.derive.every_answer import always, topic_of
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.plan.plan import Plan
from proofsheet.contracts.verdict import Status, Verdict
from proofsheet.spec.document import Document, Operation
from proofsheet.traffic.content_coding import Undecodable, plain
from proofsheet.traffic.flow import Flow
from proofsheet.traffic.redaction import Redactor

MOST_MESSAGES = 1000  # kept of one requirement; more are only counted
ORIGIN = "http://judged.invalid"  # a flow is judged by its path below the upstream's base


@dataclass(frozen=True)
class Judged:
    """What became of one flow. `unjudged` says why nothing, or not everything, could be said about it."""

    operation: Operation | None
    messages: tuple[tuple[str, str], ...] = ()  # (requirement, message)
    unjudged: str = ""


@dataclass
class TrafficJudge:
    """Judges flows by one document, or by all of a vendor's; `verdicts` is complete after each."""

    sources: tuple[Source, ...]
    counts: Counter[str] = field(default_factory=Counter)  # judged, unjudged, unmatched, findings, advice

    def __post_init__(self) -> None:
        self._oracles = {each.document.name: Oracle(each.document) for each in self.sources}
        found = [
            derived.requirement
            for source in self.sources
            for operation in source.document.operations.values()
            for derived in always(source, operation)
        ]
        self.plan = Plan(tuple(found), ())
        self.verdicts = {each.id: Verdict(each, reason="no traffic showed it") for each in found}

    @property
    def document(self) -> Document:
        """The first, which has the name of all."""
        return self.sources[0].document

    @property
    def credential_fields(self) -> frozenset[str]:
        """Where the documents have credentials, in lower case."""
        return frozenset().union(*(each.document.credential_fields for each in self.sources))

    def oracle(self, operation: Operation) -> Oracle:
        """The reader of the document in which an operation stands."""
        return self._oracles[operation.document]

    def judge(self, flow: Flow) -> Judged:
        """Judge one flow and take note of it."""
        try:
            return self._judged(flow)
        except Undecodable as problem:
            return self._unjudged(None, str(problem))
        except Exception as bug:  # whatever somebody's traffic does to a check, the next flow is judged
            return self._unjudged(None, f"the judge failed: {type(bug).__name__}: {bug}")

    def _judged(self, flow: Flow) -> Judged:
        exchange, operation = self.found(flow)
        if operation is None:
            self.counts["unmatched"] += 1
            return Judged(None, unjudged="the document has no such operation")
        if exchange is None:
            return self._unjudged(operation, _reason(flow))
        messages = tuple(self._check(exchange, operation, Redactor(flow, operation.credential_fields)))
        self.counts["judged"] += 1
        return Judged(operation, messages)

    def requirements(self, operation: Operation) -> list[tuple[str, str]]:
        """(check, requirement) for all that is asked of every answer of an operation."""
        named = ((check, f"{operation.family}.{operation.id}.{topic_of(check)}") for check in CHECKS)
        return [(check, name) for check, name in named if name in self.verdicts]

    @property
    def breaches(self) -> list[Verdict]:
        return [each for each in self.verdicts.values() if each.is_breach]

    def _unjudged(self, operation: Operation | None, why: str) -> Judged:
        self.counts["unjudged"] += 1
        return Judged(operation, unjudged=why)

    def _check(
        self, exchange: Exchange, operation: Operation, redactor: Redactor
    ) -> Iterator[tuple[str, str]]:
        for check, name in self.requirements(operation):
            verdict = self.verdicts[name]
            verdict.climb(Status.PASSED)
            for finding in CHECKS[check](exchange, operation, self.oracle(operation)):
                message = redactor.text(finding.message)
                is_kept = len(verdict.messages) < MOST_MESSAGES
                verdict.climb(Status.FAILED, message if is_kept else "")
                self.counts["advice" if verdict.requirement.level == "MAY" else "findings"] += 1
                yield name, message

    def found(self, flow: Flow) -> tuple[Exchange | None, Operation | None]:
        """The flow as an exchange (None where there is no answer to judge), and what it asked for.

        Raises Undecodable.
        Where the upstream's base path is not known, the path's first segments are taken for it.
        """
        path = urlsplit(flow.url).path if not flow.base else flow.path
        for candidate in _paths(path, flow):
            exchange = exchange_of(flow, candidate)
            known = (each.operation(exchange) for each in self._oracles.values())
            operation = next((each for each in known if each is not None), None)
            if operation is not None:
                return (None if _reason(flow) else decoded(exchange, flow)), operation
        return None, None


def _paths(path: str, flow: Flow) -> Iterator[str]:
    yield path
    while not flow.base and path.count("/") > 1:
        path = "/" + path[1:].partition("/")[2]
        yield path


def _reason(flow: Flow) -> str:
    """Why a flow's answer cannot be judged; empty if it can."""
    if flow.end == "client-left":
        return "the client left before the answer was whole"
    if flow.status is None:
        return flow.note or "no answer came"
    return (flow.note or "the body was not kept") if flow.body is None else ""


def exchange_of(flow: Flow, path: str) -> Exchange:
    """A flow as an exchange, its body as it was on the wire."""
    return Exchange(
        method=flow.method,
        url=ORIGIN + path + (f"?{flow.query}" if flow.query else ""),
        request_headers=tuple((name.lower(), value) for name, value in flow.request_headers),
        request_body=flow.request_body or b"",
        status=flow.status or 0,
        headers=tuple((name.lower(), value) for name, value in flow.headers),
        body=flow.body or b"",
    )


def decoded(exchange: Exchange, flow: Flow) -> Exchange:
    """The same without content coding, as every client sees it. Raises Undecodable."""
    headers, body = plain(exchange.headers, flow.body or b"")
    return Exchange(
        method=exchange.method,
        url=exchange.url,
        request_headers=exchange.request_headers,
        request_body=exchange.request_body,
        status=exchange.status,
        headers=headers,
        body=body,
    )
