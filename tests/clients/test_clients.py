"""What is said of the generators, and how a run is judged and shown; no generator is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import yaml

from clients import cli
from clients.capabilities import HERE, Capability, Outcome, believed, capabilities, prepare
from clients.fleet import FAMILY, NotRun, Ran, missing, ran, recipes, said
from clients.further import FURTHER
from clients.page import HELPERS, MARKS, helper_examples, markdown
from proofsheet.spec.clients.generators import generators, usage
from proofsheet.spec.load import Library
from proofsheet.testing_client import Mock, Server


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = Server.start([FAMILY])
    yield server.url
    server.stop()


def everything(name: str, result: str = "ok", why: str = "") -> Ran:
    outcomes = tuple(Outcome(each.name, result, why) for each in capabilities())
    return Ran(name, "1.2.3", (*outcomes, Outcome("usage", "ok")), seconds=30)


class TestData:
    def test_every_generator_has_all_that_belongs_to_it(self) -> None:
        known, notes = generators().by_name, yaml.safe_load((HERE / "notes.yaml").read_text("utf-8"))
        folders = {each.name for each in (HERE / "acceptance").iterdir()}
        assert set(known) == set(recipes()) == set(notes) == folders

    def test_every_generator_compiles_the_clients_of_further_families(self) -> None:
        for name, recipe in recipes().items():
            assert recipe.compile, name
            assert all((HERE / "acceptance" / name / each).is_file() for each in recipe.project)
        assert set(FURTHER) < set(Library().names())

    def test_the_recommended_ones_have_a_first_call_that_is_run(self) -> None:
        recommended = set(generators().recommended.values())
        assert all("{package}" in usage(FAMILY, name) for name in recommended)
        assert {name for name, each in recipes().items() if each.usage} == recommended

    def test_versions_are_pinned_and_no_host_is_named(self) -> None:
        for path in (HERE / "setup").glob("*.txt"):
            lines = path.read_text(encoding="utf-8").splitlines()
            assert all(re.fullmatch(r"[\w.-]+==[\w.!+-]+", line) for line in lines), path.name
        for tool in generators().by_name.values():
            assert tool.tool.version in tool.tool.install, tool.name
        locks = {"package-lock.json", "go.sum", "Cargo.lock"}
        programs = (HERE / "acceptance").rglob("*")
        assert not locks & {each.name for each in programs}

    def test_what_setup_installs_is_what_the_data_say(self) -> None:
        texts = "".join(each.read_text(encoding="utf-8") for each in (HERE / "setup").iterdir())
        for each in generators().by_name.values():
            assert re.search(rf'(==|": "| v){re.escape(each.tool.version)}', texts), each.tool.name


class TestBelieved:
    wanted = Capability("json", "a picture", {"operation": "generateCore", "status": 200}, key="sk-believed")

    def test_a_program_that_says_nothing_can_nothing(self, url: str) -> None:
        (found,) = believed(url, (self.wanted,), {})
        assert (found.result, found.why) == ("no", "the program said nothing of it")

    def test_what_the_mock_did_not_see_is_not_believed(self, url: str) -> None:
        (found,) = believed(url, (self.wanted,), {"json": Outcome("json", "ok")})
        assert found.result == "no"
        assert "said to be ok, but expected at least 1" in found.why

    def test_a_file_that_did_not_come_is_not_believed(self, url: str) -> None:
        wanted = replace(self.wanted, saw={"operation": "generateCore", "at_most": 0}, files="image")
        (found,) = believed(url, (wanted,), {"json": Outcome("json", "partly", "so so")})
        assert found.why == "said to be partly, but no file came as image"

    def test_what_is_forced_is_scheduled_for_its_key(self, url: str) -> None:
        forced = next(each for each in capabilities() if each.forced)
        prepare(url, (forced,))
        assert Mock(url, forced.key)._ask("GET", "/schedule")["scheduled"][0]["outcome"] == forced.forced


class TestSaid:
    def test_lines_become_outcomes(self) -> None:
        assert said('{"capability": "json", "result": "no", "why": "x"}\n') == {
            "json": Outcome("json", "no", "x")
        }

    @pytest.mark.parametrize(
        "line", ["Traceback", '{"capability": "json"}', '{"capability": "json", "result": "maybe"}']
    )
    def test_other_lines_are_named(self, line: str) -> None:
        with pytest.raises(NotRun, match="expected"):
            said(line)


class TestPage:
    def test_a_run_is_shown_with_what_is_not_all_right(self) -> None:
        results = [everything("go-ogen"), everything("java-openapi-generator", "partly", "by hand")]
        page = markdown(results)
        assert "| **ogen** | **openapi-generator** |" in page
        assert "| the balance | yes | partly |" in page
        assert "the same" not in page
        assert re.search(r"^- bytes, json, .*, error-500: partly: by hand$", page, re.MULTILINE)
        assert "in 1 minutes" in page

    def test_the_committed_page_is_of_these_generators(self) -> None:
        page = (HERE.parent / "docs" / "clients.md").read_text(encoding="utf-8")
        for name, each in generators().by_name.items():
            assert each.tool.version in page, name
        for one in capabilities():
            row = next(line for line in page.splitlines() if line.startswith(f"| {one.says} |"))
            cells = row.strip("| ").split(" | ")[1:]
            assert len(cells) == len(generators().by_name)
            assert set(cells) <= set(MARKS.values())

    def test_the_committed_page_shows_the_helpers_as_they_are_run(self) -> None:
        page = (HERE.parent / "docs" / "clients.md").read_text(encoding="utf-8")
        assert page.endswith("\n".join([HELPERS, *helper_examples()]).rstrip() + "\n")


class TestCommand:
    def test_a_name_that_nobody_knows(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["cobol"]) == 2
        assert "there is no cobol; there are python-openapi-python-client" in capsys.readouterr().err

    def test_what_is_not_here_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        generator = generators().by_name["go-ogen"]
        monkeypatch.setattr("clients.fleet.environment", lambda: {"PATH": "/nowhere"})
        recipe = recipes()[generator.name]
        expected = "ogen, go not here: clients/setup.sh sets it up or says what to install"
        assert missing(generator, recipe) == expected
        found = ran(generator, recipe, Library().source(FAMILY).value, "http://127.0.0.1:9")
        assert found.why_not == expected
