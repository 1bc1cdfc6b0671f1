"""What is said of the real proxies, and how findings are explained and shown; none of them is started."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from gateways import cli
from gateways.explained import Explanation, explained, explanations, stale
from gateways.fleet import HERE, Gateway, NotRun, gateways, running, version
from gateways.judged import Asking, Finding, Judged
from gateways.table import markdown

KNOWN = {"port", "upstream", "upstream_port", "work", "tools", "conf", "user"}
KINDS = ("A real deviation", "Harmless", "Only advice", "What follows")


def gateway(name: str = "one", **more: object) -> Gateway:
    return Gateway(**{"name": name, "says": "A proxy", "wants": "sh", "argv": (), "version": (), **more})  # type: ignore[arg-type]


def judged(name: str, *findings: Finding) -> Judged:
    counts = {"passed": 9, "failed": len(findings), "errored": 0, "skipped": 0}
    return Judged(gateway(name), f"{name} 1.0", findings, counts, {"core": "failure"})


def finding(requirement: str, *messages: str, level: str = "MUST") -> Finding:
    return Finding(f"family.{requirement}", level, "failed", messages)


class TestFleet:
    def test_every_gateway_is_whole(self) -> None:
        for each in gateways().values():
            texts = [*each.argv, *each.version, *each.env.values(), *each.headers.values(), each.wants]
            if each.conf:
                texts.append((HERE / "conf" / each.conf).read_text(encoding="utf-8"))
                assert "{port}" in texts[-1] or "{port}" in each.argv, each.name
            names = {name for text in texts for name in re.findall(r"\{([a-z_]+)\}", text)}
            assert names <= KNOWN, each.name
            assert each.says, each.name

    def test_every_configuration_is_used(self) -> None:
        assert {each.name for each in (HERE / "conf").iterdir()} == {
            each.conf for each in gateways().values() if each.conf
        }

    def test_requirements_are_pinned_and_name_no_host(self) -> None:
        for path in (HERE / "requirements").glob("*.txt"):
            lines = path.read_text(encoding="utf-8").splitlines()
            assert all(re.fullmatch(r"#.*|[\w.-]+==[\w.!+-]+", line) for line in lines), path.name

    def test_a_program_that_is_not_there(self) -> None:
        with pytest.raises(
            NotRun, match=r"no-such-proxy is not here; gateways/setup\.sh says what to install"
        ):
            version(gateway(wants="no-such-proxy"))

    def test_a_version_that_cannot_be_asked(self) -> None:
        with pytest.raises(NotRun, match="its version cannot be asked: broken"):
            version(gateway(version=("sh", "-c", "echo broken >&2; exit 3")))

    def test_a_program_that_ends_at_once(self, tmp_path: Path) -> None:
        ends = gateway(argv=("sh", "-c", "echo port taken; exit 7"))
        with (
            pytest.raises(NotRun, match="ended with code 7: port taken"),
            running(ends, "http://127.0.0.1:1", tmp_path),
        ):
            pytest.fail("it is said to run")


class TestExplained:
    def test_every_explanation_is_of_a_known_gateway_and_says_what_it_is(self) -> None:
        for each in explanations():
            for pattern in each.gateways:
                assert any(fnmatchcase(name, pattern) for name in gateways()), pattern
            assert each.why.startswith(KINDS), each.why
            assert each.why.endswith("."), each.why

    def test_the_first_that_covers_a_message_speaks(self) -> None:
        first = Explanation(("one",), ("*.size",), "first", ("* small",))
        second = Explanation(("o*",), ("*",), "second")
        told = explained(judged("one", finding("draw.size", "too small", "too large")), [first, second])
        assert told.found == {first: {"MUST size": {"draw"}}, second: {"MUST size": {"draw"}}}
        assert told.left == []

    def test_each_message_has_to_be_explained(self) -> None:
        only = Explanation(("one",), ("draw.*",), "only", ("too small",))
        found = finding("draw.size", "too small", "too large")
        assert explained(judged("one", found), [only]).left == [(found, "too large")]
        other = finding("erase.size", "too small")
        assert explained(judged("one", other), [only]).left == [(other, "too small")]
        assert explained(judged("two", found), [only]).left == [(found, "too small"), (found, "too large")]

    def test_what_explains_nothing_is_told(self) -> None:
        known = [Explanation(("one", "two"), ("*",), "used by one"), Explanation(("*",), ("x.*",), "by none")]
        results = [judged("one", finding("draw.size", "no")), judged("two")]
        assert stale(results, known) == ["two: used by one", "*: by none"]

    def test_who_was_not_run_is_not_held_against_an_explanation(self) -> None:
        known = [Explanation(("one",), ("*",), "used"), Explanation(("t*",), ("*",), "not run")]
        results = [judged("one", finding("draw.size", "no")), Judged(gateway("two"), why_not="not here")]
        assert stale(results, known) == []


class TestPage:
    def test_it_shows_findings_by_sentence_and_by_requirement(self) -> None:
        broken = [
            finding("draw.size", "no"),
            finding("erase.size", "no"),
            finding("draw.seed", "no", level="MAY"),
        ]
        known = [Explanation(("one",), ("*",), "It is a deviation.")]
        page = markdown([judged("one", *broken), judged("two")], known, "core")
        assert (
            "| one | one 1.0 | [gateways.yaml](../gateways/gateways.yaml) | 9 | 2 | 1 | 0 | failure |" in page
        )
        assert "- It is a deviation.\n  MUST `size` 2; MAY `seed` 1.\n" in page
        assert "### two\n\nA proxy.\n\nNo finding.\n" in page
        assert "| requirements | one |\n" in page
        assert "| `size` | 2 |\n" in page
        assert "| `seed` | 1 |\n" in page
        assert "and so is who met all: two." in page

    def test_requirements_that_fare_alike_share_a_row(self) -> None:
        page = markdown([judged("one", finding("draw.size", "no"), finding("draw.seed", "no"))], [], "core")
        assert "| `size`, `seed` | 1 |" in page

    def test_what_nobody_explains_stands_out(self) -> None:
        page = markdown([judged("one", finding("draw.size", "no"))], [], "core")
        assert "- **unexplained**: MUST family.draw.size: no\n" in page

    def test_who_was_not_run_is_named(self) -> None:
        page = markdown([Judged(gateway("one"), why_not="not here")], [], "core")
        assert "| one | | | | | | | not run: not here |" in page


class TestCommand:
    def test_an_unknown_name(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["apache"]) == 2
        said = capsys.readouterr().err
        assert "there is no gateway apache; there are mock, nginx-default, " in said

    def test_a_missing_proxy_ends_with_1_and_leaves_the_page(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(cli, "PAGE", tmp_path / "gateways.md")
        results = [judged("one"), Judged(gateway("two"), why_not="not here")]
        assert cli._told(results, [], Asking(), whole=True) == 1
        assert "1 judged, 0 findings without an explanation, not run: two" in capsys.readouterr().out
        assert not cli.PAGE.exists()

    def test_a_whole_run_writes_the_page(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cli, "PAGE", tmp_path / "gateways.md")
        assert cli._told([judged("one")], [], Asking(), whole=True) == 0
        assert "### one" in cli.PAGE.read_text(encoding="utf-8")

    def test_an_unexplained_finding_and_an_idle_explanation_end_with_1(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cli, "PAGE", tmp_path / "gateways.md")
        assert cli._told([judged("one", finding("draw.size", "no"))], [], Asking(), whole=True) == 1
        idle = [Explanation(("one",), ("*",), "of nothing")]
        assert cli._told([judged("one")], idle, Asking(), whole=True) == 1
        assert cli._told([judged("one")], idle, Asking(), whole=False) == 0
