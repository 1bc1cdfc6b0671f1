"""docs/proxy.md is in step with the commands."""

from __future__ import annotations

import re

import click
import pytest
from proxied import ROOT

from proofsheet.contracts.recorded.judge_command import judge
from proofsheet.contracts.recorded.learn_command import learn
from proofsheet.contracts.recorded.proxy_command import proxy
from proofsheet.mockserver.cli import serve

TEXT = (ROOT / "docs/proxy.md").read_text(encoding="utf-8")
COMMANDS = {"proxy": proxy, "judge": judge, "serve": serve, "spec learn": learn}


def test_every_option_of_the_proxy_is_in_the_table() -> None:
    rows = [line.split("|")[1:3] for line in TEXT.splitlines() if line.startswith("| `--")]
    known = {each.opts[0]: each for each in proxy.params if isinstance(each, click.Option)}
    assert [name.strip(" `") for name, _ in rows] == list(known)
    for name, default in rows:
        said = known[name.strip(" `")].to_info_dict()["default"]
        if isinstance(said, str | int) and not isinstance(said, bool):
            assert default.strip(" `") == str(said)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_lines_to_paste_have_options_that_exist(name: str) -> None:
    lines = re.findall(rf"^proofsheet {name} (.*?)(?:#.*)?$", TEXT, re.MULTILINE)
    assert lines
    known = {option for each in COMMANDS[name].params for option in each.opts}
    for line in lines:
        assert {word for word in line.split() if word.startswith("-")} <= known
