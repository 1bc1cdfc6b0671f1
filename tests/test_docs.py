"""The docs about the mock are in step with it, and what they show works."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from ports import reserved
from support import InProcess

from proofsheet.mockserver import faults, triggers
from proofsheet.mockserver.cli import serve as command
from proofsheet.mockserver.control import routes as control
from proofsheet.spec.document import Document
from proofsheet.testing_client import Mock, Server

HOME = Path(__file__).parents[1]
CORE = "/v2beta/stable-image/generate/core"
SDXL = "/v1/generation/stable-diffusion-xl-1024-v1-0/text-to-image"
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "CLIENTS": str(HOME / "clients"),
    "GO": "github.com/proofsheet/proofsheet/clients/go-testing",
}


def text(name: str) -> str:
    return (HOME / "docs" / name).read_text(encoding="utf-8")


def rows(name: str, begin: str) -> list[list[str]]:
    """The cells of every table row of a page that begins so."""
    found = [line for line in text(name).splitlines() if line.startswith(f"| {begin}")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found]


def blocks(name: str, *languages: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page: language and content."""
    found = re.findall(r"^```(\w+)\n(.*?)^```$", text(name), re.MULTILINE | re.DOTALL)
    return [(language, content) for language, content in found if language in languages]


# triggers


SENT = [cells for begin in ("key", "prompt", "header", "fault") for cells in rows("triggers.md", f"{begin} ")]


def test_every_trigger_and_fault_has_its_row() -> None:
    table, shown = triggers.load(), {cells[0]: cells[1] for cells in SENT}
    names = {place: re.findall(r"`(.+?)`", place)[0] for place in shown}
    for trigger in (*table.keys, *table.prompts):
        said = [shown[place] for place, name in names.items() if trigger.match.fullmatch(name)]
        assert said == [trigger.says]
    of_faults = [name for place, name in names.items() if place.startswith("fault")]
    assert sorted(faults.parse(name).kind for name in of_faults) == sorted(faults.KINDS)
    of_triggers = [name for place, name in names.items() if place.startswith(("key", "prompt"))]
    assert len(of_triggers) == len(table.keys) + len(table.prompts), "a row without a trigger"


@pytest.mark.parametrize("cells", SENT, ids=lambda cells: cells[0])
def test_a_row_of_the_table_comes_true(
    serve: Callable[..., InProcess], document: Document, monkeypatch: pytest.MonkeyPatch, cells: list[str]
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    mock = serve(document)
    send, _, v2beta, v1 = cells
    kind, value = send.split(" ", 1)[0], re.findall(r"`(.+?)`", send)[0]
    headers, prompt = {}, "a cat"
    if kind == "key":
        headers["authorization"] = f"Bearer {value}"
    elif kind == "header":
        name, _, wish = value.partition(": ")
        headers[name] = wish
    elif kind == "prompt":
        prompt += f" {value}"
    elif value not in ("reset", "truncate"):  # these two need a real connection
        headers["proofsheet-fault"] = value
    mock.judged = lambda response: None  # type: ignore[assignment]  # faults are no documented answers
    mock.form(CORE, {"prompt": prompt}, headers=headers)
    mock.post(SDXL, json={"text_prompts": [{"text": prompt}]}, headers=headers)
    journal = mock.double.state.journal()
    assert [f"{entry['status']} `{entry['outcome']}`" for entry in journal] == [v2beta, v1]
    if value == "mock:slow":
        assert slept == [5, 5]


# serve


def test_every_option_of_serve_is_in_the_table() -> None:
    table = {cells[0]: cells[1] for cells in rows("serve.md", "`--")}
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert list(table) == [f"`{each.opts[0]}`" for each in options]
    for each in options:
        default = each.to_info_dict()["default"]
        if isinstance(default, str | int) and not isinstance(default, bool):
            assert table[f"`{each.opts[0]}`"] == f"`{default}`"


def test_every_option_the_docs_name_exists() -> None:
    known = {name for each in command.params for name in each.opts}
    for _, script in blocks("testing.md", "sh", "ini", "js", "go", "java", "yaml"):
        for line in re.findall(r"(?:proofsheet serve|proofsheet_args =|\"serve\",)(.*)", script):
            assert set(re.findall(r"--[a-z-]+", line)) <= known


def test_the_file_of_keys_means_what_it_says(tmp_path: Path) -> None:
    ((_, keys),) = blocks("serve.md", "yaml")
    (tmp_path / "keys.yaml").write_text(keys)
    server = Server.start(args=["--keys", "keys.yaml"], cwd=tmp_path)
    try:
        names = ("sk-alice", "sk-bob", "sk-carol")
        assert [Mock(server.url, name).balance for name in names] == [20, None, 1000]
    finally:
        server.stop()


# control


def routes() -> set[str]:
    double: Any = None
    found = {
        f"{method} {re.sub(r':[a-z]+}', '}', each.path)}"
        for each in control.routes(lambda: double)
        for method in each.methods or ()
    }
    heads = {each.replace("HEAD ", "GET ") for each in found if each.startswith("HEAD ")}
    return (found - {each.replace("GET ", "HEAD ") for each in heads}) | heads


def test_every_route_is_documented() -> None:
    assert {cells[0].strip("`") for cells in rows("control.md", "`")} >= routes()
    table = {cells[0].strip("`") for cells in rows("control.md", "`") if "/_mock" in cells[0]}
    assert table == routes()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Server]:
    server = Server.start(cwd=tmp_path)
    yield server
    server.stop()


def shape(value: Any) -> Any:
    """What stays the same of an answer from run to run: names and kinds."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return (
        "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
    )


@pytest.mark.skipif(not shutil.which("curl"), reason="the examples are written for curl")
def test_the_examples_of_the_control_surface_are_true(served: Server, tmp_path: Path) -> None:
    examples = blocks("control.md", "sh", "json")
    for index, (language, content) in enumerate(examples):
        if language == "json":
            continue
        made = run_shell(content.replace("http://127.0.0.1:4010", served.url), tmp_path)
        assert made.returncode == 0, made.stderr
        if index + 1 < len(examples) and examples[index + 1][0] == "json":
            shown, came = json.loads(examples[index + 1][1]), json.loads(made.stdout)
            if "/_mock/operations" in content:  # which is shown shortened
                came = {name: came[name] for name in shown}
                outcomes = came["generateCore"]["outcomes"]
                assert shown["generateCore"]["outcomes"].items() <= outcomes.items()
                outcomes.clear()
                shown["generateCore"]["outcomes"].clear()
            if "entries" in shown:
                for entry in (shown["entries"][0], came["entries"][0]):
                    assert "authorization" in entry.pop("headers")
            assert shape(came) == shape(shown), content
            assert came.get("ok") == shown.get("ok")


def run_shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-e", "-c", script], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=500
    )


@pytest.mark.skipif(not shutil.which("curl"), reason="the examples are written for curl")
def test_the_examples_of_faults_work(served: Server, tmp_path: Path) -> None:
    ((_, script),) = blocks("triggers.md", "sh")
    by_header, by_schedule, by_option = script.replace("http://127.0.0.1:4010", served.url).splitlines()
    assert run_shell(by_header, tmp_path).returncode == 0
    assert '"fault": "reset"' in run_shell(by_schedule, tmp_path).stdout
    Server.start(args=by_option.split()[2:]).stop()
    assert Mock(served.url, "sk-test").journal()[0]["fault"] == "latency=0.5"


# other languages


LANGUAGES = {
    "js": (
        "node",
        "proofsheet.test.mjs",
        'mkdir -p node_modules; ln -sfn "$CLIENTS/node-testing" node_modules/proofsheet-testing; node --test',
    ),
    "go": (
        "go",
        "proofsheet_test.go",
        "[ -f go.mod ] || { go mod init app && go mod edit -require=$GO@v0.0.0"
        ' -replace="$GO=$CLIENTS/go-testing"; } 2>/dev/null; go test ./...',
    ),
    "java": (
        "javac",
        "WithProofsheet.java",
        'javac -d classes "$CLIENTS"/java-testing/src/main/java/dev/proofsheet/testing/[!P]*.java '
        '"$CLIENTS"/java-testing/src/main/java/dev/proofsheet/testing/Proofsheet.java WithProofsheet.java'
        " && java -cp classes WithProofsheet",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_snippets_for_other_languages_run(tmp_path: Path, language: str) -> None:
    tool, name, script = LANGUAGES[language]
    if not shutil.which(tool):
        assert os.environ.get("PROOFSHEET_ACCEPTANCE") != "required", f"there is no {tool} here"
        pytest.skip(f"there is no {tool} here")
    if language != "js" and not os.environ.get("PROOFSHEET_ACCEPTANCE"):
        pytest.skip("a compiler may need a minute: set PROOFSHEET_ACCEPTANCE to run it")
    ((_, content),) = blocks("testing.md", language)
    (tmp_path / name).write_text(content, encoding="utf-8")
    made = run_shell(script, tmp_path)
    assert made.returncode == 0, made.stdout + made.stderr
    broken = content.replace("Code: 500", "Code: 200").replace(".code(500)", ".code(200)")
    broken = broken.replace("{ code: 429 }", "{ code: 200 }")
    assert broken != content
    (tmp_path / name).write_text(broken, encoding="utf-8")
    assert run_shell(script, tmp_path).returncode != 0, "the snippet can fail"


@pytest.mark.skipif(not shutil.which("curl"), reason="the examples are written for curl")
def test_the_ten_minutes_of_the_readme_come_true(tmp_path: Path) -> None:
    walk = next(each for _, each in blocks("../README.md", "sh") if "song.mp3" in each)
    server = Server.start(["suno", "openai", "openai-videos"])
    try:
        script = walk.replace("http://127.0.0.1:4010", server.url).replace(".venv/bin/", "")
        done = run_shell(script, tmp_path)
    finally:
        server.stop()
    assert done.returncode == 1, done.stdout + done.stderr  # the judge's: it has found what it was to find
    assert (tmp_path / "song.mp3").read_bytes().startswith(b"ID3")
    assert (tmp_path / "clip.mp4").read_bytes()[4:8] == b"ftyp"
    assert "data: [DONE]" in done.stdout
    assert "suno.submitMusic.task.file.song" in done.stdout
    assert "task.file.song" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.skipif(not shutil.which("curl"), reason="the examples are written for curl")
def test_the_shell_snippet_runs(tmp_path: Path) -> None:
    ((_, script),) = blocks("testing.md", "sh")
    with reserved() as port:
        script = script.replace("4010", str(port))
        assert run_shell(script, tmp_path).returncode == 0
        assert run_shell(script.replace('"count": 1', '"count": 2'), tmp_path).returncode != 0
