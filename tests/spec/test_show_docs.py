"""docs/spec.md: every command is there, and what it shows runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from proofsheet.spec.cli import spec_group

TEXT = (Path(__file__).parents[2] / "docs" / "spec.md").read_text()
COMMANDS = [
    line.removeprefix("proofsheet spec ")
    for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
]


def test_every_command_is_in_the_table() -> None:
    table = TEXT.partition("## ")[0]
    assert set(re.findall(r"^\| `([a-z]+)", table, re.MULTILINE)) == {
        *spec_group.commands,
        *("learn", "import"),
    }  # hung in by the command


@pytest.mark.parametrize("line", COMMANDS)
def test_what_it_shows_runs(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(spec_group, line.split())
    assert result.exit_code == 0, result.output
    for name in re.findall(r"(?:-o|--loss) (\S+)", line):
        assert (tmp_path / name).exists()


def test_every_option_it_names_exists() -> None:
    known = {name for each in spec_group.commands.values() for one in each.params for name in one.opts}
    known |= {
        name for each in spec_group.commands.values() for one in each.params for name in one.secondary_opts
    }
    assert set(re.findall(r"--[a-z][a-z-]+", TEXT)) <= known
