"""The files that an answer links, where it is no task's: fetched at once and without a key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from proofsheet.contracts.case import Case, Request, Step
from proofsheet.contracts.checks.extraction import linked
from proofsheet.contracts.checks.outcomes import is_success
from proofsheet.contracts.checks.task_facts import is_fetchable
from proofsheet.contracts.client.http_client import Unreachable
from proofsheet.contracts.exchange import Broken, Exchange
from proofsheet.contracts.trail import FILE
from proofsheet.spec.document import Operation

MOST_FILES = 8  # of one answer that are fetched


def with_files(
    send: Callable[[Case], Exchange], case: Case, operation: Operation, exchange: Exchange
) -> Exchange:
    """The answer with what its links lead to; one that leads nowhere is an answer of status 0."""
    is_made = operation.artifact is not None and not operation.lifecycles
    draws = is_made or (operation.completion is not None and operation.completion.draws is not None)
    if not draws or not case.pays or not is_success(exchange, operation):
        return exchange
    links = linked(exchange, operation)
    found = [_fetched(send, case, operation, each) for each in list(links)[:MOST_FILES]]
    return replace(exchange, files=tuple(found)) if found else exchange


def _fetched(send: Callable[[Case], Exchange], case: Case, operation: Operation, url: str) -> Exchange:
    if not is_fetchable(url):
        return _none(url, "no address that can be followed")
    try:
        return send(case.alone(Step(Request(operation.id, url=url, credential="none"), role=FILE)))
    except Unreachable as problem:
        return _none(url, problem.reason)


def _none(url: str, why: str) -> Exchange:
    return Exchange("GET", url, (), b"", 0, (), b"", Broken("head", why, "nothing", 0, 0.0))
