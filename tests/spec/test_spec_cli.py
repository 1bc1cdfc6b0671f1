"""`proofsheet spec`: what it prints and how it ends, whatever the files are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from proofsheet.spec.cli import spec_group
from proofsheet.spec.load import Library

MINIMAL = """\
openapi: "3.1.0"
info: {title: Small, version: "1"}
servers: [{url: "https://small.example", x-evidence: {assumed: ours}}]
paths: {}
"""
HOSTILE = {
    "loop": "a: &x [*x]\n",
    "deep": "[" * 500 + "]" * 500,
    "empty": "",
    "list": "- 1\n",
    "two": "a: b\n---\nc: d\n",
    "alias": "a: *nope\n",
    "twice": "a: 1\na: 2\n",
    "status": "responses: {200: x}\n",
    "paths": 'openapi: "3.1.0"\npaths: 5\ninfo: {title: x, version: "1"}\nservers: [{url: "/x"}]\n',
    "ref": MINIMAL + 'components: {schemas: {A: {$ref: "#/nowhere"}}}\n',
    "self": MINIMAL + 'components: {schemas: {A: {$ref: "#/components/schemas/A"}}}\n',
    "policy": MINIMAL + "components: {x-policies: 5}\n",
    "number": "a: 1e999\n",
}
OVERLAYS = {
    "none": "a: b\n",
    "target": "overlay: 1.0.0\nactions: [{target: $.nope, remove: true}]\n",
    "path": "overlay: 1.0.0\nactions: [{target: '$[', remove: true}]\n",
    "root": "overlay: 1.0.0\nactions: [{target: $, remove: true}]\n",
    "scalar": "overlay: 1.0.0\nactions: [{target: $.info.title, update: x}]\n",
    "broken": "overlay: [\n",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "apis").mkdir()
    (tmp_path / "overlays").mkdir()
    (tmp_path / "apis" / "small.yaml").write_text(MINIMAL)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(spec_group, list(arguments), prog_name="proofsheet spec")


def ended(result: Result, code: int) -> None:
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output


def test_lint_of_the_real_documents_is_clean() -> None:
    result = run("lint")
    ended(result, 0)
    assert result.stdout == ""
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == list(Library().names())


@pytest.mark.parametrize("command", ["lint", "list"])
def test_help_shows_examples(command: str) -> None:
    result = run(command, "--help")
    ended(result, 0)
    assert "Examples:\n  proofsheet spec" in result.stdout.replace("    proofsheet", "  proofsheet")


@pytest.mark.parametrize("name", ["stabilty", "../../etc", "", "/etc/passwd"])
def test_an_unknown_name_is_a_usage_error(name: str) -> None:
    result = run("lint", name)
    ended(result, 2)
    assert "there is no document named" in result.stderr


@pytest.mark.parametrize(
    "arguments", [("lint", "--format", "xml"), ("lint", "--home", "/nowhere"), ("polish",)]
)
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    ended(run(*arguments), 2)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_no_document_is_a_flaw_with_a_place(home: Path, name: str) -> None:
    path = home / "apis" / f"{name}.yaml"
    path.write_text(HOSTILE[name])
    result = run("lint", "--home", str(home), name)
    ended(result, 1)
    assert all(line.startswith(f"{path}:") for line in result.stdout.splitlines())
    ended(run("list", "--home", str(home)), 1)


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_that_cannot_be_applied_is_one_line(home: Path, name: str) -> None:
    path = home / "overlays" / f"small.{name}.yaml"
    path.write_text(OVERLAYS[name])
    result = run("lint", "--home", str(home), f"small.{name}")
    ended(result, 1)
    [line] = result.stdout.splitlines()
    assert line.startswith(f"{path}:")


def test_bytes_are_no_document(home: Path) -> None:
    (home / "apis" / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    ended(run("lint", "--home", str(home), "bytes"), 1)


def test_json_has_every_part_of_a_flaw(home: Path) -> None:
    (home / "apis" / "small.yaml").write_text(MINIMAL + "x-cost: 5\nx-foo: 6\n")
    result = run("lint", "--home", str(home), "--format", "json")
    ended(result, 1)
    flaws = json.loads(result.stdout)
    assert {flaw["rule"] for flaw in flaws} == {"keyword-known", "keyword-placed", "keyword-formed"}
    known = next(flaw for flaw in flaws if flaw["rule"] == "keyword-known")
    assert (known["document"], known["line"], known["column"], known["pointer"]) == ("small", 6, 8, "/x-foo")
    assert json.loads(run("lint", "flux", "--format", "json").stdout) == []


def test_warnings_are_printed_and_fail_nobody(home: Path) -> None:
    policy = "components: {x-policies: {p: {x-wording: {charge.odd: text}, x-evidence: {assumed: ours}}}}\n"
    (home / "apis" / "small.yaml").write_text(MINIMAL + policy)
    result = run("lint", "--home", str(home))
    ended(result, 0)
    assert "wording-read: warning: charge never refuses as 'odd'" in result.stdout


def test_list(home: Path) -> None:
    result = run("list", "--home", str(home))
    ended(result, 0)
    assert result.stdout == "small  1  0 operations  Small\n"


def test_a_folder_without_documents(tmp_path: Path) -> None:
    for command in ("lint", "list"):
        result = run(command, "--home", str(tmp_path))
        ended(result, 2)
        assert "there is no document in" in result.stderr
