"""`pytest --proofsheet NAME`: requirements as items, in pytest's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import httpcore  # noqa: F401
import pytest
from plugin.judged import CONFIG, DOCUMENT, KEY, MAY, MUST, PAID, cases, records, same_answer

# Loaded here, or pytester would forget them after each project, and httpx would not know its own exceptions.
import proofsheet.contracts.pytest_items.setup  # noqa: F401
from proofsheet.testing_client import Mock, Server

pytest_plugins = ["pytester"]
Judge = Callable[..., pytest.RunResult]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server.start([DOCUMENT], ["--keys", KEY, "--rate-limit", "off"])
    yield running
    running.stop()


@pytest.fixture
def mock(server: Server) -> Mock:
    found = Mock(server.url, KEY)
    found.reset()
    return found


@pytest.fixture
def judge(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Runs pytest in a project of its own: `judge(url, *options)`."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("KEY", KEY)
    pytester.makeini(CONFIG)
    pytester.makepyfile(test_own="def test_own(): pass")

    def judge(url: str | None, *options: str) -> pytest.RunResult:
        where = ("--proofsheet-url", url, "--proofsheet-key-env", "KEY") if url else ()
        return pytester.runpytest("-p", "proofsheet", "--proofsheet", DOCUMENT, *where, *options)

    return judge


def test_requirements_are_items_and_the_projects_tests_are_not_run(judge: Judge, mock: Mock) -> None:
    done = judge(mock.url, "-k", f"{MUST} or {MAY}", "-v")
    done.assert_outcomes(passed=2, deselected=done.parseoutcomes()["deselected"])
    done.stdout.fnmatch_lines([
        f"proofsheet: {DOCUMENT} *, profile core: judging {mock.url}, 150 credits at most; *-seed *",
        "proofsheet: 2 requests for 2 requirements, 0 credits expected, 150 at most",
        f"proofsheet::{MUST} PASSED*",
        f"proofsheet::{MAY} PASSED*",
        f"proofsheet: free success, core success; 0 of 150 credits spent; report: *{DOCUMENT}.jsonl",
    ])  # fmt: skip
    done.stdout.no_fnmatch_line("*test_own*")


def test_with_paths_both_are_run(judge: Judge, mock: Mock, pytester: pytest.Pytester) -> None:
    done = judge(mock.url, "test_own.py", f"proofsheet::{MUST}", "--proofsheet-report", "mine.jsonl")
    done.assert_outcomes(passed=2)
    assert len(cases(pytester.path / "mine.jsonl")) == 1
    assert not (pytester.path / f"{DOCUMENT}.jsonl").exists()


def test_marks_tell_levels_and_costs(judge: Judge, pytester: pytest.Pytester) -> None:
    free = judge(None, "--collect-only", "-q", "-m", "proofsheet_must and not proofsheet_paid").outlines
    paid = judge(None, "--collect-only", "-q", "-m", "proofsheet_core and proofsheet_paid").outlines
    may = judge(None, "--collect-only", "-q", "-m", "proofsheet_may and proofsheet_free").outlines
    assert [f"proofsheet::{each}" in free for each in (MUST, PAID, MAY)] == [True, False, False]
    assert [f"proofsheet::{each}" in paid for each in (MUST, PAID, MAY)] == [False, True, False]
    assert [f"proofsheet::{each}" in may for each in (MUST, PAID, MAY)] == [False, False, True]
    assert not list(pytester.path.glob("*.jsonl")), "nothing was sent"


def test_only_what_is_selected_is_paid_for(judge: Judge, mock: Mock, pytester: pytest.Pytester) -> None:
    done = judge(mock.url, "-k", PAID)
    done.assert_outcomes(passed=1, deselected=done.parseoutcomes()["deselected"])
    footer = records(pytester.path / f"{DOCUMENT}.jsonl")[-1]
    assert 1000 - mock.balance == footer["spent"] == 3  # type: ignore[operator]
    assert KEY not in (pytester.path / f"{DOCUMENT}.jsonl").read_text()


def test_a_breach_fails_and_advice_does_not(judge: Judge, pytester: pytest.Pytester) -> None:
    with same_answer() as url:
        done = judge(url, "-k", f"{MUST} or {MAY}", "-rx", "--junitxml", "junit.xml")
        assert done.ret == 1
        done.assert_outcomes(failed=1, xfailed=1, deselected=done.parseoutcomes()["deselected"])
        done.stdout.fnmatch_lines([
            f"*_ MUST {MUST} _*",
            f"MUST {MUST}: cfg_scale is at most 35",
            "expected: *",
            "came: *",
            "curl -sS -i *cfg_scale*",
            "stands on: documented (*) at /*cfg_scale*",
            f"again: proofsheet check {DOCUMENT} --url {url} --key-env KEY --only {MUST} --seed *",
            f"XFAIL proofsheet::{MAY} - *advice: *",
        ])  # fmt: skip
        done.stdout.no_fnmatch_line("*Traceback*")
        strict = judge(url, "-k", MAY, "--runxfail")
        strict.assert_outcomes(failed=1, deselected=strict.parseoutcomes()["deselected"])
    _assert_junit(pytester.path / "junit.xml")


def _assert_junit(path: Path) -> None:
    found = {each.get("name"): each for each in ElementTree.parse(path).iter("testcase")}
    assert set(found) == {MUST, MAY}
    assert {each.get("classname") for each in found.values()} == {"proofsheet"}
    failure, advice = found[MUST].find("failure"), found[MAY].find("skipped")
    assert failure is not None
    assert "curl -sS" in (failure.text or "")
    assert advice is not None
    assert advice.get("type") == "pytest.xfail"
    properties = {each.get("name"): each.get("value") for each in found[MUST].iter("property")}
    assert (properties["level"], properties["profile"]) == ("MUST", "free")


@pytest.mark.parametrize(("until", "outcome"), [("2999-01-01", "xfailed"), ("2020-01-01", "failed")])
def test_a_known_deviation_is_xfailed_until_it_expires(
    judge: Judge, pytester: pytest.Pytester, until: str, outcome: str
) -> None:
    with same_answer() as url:
        (pytester.path / "target.toml").write_text(
            f'url = "{url}"\nkey_env = "KEY"\n'
            f'[deviations."{MUST}"]\nreason = "they were asked"\nuntil = {until}\n'
        )
        done = judge(None, "--proofsheet-target", "target.toml", f"proofsheet::{MUST}", "-rx")
    done.assert_outcomes(**{outcome: 1})
    done.stdout.fnmatch_lines(["*known deviation*they were asked*"])


def test_a_deviation_that_is_no_more_is_pointed_out(
    judge: Judge, mock: Mock, pytester: pytest.Pytester
) -> None:
    (pytester.path / "target.toml").write_text(
        f'key_env = "KEY"\n[deviations."{MUST}"]\nreason = "they were asked"\nuntil = 2999-01-01\n'
    )
    done = judge(mock.url, "--proofsheet-target", "target.toml", f"proofsheet::{MUST}")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines([f"proofsheet: {MUST} is kept, so this deviation can be struck out: *"])


def test_without_money_it_is_skipped_and_says_so(judge: Judge, mock: Mock) -> None:
    done = judge(mock.url, f"proofsheet::{PAID}", "--proofsheet-budget", "0", "-rs")
    done.assert_outcomes(skipped=1)
    done.stdout.fnmatch_lines(["SKIPPED*would pass the budget of 0 credits"])
    assert mock.balance == 1000


def test_what_is_asked_of_every_answer_brings_the_requests_of_its_operation(
    judge: Judge, mock: Mock, pytester: pytest.Pytester
) -> None:
    done = judge(mock.url, "proofsheet::stability.generateCore.answer.status")
    done.assert_outcomes(passed=1)
    asked = [
        each["operation"] for each in records(pytester.path / f"{DOCUMENT}.jsonl") if each["kind"] == "case"
    ]
    assert asked.count("generateCore") > 50


def test_a_target_that_is_down_is_an_error_and_no_failure(judge: Judge) -> None:
    done = judge("http://127.0.0.1:9", f"proofsheet::{MUST}")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["why: cannot connect: *"])


def test_a_seed_replays(judge: Judge, mock: Mock, pytester: pytest.Pytester) -> None:
    judge(mock.url, f"proofsheet::{MUST}", "--proofsheet-seed", "7")
    assert records(pytester.path / f"{DOCUMENT}.jsonl")[0]["seed"] == 7


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--proofsheet", "stabilty"), "did you mean 'stability'"),
        ((), "where? give --proofsheet-url, or --proofsheet-target with a url in it"),
        (("--proofsheet-url", "ftp://x"), "--proofsheet-url must be an http or https address"),
        (("--proofsheet-url", "http://k:v@x"), "no credentials"),
        (
            ("--proofsheet-url", "http://x", "--proofsheet-key-env", "NOT_THERE"),
            "key-env NOT_THERE: there is no",
        ),
        (("--proofsheet-url", "http://x", "--proofsheet-key-file", "none"), "--proofsheet-key-file none: "),
        (("--proofsheet-target", "none.toml"), "none.toml"),
        (("--proofsheet-url", "http://x", "--proofsheet-profile", "all"), "free, core, extended, came 'all'"),
        (("--proofsheet-url", "http://x", "--proofsheet-allow", "all"), "came all"),
        (
            ("--proofsheet-url", "http://x", "--proofsheet-budget", "-1"),
            "credits from 0 to 1000000, came '-1'",
        ),
        (("--proofsheet-url", "http://x", "--proofsheet-seed", "x"), "--proofsheet-seed expected a number"),
        (
            (
                "--proofsheet-url",
                "http://x",
                "--proofsheet-report",
                "none/r.jsonl",
                "--proofsheet-key-env",
                "PATH",
            ),
            "there is no folder for",
        ),
    ],
)
def test_bad_use_is_told(judge: Judge, options: tuple[str, ...], said: str) -> None:
    done = judge(None, *options)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"ERROR: proofsheet: *{said}*"])
    done.stderr.no_fnmatch_line("*Traceback*")


def test_a_report_that_cannot_be_written_is_told(judge: Judge, mock: Mock, pytester: pytest.Pytester) -> None:
    (pytester.path / f"{DOCUMENT}.jsonl").mkdir()
    done = judge(mock.url, f"proofsheet::{MUST}")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["ERROR: proofsheet: cannot write the report: *"])


def test_a_requirement_that_is_not_there_is_an_error(judge: Judge, mock: Mock) -> None:
    done = judge(mock.url, "proofsheet::stability.nothing")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["there is no requirement stability.nothing in this profile"])
    assert mock.journal() == []


def test_what_the_docs_name_is_there(judge: Judge, pytestconfig: pytest.Config) -> None:
    text = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
    text = text[text.index("### Judging a target") : text.index("## Any other language")]
    options = {name.replace("-", "_") for name in re.findall(r"--(proofsheet-[a-z-]+)", text)}
    known = {name for name in vars(pytestconfig.option) if name.startswith("proofsheet_")}
    assert options == known - {"proofsheet_names", "proofsheet_args"}
    found = judge(None, "--collect-only", "-q").outlines
    named = re.findall(r"proofsheet::[\w.-]+\w", text)
    assert named
    assert set(named) <= set(found)
