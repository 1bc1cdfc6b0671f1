"""Reports as files: torn, alien, endless, of an older version, or with hundreds of explored cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from reports_made import Report, failing, judged, mock_for

from proofsheet.contracts.reports import (
    badge,
    html_page,
    junit,
    markdown,
    matrix,
    record_lines,
    records,
    report_errors,
    terminal,
)
from proofsheet.contracts.reports.view import MOST_EVIDENCE, View
from proofsheet.spec.document import Document

ONLY = ("stability.generateCore.prompt",)
FAILS = "stability.generateCore.prompt.required"
NEW = {
    "case": ("explored",),
    "header": ("deviations", "key_env", "explore"),
    "footer": ("excused", "asked"),
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory, document: Document) -> Path:
    with mock_for(document) as mock:
        file = tmp_path_factory.mktemp("files") / "failing.jsonl"
        return judged(file, mock, document, failing, only=ONLY, profile="free", explore=25)


def written(path: Path, found: list[dict[str, Any]]) -> Report:
    path.write_text("".join(json.dumps(each) + "\n" for each in found), encoding="utf-8")
    return records.partly(path)


def of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def every(report: Report) -> dict[str, str]:
    return {
        "terminal": terminal.terminal(report),
        "junit": junit.junit(report).decode(),
        "markdown": markdown.markdown(report),
        "html": html_page.html(report),
        "matrix": matrix.html([report, report]) + matrix.markdown([report, report]),
        "badge": badge.badge(report, "free"),
    }


def test_a_line_that_was_cut_off_is_left_out_and_that_is_said(path: Path, tmp_path: Path) -> None:
    whole = path.read_bytes()
    torn = tmp_path / "torn.jsonl"
    torn.write_bytes(whole[:-30])
    last = len(whole.splitlines())
    with pytest.raises(records.MissingFooter, match=f"crashed.*line {last} was cut off and is left out"):
        records.read(torn)
    report = records.partly(torn)
    assert report.torn == last
    told = every(report)
    assert f"line {last} of its report was cut off and is left out" in told["terminal"]
    assert f"Its last line, number {last}, was cut off" in told["html"]
    assert f"line {last} was cut off" in told["markdown"]
    assert records.read(path).torn is None


@pytest.mark.parametrize(
    ("content", "kind", "says"),
    [
        (b"", report_errors.EmptyReport, "is empty; expected the JSON Lines"),
        (
            b"\x89PNG\r\n\x1a\n\0\0",
            report_errors.UnreadableReport,
            "cannot be read as text: .*; expected the JSON Lines",
        ),
        (b"<!doctype html>\n<p>no", report_errors.BrokenLine, "is no JSON: .*; expected the JSON Lines"),
        (b'{"openapi": "3.1.0"}', report_errors.InvalidRecord, "expected a header, .*, came kind None"),
        (b"[]", report_errors.InvalidRecord, "came a JSON array"),
        (b"12", report_errors.InvalidRecord, "came a JSON number"),
        (b"[" * 100_000, report_errors.BrokenLine, "is no JSON"),
        (b'{"kind": ["header"]}', report_errors.InvalidRecord, "came kind \\['header'\\]"),
    ],
)
def test_what_is_no_report_is_told_from_one(
    tmp_path: Path, content: bytes, kind: type[report_errors.BadReport], says: str
) -> None:
    alien = tmp_path / "alien"
    alien.write_bytes(content)
    with pytest.raises(kind, match=rf"alien:1: .*{says}"):
        records.partly(alien)


def test_a_folder_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(report_errors.UnreadableReport, match="directory"):
        records.partly(tmp_path)


def test_a_file_without_an_end_of_line_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_lines, "LONGEST", 2_000_000)
    with pytest.raises(report_errors.UnreadableReport, match="longer than 2 MB"):
        records.partly(Path("/dev/zero"))  # where it ended the test would not
    huge = tmp_path / "huge.jsonl"
    huge.write_bytes(b'{"kind": "header"' + b" " * 3_000_000 + b"}")
    with pytest.raises(report_errors.UnreadableReport, match=r"huge\.jsonl:1: .*longer than 2 MB"):
        records.partly(huge)


def test_a_report_of_version_0_1_is_still_read(path: Path, tmp_path: Path) -> None:
    old = [{k: v for k, v in each.items() if k not in NEW.get(each["kind"], ())} for each in of(path)]
    for each in old[0]["requirements"]:
        del each["needs"], each["differs"]
    report = written(tmp_path / "old.jsonl", old)
    now = records.read(path)
    assert View(report).counts == View(now).counts
    assert View(report).asked == sum(bool(case["request"]) for case in report.cases)
    told = every(report)
    assert f"--key-env KEY --only {FAILS} --seed 7 --profile free" in told["html"]
    assert "written down" not in told["html"]


@pytest.mark.parametrize(
    "change",
    [
        {"deviations": {"a": {"reason": "x"}}},
        {"deviations": {"a": {"reason": "x", "until": "soon"}}},
        {"key_env": "sk-a-key; rm -rf ~"},
        {"explore": -1},
        {"surprise": 1},
    ],
)
def test_new_fields_are_held_against_their_schema(path: Path, tmp_path: Path, change: dict[str, Any]) -> None:
    header, *rest = of(path)
    with pytest.raises(report_errors.InvalidRecord):
        written(tmp_path / "x.jsonl", [{**header, **change}, *rest])


def test_hundreds_of_explored_cases_fit(path: Path, tmp_path: Path) -> None:
    found = of(path)
    markers = next(each for each in found if each["kind"] == "case" and FAILS in dict(each["messages"]))
    size = len(html_page.html(records.read(path)))
    body = markers["request"]["body"] or ""
    explored = [
        {
            **markers,
            "id": f"generateCore/explored-{number}",
            "explored": True,
            "request": {**markers["request"], "body": body + "x" * (900 - number)},
        }
        for number in range(800)
    ]
    footer = {**found[-1], "asked": 12_345}
    verdicts = [each for each in found if each["kind"] == "verdict"]
    report = written(tmp_path / "many.jsonl", [found[0], *explored, *verdicts, footer])
    line = next(each for each in View(report).lines if each.id == FAILS)
    assert (len(line.evidence), line.more) == (MOST_EVIDENCE, 800 - MOST_EVIDENCE)
    assert line.evidence[0]["id"] == "generateCore/explored-799"  # the smallest request
    told = every(report)
    assert len(told["html"]) < 2 * size
    assert "12,345 <small>800 written down</small>" in told["html"]
    assert "found by exploring" in told["html"]
    assert "12,345 requests" in told["terminal"]
    for name in ("terminal", "junit", "markdown", "html"):
        assert f"--only {FAILS} --seed 7 --profile free --explore 25" in told[name]


def test_what_a_matrix_compares_is_said_where_it_is_uneven(path: Path, tmp_path: Path) -> None:
    found = of(path)
    header = found[0]
    other = {
        **header,
        "document": "stability.other", "version": "2024.09", "profile": "core", "seed": 8,
        "requirements": [{**header["requirements"][0], "level": "MAY"}],
    }  # fmt: skip
    verdicts = [
        each for each in found if each["kind"] == "verdict" and each["id"] == other["requirements"][0]["id"]
    ]
    reports = [records.read(path), written(tmp_path / "other.jsonl", [other, *verdicts])]
    compared = matrix.matrix(reports)
    assert len(compared.warnings) == 5  # document, profile, seed, end, requirements
    told = matrix.markdown(reports).splitlines()
    assert "| document | **stability 2026" in "\n".join(told)
    assert "| seed | **7** | **8** |" in told
    assert "| run | **complete** | **crashed** |" in told
    left = header["requirements"][1]["id"]
    assert next(each for each in told if f"`{left}`" in each).endswith("| not asked |")
    assert "(MAY here)" in compared.rows[0].cell_text(compared.rows[0].cells[1])
    html = matrix.html(reports)
    assert "Mind before you compare" in html
    assert "not judged by the same document" in html
    same = matrix.matrix([reports[0], reports[0]])
    assert same.warnings == ()
    assert "Mind" not in matrix.html([reports[0], reports[0]])
    assert same.names == (f"{header['target']} (1)", f"{header['target']} (2)")
