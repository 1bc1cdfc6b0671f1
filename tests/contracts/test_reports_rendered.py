"""What is told of a report: in the terminal, as JUnit, as Markdown, as a matrix and a badge."""

from __future__ import annotations

import io
import json
import re
import shlex
from dataclasses import replace
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from reports_made import HOSTILE, KEY, ONLY, URL, Report, failing, judged, mock_for

from proofsheet.contracts.reports import badge, html_page, junit, markdown, matrix, records, terminal, text
from proofsheet.contracts.reports.picture_frames import frames
from proofsheet.contracts.reports.view import View
from proofsheet.contracts.verdict import Status
from proofsheet.spec.document import Document

# Without pictures, but for the one that is compared.
FREE = tuple(each for each in ONLY if not re.search("size|form", each))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, document: Document) -> dict[str, Report]:
    folder = tmp_path_factory.mktemp("told")
    paths = {}
    with mock_for(document) as mock:
        for name, damage, options in (
            ("clean", None, {}),
            ("failing", failing, {}),
            ("short", None, {"budget": "2", "url": URL.replace("images", "other")}),
            ("stopped", failing, {"stop_after": 4}),
            ("crashed", failing, {"stop_after": 4, "without_footer": True}),
        ):
            path = folder / f"{name}.jsonl"
            paths[name] = judged(path, mock, document, damage, only=FREE, **options)
    return {name: records.partly(path) for name, path in paths.items()}


RENDERERS = {
    "terminal": lambda report: terminal.terminal(report),
    "junit": lambda report: junit.junit(report).decode(),
    "markdown": lambda report: markdown.markdown(report),
    "html": lambda report: html_page.html(report),
    "matrix": lambda report: matrix.html([report, report]),
    "matrix in markdown": lambda report: matrix.markdown([report, report]),
    "badge": lambda report: badge.badge(report, "core"),
}


@pytest.mark.parametrize("renderer", RENDERERS)
def test_nothing_that_came_is_obeyed_or_holds_the_key(made: dict[str, Report], renderer: str) -> None:
    for report in made.values():
        told = RENDERERS[renderer](report)
        assert KEY not in told
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", told)
        if renderer != "terminal" and not renderer.endswith("markdown"):
            assert "<script>alert" not in told
            assert "<img src=x" not in told


def test_the_terminal_tells_failures_first_and_the_verdict_last(made: dict[str, Report]) -> None:
    told = terminal.terminal(made["failing"])
    names = re.findall(r"^(FAILED|ERRORED|ADVICE) +(MUST|SHOULD|MAY) ", told, re.MULTILINE)
    assert names == sorted(
        names,
        key=lambda each: (
            ("FAILED", "ERRORED", "ADVICE").index(each[0]),
            ("MUST", "SHOULD", "MAY").index(each[1]),
        ),
    )
    first = told.partition("\n\n")[0]
    for part in ("stands on  ", "curl       curl -sS", "again      proofsheet check stability --url"):
        assert part in first
    block = next(each for each in told.split("\n\n") if "stability.generateCore.prompt.required" in each)
    assert re.search(r"\n  expected   \S+.*\n  came       500 ", block)
    tail = told.strip().splitlines()[-4:]
    assert [line.split()[:2] for line in tail[:3]] == [
        [each, "failure"] for each in ("free", "core", "extended")
    ]
    assert "of 400 credits" in tail[3]


def test_the_terminal_shows_the_first_messages_of_many(made: dict[str, Report]) -> None:
    report = made["failing"]
    case = next(each for each in report.cases if each["messages"])
    name = case["messages"][0][0]
    many = {**case, "messages": [[name, f"it says {number}"] for number in range(40)]}
    verdict = {**report.verdicts[name], "messages": [text for _, text in many["messages"]]}
    shown = replace(report, cases=(many,), verdicts={**report.verdicts, name: verdict})
    text = terminal.terminal(shown)
    assert "it says 4\n" in text
    assert "it says 5" not in text
    assert "and        35 messages more, which the report has" in text


def test_the_terminal_has_colours_only_when_asked(made: dict[str, Report], monkeypatch: Any) -> None:
    assert "\x1b" not in terminal.terminal(made["failing"])
    coloured = terminal.terminal(made["failing"], colour=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == terminal.terminal(made["failing"])
    assert "\x1b[31;1mFAILED" in coloured
    assert not terminal.is_colourful(io.StringIO())
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert terminal.is_colourful(screen)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not terminal.is_colourful(screen)


def test_a_message_cannot_pass_for_another_line(made: dict[str, Report]) -> None:
    report = made["failing"]
    fake = "x\nFAILED  MUST   stability.other\n\nhttps://evil.example judged"
    verdicts = {
        name: {**each, "messages": [fake]} if each["status"] == "failed" else each
        for name, each in report.verdicts.items()
    }
    told = terminal.terminal(replace(report, verdicts=verdicts))
    assert not re.search("^(FAILED  MUST   stability.other|https://evil)", told, re.MULTILINE)


def test_the_command_to_reproduce_is_safe_to_paste() -> None:
    header = {"document": "stability", "target": "https://x.example/$(id)'"}
    words = shlex.split(text.reproduce(header, {"id": "a.b", "profile": "extended"}))
    assert words[:5] == ["proofsheet", "check", "stability", "--url", header["target"]]
    assert words[5:] == [
        "--key-env",
        "KEY",
        "--only",
        "a.b",
        "--profile",
        "extended",
        "--report",
        "again.jsonl",
    ]


def test_junit_has_a_test_for_each_requirement(made: dict[str, Report]) -> None:
    for name, report in made.items():
        root = ElementTree.fromstring(junit.junit(report))
        cases = root.findall(".//testcase")
        crash = name == "crashed"
        assert len(cases) == len(report.header["requirements"]) + crash
        view = View(report)
        for tag, state in (("failure", "failed"), ("error", "errored"), ("skipped", "skipped")):
            found = root.findall(f".//testcase/{tag}")
            assert len(found) == view.counts[state] + (crash and tag == "error")
            assert sum(int(suite.get(tag + "s" * (tag != "skipped"), "")) for suite in root) == len(found)
        assert root.get("tests") == str(len(cases))
    failure = ElementTree.fromstring(junit.junit(made["failing"])).find(".//failure")
    assert failure is not None
    assert failure.get("type") == "MUST"
    assert "curl -sS" in (failure.text or "")


def test_errors_of_the_target_are_errors(made: dict[str, Report]) -> None:
    report = made["clean"]
    name = report.header["requirements"][0]["id"]
    errored = {**report.verdicts[name], "status": Status.ERRORED.name.lower(), "messages": ["cannot connect"]}
    down = replace(report, verdicts={**report.verdicts, name: errored})
    error = ElementTree.fromstring(junit.junit(down)).find(".//error")
    assert error is not None
    assert error.get("message") == "cannot connect"
    assert terminal.terminal(down).startswith("ERRORED MUST ")


def test_advice_fails_nobody_but_is_told(made: dict[str, Report]) -> None:
    report = made["failing"]
    requirements = [{**each, "level": "MAY"} for each in report.header["requirements"]]
    mild = replace(report, header={**report.header, "requirements": requirements})
    assert View(mild).counts["failed"] == 0
    assert View(mild).counts["advice"] == View(report).counts["failed"] + View(report).counts["advice"]
    root = ElementTree.fromstring(junit.junit(mild))
    assert (root.get("failures"), bool(root.findall(".//system-out"))) == ("0", True)
    assert "## Advice" in markdown.markdown(mild)


def test_what_was_skipped_is_never_passed(made: dict[str, Report]) -> None:
    view = View(made["short"])
    assert view.counts["skipped"] > 0
    assert set(view.profiles.values()) == {"partial"}
    assert any("budget" in each.reason for each in view.lines if each.state == "skipped")
    assert "would pass the budget" in terminal.terminal(made["short"])


def test_a_run_without_an_end_is_no_success(made: dict[str, Report]) -> None:
    crashed = View(made["crashed"])
    assert crashed.ended == "crashed"
    assert set(crashed.profiles.values()) == {"crashed"}
    assert crashed.counts["passed"] == 0
    assert crashed.counts["failed"] > 0
    assert View(made["stopped"]).ended == "interrupted"
    assert "the run crashed" in terminal.terminal(made["crashed"])
    assert "The run crashed" in markdown.markdown(made["crashed"])
    assert "The run crashed." in html_page.html(made["crashed"])
    assert "The run was interrupted." in html_page.html(made["stopped"])
    assert ">crashed</text>" in badge.badge(made["crashed"], "core")


def test_markdown_escapes_what_came(made: dict[str, Report]) -> None:
    assert markdown.plain("<b>*a*|_b_ @me") == "\\<b\\>\\*a\\*\\|\\_b\\_ \\@me"
    assert markdown.code("a `b` | c") == "`` a `b` \\| c ``"
    assert markdown.block("```\nx") == "````\n```\nx\n````"
    told = markdown.markdown(made["failing"])
    outside = re.sub(r"^(`{3,})\n.*?\n\1$|(`+).+?\2", "", told, flags=re.DOTALL | re.MULTILINE)
    assert HOSTILE not in outside
    assert re.search(r"^\| core \| ❌ failure \|", told, re.MULTILINE)


def test_the_matrix_shows_where_targets_differ(made: dict[str, Report]) -> None:
    found = matrix.matrix([made["clean"], made["failing"], made["short"]])
    assert found.names[2] == URL.replace("images", "other")
    assert len(set(found.names)) == 3
    differing = {row.requirement["id"] for row in found.rows if row.differs}
    failed = {each.id for each in View(made["failing"]).lines if each.state in ("failed", "advice")}
    assert differing == failed
    told = matrix.markdown([made["clean"], made["failing"]])
    bold = set(re.findall(r"^\| \*\*\w+ `(\S+)`\*\* \|", told, re.MULTILINE))
    assert bold == failed
    assert len({line.count("|") for line in told.splitlines()[2:]}) == 1


def test_reports_of_different_requirements_stand_side_by_side(made: dict[str, Report]) -> None:
    report = made["clean"]
    fewer = replace(report, header={**report.header, "requirements": report.header["requirements"][1:]})
    row = matrix.matrix([report, fewer]).rows[0]
    assert row.cells[1] is None
    assert not row.differs
    assert "not asked" in matrix.html([report, fewer])


@pytest.mark.parametrize(
    ("name", "shown"),
    [("clean", "conforms"), ("short", "partial"), ("stopped", "breach"), ("crashed", "crashed")],
)
def test_a_badge_says_the_verdict(made: dict[str, Report], name: str, shown: str) -> None:
    svg = badge.badge(made[name], "core")
    root = ElementTree.fromstring(svg)
    title = root.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert shown in (title.text or "")
    assert re.findall("(?:href|src|url)[=(]", svg) == ["url("]  # its own clip path


def test_a_badge_of_a_hostile_name_is_still_xml(made: dict[str, Report]) -> None:
    hostile = replace(made["clean"], header={**made["clean"].header, "document": f'"{HOSTILE}&'})
    ElementTree.fromstring(badge.badge(hostile, "free"))
    narrow = replace(made["clean"], header={**made["clean"].header, "profile": "free"})
    assert narrow.footer is not None
    only_free = replace(narrow, footer={**narrow.footer, "profiles": {"free": "success"}})
    assert "not asked" in badge.badge(only_free, "core")


def test_the_page_is_whole_in_itself(made: dict[str, Report]) -> None:
    for html in (html_page.html(made["failing"]), matrix.html([made["clean"], made["failing"]])):
        assert "default-src 'none'; img-src data:;" in unescape(html)
        assert "unsafe" not in html
        assert not re.search(r"<link|<iframe|<object|@import|\ssrc=\"(?!data:image/jpeg;base64,)", html)
        assert not re.search(
            r"<[^>]*\s(style|on\w+)=", re.sub("<(script|style)>.*?</", "", html, flags=re.DOTALL)
        )


def test_links_of_a_forged_report_lead_to_the_web_only(made: dict[str, Report]) -> None:
    report = made["failing"]
    sources = {
        name: {"title": "t", "url": "javascript:alert(1)"}
        for each in report.header["requirements"]
        for name in each["sources"]
    }
    html = html_page.html(replace(report, header={**report.header, "sources": sources}))
    assert "javascript:" not in html
    given = ("https://a.example/b", "data:text/html,x", "https://a b")
    assert [html_page.address(each) for each in given] == ["https://a.example/b", "", ""]


def test_every_picture_has_its_frame(made: dict[str, Report]) -> None:
    view = View(made["clean"])
    drawn = [case for case in view.report.cases if case["response"]]
    pictures = [each for case in drawn for each in case["response"]["pictures"]]
    found = frames(view)
    assert [each.picture for each in found] == pictures
    assert {each.state for each in found} == {"passed"}
    several = json.loads(json.dumps(next(each for each in drawn if each["response"]["pictures"])))
    several["response"]["pictures"] *= 3
    twins = frames(View(replace(view.report, cases=(several,))))
    assert [each.number for each in twins] == ["1A", "1B", "1C"]


def test_small_words() -> None:
    assert [text.size(each) for each in (12, 1_200, 2_500_000)] == ["12 bytes", "1.2 kB", "2.5 MB"]
    assert [text.amount(each) for each in (8.0, 0.90000001, 160.2)] == ["8", "0.9", "160.2"]
    assert text.expected_came("expected a, b, came c") == ("a, b", "c")
    assert text.expected_came("nothing of the kind") is None
    assert text.clip("abcdef", 4) == "abcd… (2 characters more)"
