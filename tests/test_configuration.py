"""proofsheet.toml, the environment and `proofsheet config`: which value holds, and what is refused."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from proofsheet.command import main


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command in a folder with a file of the given text: (text, arguments, file's name)."""
    (tmp_path / ".git").mkdir()  # nothing above it is looked at
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    for name in ("PROOFSHEET_SERVE_DATE", "PROOFSHEET_CHECK_DATE"):  # of all tests
        monkeypatch.delenv(name, raising=False)

    def run(text: str | None, *arguments: str, name: str = "proofsheet.toml") -> Result:
        if text is not None:
            (tmp_path / name).write_text(text, "utf-8")
        return CliRunner().invoke(main, arguments)

    return run


def _found(result: Result) -> dict[str, tuple[Any, str]]:
    assert result.exit_code == 0, result.output
    rows = json.loads(result.output)["options"]
    return {row["option"]: (row["value"], Path(row["from"]).name) for row in rows}


def test_options_come_before_the_environment_and_that_before_the_file(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "[serve]\nport = 1\njournal = 7\nseed = 5\n"
    monkeypatch.setenv("PROOFSHEET_SERVE_SEED", "6")
    found = _found(run(text, "config", "--json"))
    assert found == {
        "serve --port": ("1", "proofsheet.toml"),
        "serve --journal": ("7", "proofsheet.toml"),
        "serve --seed": ("6", "PROOFSHEET_SERVE_SEED"),
    }
    # The command itself: the file's address is none of this machine's, until an option gives another.
    refused = run('[serve]\nhost = "192.0.2.1"\nadmin-key = "none"\n', "serve", "openai-audio", "--port", "0")
    assert "cannot listen on 192.0.2.1" in refused.output
    refused = run(None, "serve", "openai-audio", "--port", "0", "--host", "")
    assert "--host is empty" in refused.output


def test_without_anything_every_option_has_its_default(run: Any) -> None:
    assert _found(run(None, "config", "--json")) == {}
    assert "Nothing is set" in run(None, "config").output
    assert _found(run(None, "config", "serve", "--json"))["serve --port"] == (4010, "default")


def test_a_table_of_pyproject_serves_as_well(run: Any) -> None:
    other = "[tool.other]\na = 1\n"
    assert _found(run(other, "config", "--json", name="pyproject.toml")) == {}
    found = _found(run("[tool.proofsheet.serve]\ncredits = 3\n", "config", "--json", name="pyproject.toml"))
    assert found == {"serve --credits": ("3", "pyproject.toml")}


def test_paths_are_seen_from_the_folder_of_the_file(run: Any, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    found = _found(run('[serve]\nspec = "mine"\n', "config", "--json"))
    assert found["serve --spec"][0] == str(tmp_path / "mine")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[serve\n", "expected TOML"),
        ("[srve]\n", "no command 'srve'; did you mean serve?"),
        ("serve = 3\n", "serve: expected a table, came 3"),
        ("[serve]\nprt = 1\n", "serve.prt is no option of serve; did you mean port?"),
        ("[serve]\nport = true\n", "serve.port: expected a string or a number, came True"),
        ("[serve]\nquiet = 1\n", "serve.quiet: expected true or false, came 1"),
        ('[serve]\nport = "x"\n', "serve.port: 'x' is not a valid integer"),
        ('[serve]\nfault = ["flood"]\n', "serve.fault: "),
        ("[serve]\nport = { a = 1 }\n", "serve.port: expected a string or a number"),
        ("[spec.lnt]\n", "spec.lnt is no option of spec; did you mean lint?"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(run: Any, text: str, message: str) -> None:
    result = run(text, "config")
    assert result.exit_code == 2
    assert message in result.output
    assert "proofsheet.toml" in result.output


def test_a_variable_that_names_no_option_is_refused(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFSHEET_SERVE_PRT", "1")
    result = run(None, "serve")
    assert result.exit_code == 2
    assert "PROOFSHEET_SERVE_PRT is no option of serve; did you mean PROOFSHEET_SERVE_PORT?" in result.output


def test_the_schema_of_a_target_takes_what_is_taken(run: Any, tmp_path: Path) -> None:
    import jsonschema_rs

    from proofsheet.contracts.client.target import BadTarget
    from proofsheet.contracts.client.target_file import _MEMBERS, from_file

    schema = json.loads(run(None, "config", "--schema", "target.toml").output)
    assert set(schema["properties"]) == set(_MEMBERS)
    validator = jsonschema_rs.validator_for(schema)
    block = re.search(
        r"^```toml\n(url = .*?)^```",
        (Path(__file__).parents[1] / "docs" / "check.md").read_text(),
        re.M | re.S,
    )
    assert block is not None
    wrong = ["tasks = 0", "tasks = 101", "patience = 0", "urll = 'x'", "url = ''", "prompts = {other = 'x'}",
             "headers = {'a b' = 'x'}", "permissions = 'paid'", "deviations = 1"]  # fmt: skip
    for text in (block[1], "tasks = 100\npatience = 0.5", *wrong):
        (tmp_path / "target.toml").write_text(text)
        try:
            from_file(tmp_path / "target.toml")
            taken = True
        except BadTarget:
            taken = False
        assert taken is (text not in wrong), text
        plain = json.loads(json.dumps(tomllib.loads(text), default=str))
        assert validator.is_valid(plain) is taken, text


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("proofsheet con", {"config"}),
        ("proofsheet serve --tls-", {"--tls-cert", "--tls-key", "--tls-ca"}),
        ("proofsheet serve openai-au", {"openai-audio"}),
        ("proofsheet serve --log ", {"text", "json"}),
    ],
)
def test_a_shell_completes(typed: str, offered: set[str]) -> None:
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split(" ")) - 1)}
    completed = CliRunner().invoke(
        main, env={**words, "_PROOFSHEET_COMPLETE": "bash_complete"}, prog_name="proofsheet"
    )
    assert {line.partition(",")[2] for line in completed.output.splitlines()} == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_what_completes_is_printed(run: Any, shell: str) -> None:
    assert f"_PROOFSHEET_COMPLETE={shell}_complete" in run(None, "config", "--completion", shell).output


def test_the_schema_takes_what_the_commands_take(run: Any) -> None:
    import jsonschema_rs

    schema = json.loads(run(None, "config", "--schema").output)
    validator = jsonschema_rs.validator_for(schema)
    assert validator.is_valid({"serve": {"port": 1, "quiet": True, "fault": ["reset"], "keys": ["a", "b"]}})
    assert validator.is_valid({"spec": {"lint": {}}, "check": {"profile": "free"}})
    for wrong in ({"srve": {}}, {"serve": {"prt": 1}}, {"serve": {"quiet": 1}}, {"check": {"profile": "x"}}):
        assert not validator.is_valid(wrong)
