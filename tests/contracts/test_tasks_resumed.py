"""Tasks that an earlier run submitted: followed by their ids to their end, and never paid for twice."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from judging import KEY, Here

from proofsheet.contracts.client.http_client import HttpClient
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import Plan, plan
from proofsheet.contracts.reports import records, terminal
from proofsheet.contracts.run import judgement, resume
from proofsheet.contracts.run.attempts import FORGOTTEN
from proofsheet.contracts.run.judgement import Done
from proofsheet.contracts.settings import Settings
from proofsheet.contracts.verdict import Status
from proofsheet.mockserver import settings as mock
from proofsheet.mockserver.app import Site
from proofsheet.mockserver.double import double
from proofsheet.mockserver.tasks.pace import parse_pace
from proofsheet.spec.document import Document

Hook = Callable[[httpx.Request], None]


@dataclass
class Shop:
    """A double that several runs judge, and what was submitted to it. `hook` is called for each request."""

    document: Document
    pace: str = "instant"
    hook: Hook = lambda request: None
    submitted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        keys = {KEY: mock.KnownKey(credits=100)}
        self.site = Site(double((self.document,), mock.Settings(keys=keys, task_pace=parse_pace(self.pace))))

    def judged(self, made: Plan, report: Path, earlier: resume.Earlier | None = None) -> Done:
        found = Settings(Source(self.document), made, Target("http://double.test", KEY), report=report)
        transport = Here(self.site, self._relay)
        known = (earlier.left(made), earlier.begun(made)) if earlier else ({}, {})
        try:
            client = HttpClient(self.document, found.aim, transport)
            return judgement.carry_out(found, lambda *of: None, client, carried=known[0], begun=known[1])
        finally:
            transport.close()

    def _relay(
        self, request: httpx.Request, forward: Callable[[httpx.Request], httpx.Response]
    ) -> httpx.Response:
        answer = forward(request)
        if request.url.path.endswith("draw") and answer.status_code == 200:
            self.submitted.append(request.url.path)
        self.hook(request)
        return answer


@pytest.fixture
def made(small_tasks: Document) -> Plan:
    return plan(Source(small_tasks), "core", ("tasks.draw.task", "tasks.redraw.task.states"))


def interrupting() -> Hook:
    """Ctrl-C at the first look at a task."""
    left: Iterator[int] = iter([signal.SIGINT])

    def hook(request: httpx.Request) -> None:
        if request.method == "GET" and request.url.path.startswith("/tasks/"):
            for number in left:
                os.kill(os.getpid(), number)

    return hook


def test_an_interrupt_between_submission_and_result(
    small_tasks: Document, made: Plan, tmp_path: Path
) -> None:
    shop, report = Shop(small_tasks, "looks"), tmp_path / "run.jsonl"
    shop.hook = interrupting()
    first = shop.judged(made, report)
    assert first.interrupted
    [open_case] = [each for each in records.read(report).cases if each.get("task")]
    assert open_case["task"]["is_open"]
    assert "interrupted before all was known of the task" in terminal.terminal(records.read(report))
    again = shop.judged(made, report, resume.earlier(report))
    assert not again.interrupted
    assert shop.submitted == ["/draw", f"/tasks/{open_case['task']['id']}/redraw"]
    assert again.run.budget.spent == 5  # once for each
    verdicts = again.run.verdicts
    assert {each.status for each in verdicts.values()} <= {Status.PASSED, Status.SKIPPED}
    assert (
        verdicts["tasks.draw.task.taken"].status is verdicts["tasks.draw.task.final"].status is Status.PASSED
    )
    assert verdicts["tasks.redraw.task.states"].status is Status.PASSED


def test_a_run_that_was_killed_left_its_tasks(small_tasks: Document, made: Plan, tmp_path: Path) -> None:
    shop, report = Shop(small_tasks), tmp_path / "run.jsonl"
    shop.judged(made, report)
    before = list(shop.submitted)
    lines = [
        line for line in report.read_text().splitlines() if json.loads(line)["kind"] in ("header", "task")
    ]
    report.write_text("\n".join(lines) + "\n")
    again = shop.judged(made, report, resume.earlier(report))
    assert shop.submitted == before
    assert again.run.budget.spent == 5
    assert {each.status for each in again.run.verdicts.values()} <= {Status.PASSED, Status.SKIPPED}
    # What was followed to its end is not followed again.
    assert resume.earlier(report).begun(made) == {}


def test_who_goes_on_goes_on_from_a_task_of_the_earlier_run(
    small_tasks: Document, made: Plan, tmp_path: Path
) -> None:
    shop, report = Shop(small_tasks), tmp_path / "run.jsonl"
    shop.judged(made, report)
    before = list(shop.submitted)
    lines = [line for line in report.read_text().splitlines() if "redraw/" not in line]
    report.write_text(
        "\n".join(line for line in lines if json.loads(line)["kind"] in ("header", "case", "task")) + "\n"
    )
    again = shop.judged(made, report, resume.earlier(report))
    assert shop.submitted == [*before, before[-1]]
    assert again.run.verdicts["tasks.redraw.task.states"].status is Status.PASSED


def test_a_task_that_the_target_has_forgotten_is_no_finding(
    small_tasks: Document, made: Plan, tmp_path: Path
) -> None:
    report = tmp_path / "run.jsonl"
    shop = Shop(small_tasks, "looks", interrupting())
    shop.judged(made, report)
    other = Shop(small_tasks)
    again = other.judged(made, report, resume.earlier(report))
    assert other.submitted == []
    assert again.run.budget.spent == 4  # it was paid for then
    assert again.run.verdicts["tasks.draw.task.final"].reason == FORGOTTEN
    assert again.exit_code == 3  # nothing was judged


def test_a_report_shows_the_states_the_files_and_the_price_of_a_task(
    small_tasks: Document, made: Plan, tmp_path: Path
) -> None:
    report = tmp_path / "run.jsonl"
    Shop(small_tasks, "looks").judged(made, report)
    said = terminal.terminal(records.read(report))
    assert re.search(r"^draw/task-\d+ .* 64x48 PNG RGB .* judged, all kept$", said, re.M)
    assert re.search(r"^draw/task-\d+ +(\w+ [\d.]+, )*done [\d.]+ +1 +4$", said, re.M)
    assert "no picture" not in said
