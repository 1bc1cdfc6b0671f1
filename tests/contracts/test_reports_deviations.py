"""Known deviations in reports: excused until their day, never counted as kept, and never forgotten."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest
from reports_made import KEY, URL, Report, failing, judged, mock_for

from proofsheet.contracts.reports import badge, html_page, junit, markdown, matrix, records, terminal, text
from proofsheet.contracts.reports.deviations import excused
from proofsheet.contracts.reports.view import STATES, View
from proofsheet.contracts.requirement import Requirement
from proofsheet.contracts.verdict import Status, Verdict, summary
from proofsheet.spec.document import Document

ONLY = ("stability.generateCore.prompt", "stability.generateCore.seed")
FAILS = "stability.generateCore.prompt.required"
REASON = "<they> answer 500 | ticket 4711"
Made = tuple[Report, Report, Report]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, document: Document) -> dict[str, Report]:
    """A target that breaks everything: unknown, excused, or no longer; and one that keeps everything."""
    folder = tmp_path_factory.mktemp("deviations")
    paths = {}
    with mock_for(document) as mock:
        options: dict[str, Any] = {"only": ONLY, "profile": "free"}
        paths["unknown"] = judged(folder / "unknown.jsonl", mock, document, failing, **options)
        ids = [each["id"] for each in records.read(paths["unknown"]).header["requirements"]]
        for name, damage, until in (
            ("excused", failing, date(9999, 1, 31)),
            ("expired", failing, date(2020, 1, 31)),
            ("kept", None, date(9999, 1, 31)),
        ):
            known = {each: {"reason": REASON, "until": until} for each in [*ids, "stability.not.asked"]}
            options |= {"deviations": known, "key_env": "RESELLER_KEY"}
            paths[name] = judged(folder / f"{name}.jsonl", mock, document, damage, **options)
    return {name: records.read(path) for name, path in paths.items()}


def states(report: Report) -> dict[str, str]:
    return {each.id: each.state for each in View(report).lines}


def test_an_excused_failure_is_known_and_makes_no_failure(made: dict[str, Report]) -> None:
    before, now = states(made["unknown"]), states(made["excused"])
    assert before[FAILS] == "failed"
    assert {name for name, each in now.items() if each == "known"} == {
        name for name, each in before.items() if each in ("failed", "advice")
    }
    assert View(made["excused"]).counts["failed"] == 0
    footer = made["excused"].footer
    assert footer is not None
    assert footer["profiles"] == {"free": "partial"}
    assert FAILS in footer["excused"]
    assert made["excused"].verdicts[FAILS]["status"] == "failed"


def test_an_expired_one_counts_again_and_is_said_to(made: dict[str, Report]) -> None:
    assert states(made["expired"]) == states(made["unknown"])
    footer = made["expired"].footer
    assert footer is not None
    assert (footer["profiles"], footer["excused"]) == ({"free": "failure"}, [])
    for told in TOLD:
        assert "expired on 2020" in re.sub(r"\\", "", TOLD[told](made["expired"])), told


def test_what_is_kept_needs_no_excuse(made: dict[str, Report]) -> None:
    footer = made["kept"].footer
    assert footer is not None
    assert (footer["profiles"], footer["excused"]) == ({"free": "success"}, [])
    assert {each.id for each in View(made["kept"]).needless} == set(states(made["kept"]))
    assert f"{FAILS} is kept, so this deviation can be struck out" in terminal.terminal(made["kept"])
    assert "this deviation can be struck out" in html_page.html(made["kept"])


def test_the_header_holds_what_was_asked_and_no_more(made: dict[str, Report]) -> None:
    header = made["excused"].header
    assert header["deviations"][FAILS] == {"reason": REASON, "until": "9999-01-31"}
    assert set(header["deviations"]) == {each["id"] for each in header["requirements"]}
    assert excused(header) == set(header["deviations"])
    assert excused(made["expired"].header) == set()
    assert FAILS in excused({**header, "date": "9999-01-31T23:59:59Z"})
    assert FAILS not in excused({**header, "date": "9999-02-01T00:00:00Z"})


TOLD = {
    "terminal": lambda report: terminal.terminal(report),
    "junit": lambda report: junit.junit(report).decode(),
    "markdown": lambda report: markdown.markdown(report),
    "html": lambda report: html_page.html(report),
    "matrix": lambda report: matrix.html([report, report]),
}


@pytest.mark.parametrize("renderer", TOLD)
def test_every_report_says_known_deviation_and_why(made: dict[str, Report], renderer: str) -> None:
    told = re.sub(r"\\", "", TOLD[renderer](made["excused"]))
    assert "known deviation" in told
    assert "ticket 4711" in told
    assert KEY not in told
    assert "known deviation until" not in TOLD[renderer](made["unknown"])


def test_the_terminal_counts_them_by_themselves(made: dict[str, Report]) -> None:
    told = terminal.terminal(made["excused"])
    known = View(made["excused"]).counts["known"]
    assert len(re.findall(r"^KNOWN   MUST ", told, re.MULTILINE)) > 0
    assert re.search(rf"^  free +partial +{known} known deviations", told, re.MULTILINE)
    assert "FAILED" not in told


def test_in_junit_they_are_skipped_with_their_reason(made: dict[str, Report]) -> None:
    root = ElementTree.fromstring(junit.junit(made["excused"]))
    assert root.get("failures") == "0"
    assert root.get("skipped") == str(len(root.findall(".//skipped"))) != "0"
    case = root.find(f".//testcase[@name='{FAILS}']")
    assert case is not None
    skipped = case.find("skipped")
    assert skipped is not None
    assert skipped.get("message") == f"known deviation until 9999-01-31: {REASON}"
    assert case.find("properties/property[@name='deviation']") is not None
    assert "curl -sS" in (case.findtext("system-out") or "")


def test_the_badge_does_not_count_them_as_breaches(made: dict[str, Report]) -> None:
    known = View(made["excused"]).of("free")["known"]
    assert f">{known} known deviations</text>" in badge.badge(made["excused"], "free")
    assert "breach" in badge.badge(made["expired"], "free")
    assert ">conforms</text>" in badge.badge(made["kept"], "free")


def test_a_known_deviation_still_breaks_what_others_keep(made: dict[str, Report]) -> None:
    def row(*names: str) -> matrix.Row:
        rows = matrix.matrix([made[name] for name in names]).rows
        return next(each for each in rows if each.requirement["id"] == FAILS)

    assert row("excused", "kept").differs
    assert not row("excused", "expired").differs


def test_a_crashed_run_excuses_by_its_own_day(made: dict[str, Report]) -> None:
    torn = replace(made["excused"], footer=None)
    assert states(torn)[FAILS] == "known"
    assert set(View(torn).profiles.values()) == {"crashed"}


def test_every_standing_has_its_place_everywhere() -> None:
    assert set(html_page.MARKS) == set(markdown.MARKS) == set(STATES)


def verdict(status: Status, level: str = "MUST", name: str = "a") -> Verdict:
    return Verdict(Requirement(name, "o", level, "free", "says", "/", "documented"), status)


@pytest.mark.parametrize(
    ("verdicts", "profile"),
    [
        ([verdict(Status.FAILED)], "partial"),
        ([verdict(Status.FAILED), verdict(Status.PASSED, name="b")], "partial"),
        ([verdict(Status.FAILED), verdict(Status.FAILED, name="b")], "failure"),
        ([verdict(Status.FAILED), verdict(Status.ERRORED, name="b")], "error"),
        ([verdict(Status.ERRORED)], "error"),
        ([verdict(Status.FAILED, "MAY")], "success"),
        ([verdict(Status.PASSED)], "success"),
        ([verdict(Status.SKIPPED)], "partial"),
    ],
)
def test_a_profile_never_claims_more_than_is_true(verdicts: list[Verdict], profile: str) -> None:
    assert summary(verdicts, excused={"a"}) == profile


def test_the_command_asks_for_the_same_again(made: dict[str, Report]) -> None:
    header, requirements = made["excused"].header, made["excused"].header["requirements"]
    each = next(each for each in requirements if each["id"] == FAILS)
    again = f"proofsheet check stability --url {URL} --key-env RESELLER_KEY --only {FAILS}"
    there = "--report again.jsonl"
    assert text.reproduce(header, each) == f"{again} --seed 7 --profile free {there}"
    for renderer in ("terminal", "junit", "markdown", "html"):
        assert f"{again} --seed 7 --profile free {there}" in TOLD[renderer](made["excused"])
    core = {**each, "profile": "core", "needs": "repeat"}
    assert text.reproduce(header, core) == f"{again} --seed 7 --allow repeat {there}"
    more = {**core, "needs": "burst+other-key"}
    asked = f"{again} --seed 7 --allow burst --target target.toml {there}"
    assert text.reproduce(header, more) == asked
    exploring = {**header, "seed": None, "explore": 25}
    plain = {**core, "needs": None}
    explored = f"{again} --explore 25 {there}"
    assert text.reproduce(exploring, plain, is_explored=True) == explored
    assert text.reproduce(exploring, plain) == f"{again} {there}"
