"""The site of many reports: its links lead somewhere, it asks for nothing, it ranks nobody."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from report_files import KEPT, report

from proofsheet.contracts.matrix.claims import claims
from proofsheet.contracts.matrix.columns import columns
from proofsheet.contracts.matrix.command import matrix
from proofsheet.contracts.matrix.tables import tables
from proofsheet.spec.load import Library

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">'
BROKEN = {**KEPT, "key.wrong": "failed", "key.bare": "skipped"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("matrix")
    report(folder / "targets/open/2026-11-14.jsonl", day="2026-11-14")
    report(folder / "targets/open/2026-11-15.jsonl", BROKEN, message=f"expected 401, came {HOSTILE}")
    report(folder / "targets/strict.jsonl")
    done = CliRunner().invoke(matrix, [str(folder / "targets"), "--out", str(folder / "site")])
    assert (done.exit_code, done.output.count("2 targets, 1 families")) == (0, 1), done.output
    return folder / "site"


def text(site: Path, name: str) -> str:
    return (site / name).read_text(encoding="utf-8")


def test_every_link_leads_to_a_file_and_a_place_in_it(site: Path) -> None:
    followed = 0
    for page in site.rglob("*.html"):
        for link in re.findall(r'(?:href|src)="([^"]+)"', page.read_text("utf-8")):
            path, _, anchor = unescape(link).partition("#")
            if path.startswith("https://pages.example/") or link == "#":
                continue
            target = (page.parent / path).resolve() if path else page
            assert target.is_file(), f"{page.name}: {link}"
            assert not anchor or f'id="{anchor}"' in target.read_text("utf-8"), f"{page.name}: {link}"
            followed += 1
    assert followed > 40


def test_nothing_that_came_is_obeyed_and_no_page_asks_for_anything(site: Path) -> None:
    shown = 0
    for page in site.rglob("*.html"):
        found = page.read_text("utf-8")
        assert "default-src 'none'" in found
        assert "<script>alert" not in found
        assert "<img src=x" not in found
        assert not re.search(r'(?:src|data-src)="(?:https?:)?//', found)
        shown += "&lt;script&gt;alert(1)" in found
    assert shown, "the message is shown as text"
    assert not re.search(r"https?://|fetch|XMLHttpRequest", text(site, "matrix.js"))
    assert not re.search(r"url\((?!['\"]?data:)|@import", text(site, "matrix.css"))


def test_what_is_inherited_stands_behind_what_is_documented_and_must_comes_first(site: Path) -> None:
    page = text(site, "miniature.html")
    titles = re.findall(r'class=.group-head"><th[^>]*>([^<]+)<', page)
    assert titles == ["documented or observed", "inherited or assumed"]
    documented, inherited = page.split("inherited or assumed</th>")
    assert re.findall(r'<tr class="row" data-level="(\w+)"', documented) == ["MUST", "MUST", "SHOULD", "MAY"]
    assert "answer.status" in inherited.replace("<wbr>", "")


def test_a_cell_has_the_request_the_answer_and_the_rule(site: Path) -> None:
    cell = (
        text(site, "open/draw.html")
        .split('id="at-miniature.draw.key.wrong"')[1]
        .split("</section>\n<section class")[0]
    )
    for part in ("curl -sS http://a.example/draw", "<b class=\"s4\">401</b>", "/paths/~1draw/post",
                 "documented, <code>", "A page", "0 credits", "--only miniature.draw.key.wrong"):  # fmt: skip
        assert part in cell, part
    kept = text(site, "strict/draw.html")
    assert kept.count("curl -sS http://a.example/draw") == len(KEPT), "what is kept is shown as well"


def test_runs_are_history_with_what_changed_and_their_files(site: Path) -> None:
    page = text(site, "open.runs.html")
    assert re.findall(r'<th scope="row">(2026-11-1\d) 10:00 UTC', page) == ["2026-11-15", "2026-11-14"]
    found = page.split("New findings")[1]
    assert "miniature.draw.key.wrong" in found.split("Other requirements")[0]
    assert sorted(path.name for path in (site / "reports").iterdir()) == [
        "open-2026-11-14-1.jsonl", "open-2026-11-15.jsonl", "strict-2026-11-15.jsonl",
    ]  # fmt: skip
    assert sorted(path.name for path in (site / "badges").iterdir()) == ["open-free.svg", "strict-free.svg"]


def test_the_download_has_a_line_for_each_cell(site: Path) -> None:
    found = [json.loads(line) for line in text(site, "matrix.jsonl").splitlines()]
    assert len(found) == 2 * len(KEPT)
    states = {(each["target"], each["id"].split(".", 2)[2]): each["state"] for each in found}
    assert (states["open", "key.wrong"], states["strict", "key.wrong"]) == ("failed", "passed")


def test_a_claim_stands_as_the_worst_that_was_judged_of_it(site: Path, tmp_path: Path) -> None:
    report(tmp_path / "a.jsonl", BROKEN)
    (table,) = tables(columns([str(tmp_path)]))
    found = {each.id: each.cells[0] for each in claims(table, Library())}
    states = {name: line.state for name, line in found.items() if line}
    assert (states["draw.key.wrong"], states["draw.key.bare"]) == ("failed", "skipped")
    assert "draw.key.wrong" in text(site, "miniature.claims.html").replace("<wbr>", "")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["{folder}/none"], "expected reports of `proofsheet check` (.jsonl), found none"),
        (["{folder}/bad.jsonl"], "bad.jsonl"),
        (["a=b={folder}/good.jsonl"], "b="),
        (["{folder}/good.jsonl", "--out", "{folder}/mine"], "holds other files"),
        (["A b={folder}/good.jsonl", "a-b={folder}/good.jsonl"], "same name in paths: A b, a-b"),
    ],
)
def test_bad_input_is_an_error_in_a_line(tmp_path: Path, arguments: list[str], says: str) -> None:
    report(tmp_path / "good.jsonl")
    (tmp_path / "none").mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    (tmp_path / "bad.jsonl").write_text("{}\n")
    given = [each.format(folder=tmp_path) for each in arguments]
    done = CliRunner().invoke(matrix, ["--out", str(tmp_path / "site"), *given])
    assert done.exit_code == 3
    assert says in done.output
    assert not (tmp_path / "site").exists()
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_a_site_of_ours_is_written_anew(tmp_path: Path) -> None:
    command = [f"one={report(tmp_path / 'good.jsonl')}", "--out", str(tmp_path / "site")]
    assert CliRunner().invoke(matrix, command).exit_code == 0
    (tmp_path / "site" / "old.html").write_text("of the last time")
    assert CliRunner().invoke(matrix, command).exit_code == 0
    assert not (tmp_path / "site" / "old.html").exists()
