"""Going on with an earlier run: the same run, nothing asked twice, and nothing passed that was not judged."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from proofsheet.contracts.client.http_client import HttpClient
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.samples import case_of, smallest
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.exit_codes import BROKEN
from proofsheet.contracts.layers import BadUse
from proofsheet.contracts.plan.plan import plan
from proofsheet.contracts.reports import records
from proofsheet.contracts.run import judgement, resume
from proofsheet.contracts.run.explorer import Attempt, Explorer
from proofsheet.contracts.run.judgement import Done
from proofsheet.contracts.settings import Settings, settings
from proofsheet.contracts.verdict import Status
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

DOCUMENT = "stability.pages-2024"
URL, KEY = "http://target.test", "sk-0123456789"
REFUSED = {"id": "0" * 32, "name": "bad_request", "errors": ["prompt: no"]}
ONLY = ("stability.generateCore.prompt", "stability.generateCore.answer")


def quietly(*progress: Any) -> None:
    """Nothing is shown."""


@pytest.fixture(scope="module")
def document() -> Document:
    return Library().load(DOCUMENT)


def judged(
    document: Document, report: Path, *explorers: Explorer, carried: Any = None, **options: Any
) -> tuple[Done, int]:
    """A run against a target that refuses everything, and how many requests it got."""
    made = plan(Source(document), "free", ONLY)
    found = Settings(Source(document), made, Target(URL, KEY), profile="free", report=report)
    asked: list[str] = []

    def answer(sent: httpx.Request) -> httpx.Response:
        asked.append(sent.url.path)
        return httpx.Response(400, json=REFUSED)

    client = HttpClient(document, found.aim, httpx.MockTransport(answer))
    found = replace(found, **options)
    done = judgement.carry_out(found, quietly, client, carried=carried, explorers=explorers)
    return done, len(asked)


def stands(done: Done) -> dict[str, Status]:
    return {name: each.status for name, each in done.run.verdicts.items()}


def test_a_run_that_is_resumed_at_its_end_asks_nothing_and_comes_to_the_same(
    document: Document, tmp_path: Path
) -> None:
    report = tmp_path / "run.jsonl"
    first, asked = judged(document, report)
    again, more = judged(document, report, carried=records.finished(report))
    assert (asked > 0, more) == (True, 0)
    assert stands(again) == stands(first)
    assert stands(first)["stability.generateCore.answer.no-5xx"] is Status.PASSED


class Searching:
    """An explorer that pays for a picture on its way and tells of none."""

    def explore(self, attempt: Attempt) -> Any:
        operation = Library().load(DOCUMENT).operations["generateCore"]
        case = case_of(operation, "on-the-way", smallest(operation), ())
        expect = plan(Source(Library().load(DOCUMENT)), "free", ONLY).cases[0].expects[:1]
        attempt(case.stepping(expects=expect))
        yield from ()


def test_what_was_paid_on_the_way_passes_nothing_when_it_is_carried(
    document: Document, tmp_path: Path
) -> None:
    report = tmp_path / "run.jsonl"
    made = plan(Source(document), "free", ONLY)
    found = Settings(Source(document), replace(made, cases=()), Target(URL), profile="free", report=report)
    picture = httpx.Response(200, content=b"", headers={"content-type": "image/png"})
    client = HttpClient(document, found.aim, httpx.MockTransport(lambda sent: picture))
    done = judgement.carry_out(found, quietly, client, explorers=(Searching(),))
    carried = records.finished(report)
    assert [each["paid"] for each in carried.values()] == [True]
    again = judgement.carry_out(found, quietly, client, carried=carried)
    assert set(stands(done).values()) == set(stands(again).values()) == {Status.SKIPPED}
    assert again.run.budget.spent == done.run.budget.spent > 0
    assert again.exit_code == BROKEN  # nothing was judged


def earlier(tmp_path: Path, document: Document, **header: Any) -> resume.Earlier:
    path = tmp_path / "run.jsonl"
    judged(document, path, seed=7, budget=Decimal(5), permissions=frozenset({"paid", "repeat", "other-key"}))
    found = resume.earlier(path)
    return replace(found, report=replace(found.report, header={**found.header, **header}))


def test_what_is_not_said_anew_is_as_it_was(document: Document, tmp_path: Path) -> None:
    run = earlier(tmp_path, document)
    found = settings(DOCUMENT, {}, resume.as_before(run), sends=False)
    assert (found.profile, found.budget, found.seed) == ("free", Decimal(5), 7)
    assert found.permissions == {"paid", "repeat"}  # these, and nothing that a target.toml adds
    assert found.only == tuple(each["id"] for each in run.header["requirements"])
    assert settings(DOCUMENT, {"budget": Decimal(9)}, resume.as_before(run), sends=False).budget == 9


def test_it_goes_on_as_the_same_run(document: Document, tmp_path: Path) -> None:
    run = earlier(tmp_path, document)
    resume.hold_together(run, settings(DOCUMENT, {"url": URL, "key": KEY}, resume.as_before(run)))


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"url": "http://other.test"}, "target"),
        ({"profile": "core"}, "profile"),
        ({"seed": 8}, "seed"),
        ({"only": ("stability.generateCore.prompt",)}, "other requirements"),
        ({"callback_listen": "127.0.0.1:0", "callback_url": "http://hooks.test"}, "without --callback"),
    ],
)
def test_another_run_is_not_gone_on_with(
    document: Document, tmp_path: Path, wanted: dict[str, Any], said: str
) -> None:
    run = earlier(tmp_path, document)
    found = settings(DOCUMENT, {"url": URL, "key": KEY, **wanted}, resume.as_before(run))
    with pytest.raises(BadUse, match=said):
        resume.hold_together(run, found)


def test_the_report_of_another_document_is_told_as_such(document: Document, tmp_path: Path) -> None:
    run = earlier(tmp_path, document)
    with pytest.raises(BadUse, match=f"is the report of a run by {DOCUMENT}, not by flux: give {DOCUMENT}"):
        resume.hold_document(run, "flux")
    resume.hold_document(run, DOCUMENT)


def test_a_report_by_another_version_is_not_gone_on_with(document: Document, tmp_path: Path) -> None:
    run = earlier(tmp_path, document, version="1.0")
    with pytest.raises(BadUse, match="version"):
        resume.hold_together(run, settings(DOCUMENT, {"url": URL, "key": KEY}, resume.as_before(run)))
