"""Two runs of a target: what is worse, what is better, what answers otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from report_files import KEPT, report

from proofsheet.contracts.reports.drift_command import drift_command

BROKEN = {**KEPT, "key.wrong": "failed"}
ADVICE = {**KEPT, "size.kind": "failed"}


def ran(tmp_path: Path, *options: str, old: Any = KEPT, new: Any = KEPT, **changes: Any) -> tuple[int, str]:
    paths = [
        report(tmp_path / "old.jsonl", old, day="2026-11-14"),
        report(tmp_path / "new.jsonl", new, **changes),
    ]
    done = CliRunner().invoke(drift_command, [*map(str, paths), *options])
    return done.exit_code, done.output


def test_two_runs_that_are_the_same_are_said_to_be(tmp_path: Path) -> None:
    assert ran(tmp_path, "--fail-on", "any") == (
        0, "http://a.example: 2026-11-14 10:00 UTC to 2026-11-15 10:00 UTC\nnothing changed\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "options", "code", "says"),
    [
        (KEPT, BROKEN, (), 1, "1 new finding\n  MUST miniature.draw.key.wrong: passed -> failed"),
        (KEPT, BROKEN, ("--fail-on", "never"), 0, "1 new finding"),
        (BROKEN, KEPT, (), 0, "1 gone finding\n  MUST miniature.draw.key.wrong: failed -> passed"),
        (BROKEN, KEPT, ("--fail-on", "any"), 1, "1 gone finding"),
        (BROKEN, BROKEN, (), 0, "nothing changed"),
        (KEPT, ADVICE, (), 0, "MAY miniature.draw.size.kind: passed -> advice"),
        (KEPT, {**KEPT, "key.bare": "errored"}, (), 1, "SHOULD miniature.draw.key.bare: passed -> errored"),
        (KEPT, {**KEPT, "key.bare": "skipped"}, (), 0, "1 requirement\n  SHOULD miniature.draw.key.bare"),
    ],
)
def test_only_what_is_newly_broken_fails_a_job(
    tmp_path: Path, old: Any, new: Any, options: tuple[str, ...], code: int, says: str
) -> None:
    found, output = ran(tmp_path, *options, old=old, new=new)
    assert found == code
    assert says in output


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"status": 403}, "status: 401 -> 403, 1 answer (draw/key.wrong)"),
        ({"media_type": "text/html"}, "media type: application/json -> text/html"),
        (
            {"headers": [["content-type", "application/json"], ["via", "1.1 x"]]},
            "header via: absent -> there",
        ),
        ({"headers": []}, "header content-type: there -> gone"),
        ({"cost": 3}, "price: 0 -> 3"),
    ],
)
def test_what_answers_otherwise_is_listed(tmp_path: Path, answer: dict[str, Any], says: str) -> None:
    code, output = ran(tmp_path, answers={"key.wrong": answer})
    assert code == 0
    assert says in output
    assert ran(tmp_path, "--fail-on", "any", answers={"key.wrong": answer})[0] == 1


def test_what_comes_and_goes_from_call_to_call_is_no_change(tmp_path: Path) -> None:
    headers = [
        ["content-type", "application/json"],
        ["age", "3"],
        ["set-cookie", "a=b"],
        ["connection", "close"],
    ]
    assert "nothing changed" in ran(tmp_path, answers={"key.wrong": {"headers": headers}})[1]


def test_json_holds_the_same(tmp_path: Path) -> None:
    code, output = ran(tmp_path, "--json", new=BROKEN, answers={"key.bare": {"status": 500}}, seed=2)
    found = json.loads(output)
    assert (code, found["is_worse"], found["old"]) == (1, True, "2026-11-14T10:00:00Z")
    assert [each["id"] for each in found["found"]] == ["miniature.draw.key.wrong"]
    assert found["found"][0]["messages"] == ["expected 401, came 200"]
    assert found["answers"] == [{"what": "status", "old": "401", "new": "500", "cases": ["draw/key.bare"]}]
    assert found["warnings"] == ["the seeds differ, and with them the requests: 1, then 2"]


def test_runs_in_the_wrong_order_are_said_to_be(tmp_path: Path) -> None:
    assert "mind: the first report is the newer one" in ran(tmp_path, day="2026-11-13")[1]


def test_what_cannot_be_compared_is_an_error_in_a_line(tmp_path: Path) -> None:
    code, output = ran(tmp_path, old={"key.wrong": "passed"}, new={"key.bare": "passed"})
    assert (code, "no requirement in common" in output) == (2, True)
    done = CliRunner().invoke(drift_command, [str(tmp_path / "gone.jsonl"), str(tmp_path / "new.jsonl")])
    assert done.exit_code == 3
    assert "gone.jsonl" in done.output
