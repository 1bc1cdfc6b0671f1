"""Tasks in a report: each once it was submitted, so that a later run can go on with it; and its course."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.offers import offers_shown
from proofsheet.contracts.checks.task_facts import end_of, views
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.reports.records import Record, Report
from proofsheet.contracts.trail import FILE, Submitted, Trail

LARGE = 1_000_000  # bytes of a request that is not kept


def task(case: Case, found: Submitted) -> Record:
    """The record of a task that was just submitted: what a later run needs to go on with it."""
    exchange, sent = found.exchange, found.exchange.request_body
    return {
        "kind": "task",
        "id": case.id,
        "operation": case.operation,
        "task": found.id,
        "cost": float(case.cost),
        "url": exchange.url,
        "sent": sent.decode("utf-8", "replace") if len(sent) < LARGE else "",
        "status": exchange.status,
        "headers": [list(pair) for pair in exchange.headers],
        "body": exchange.body.decode("utf-8", "replace"),
    }


def submitted(record: Record) -> Submitted:
    """The task of a record; the answer to its submission is as it came, but for the key."""
    headers = tuple((name, value) for name, value in record["headers"])
    sent, body = record["sent"].encode(), record["body"].encode()
    return Submitted(
        record["task"], Exchange("POST", record["url"], (), sent, record["status"], headers, body)
    )


def begun(report: Report, planned: Collection[str]) -> dict[str, Record]:
    """The tasks, by case, that an earlier run has submitted and not followed to their end.

    Those of random cases are followed by nobody; they are here because they are paid for.
    """
    whole = {each["id"] for each in report.cases if not (each.get("task") or {}).get("is_open")}
    reported = {each["id"] for each in report.cases}
    return {
        each["id"]: each
        for each in report.tasks
        if each["id"] not in (whole if each["id"] in planned else reported)
    }


def course(trail: Trail, is_open: bool) -> Mapping[str, Any]:
    """What was seen of a task: its states, each with the seconds after the submission, and what it made."""
    states: list[list[Any]] = []
    for look, found in views(trail):
        if not states or states[-1][0] != found.state:
            states.append([found.state, round(look.at - trail.looks[0].at, 1)])
    return {
        "id": trail.id,
        "states": states,
        "ended": end_of(trail),
        "offers": [list(each) for each in offers_shown(trail)],
        "files": sum(look.exchange.status == 200 for look in trail.roles(FILE)),
        "is_open": is_open,
    }
