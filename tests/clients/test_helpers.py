"""The modules for tasks and streams beside generated clients: their tables, and how they do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from clients.capabilities import HERE as CLIENTS
from clients.fleet import TOOLS, environment, missing, recipes
from proofsheet.spec.clients.command import client
from proofsheet.spec.clients.generators import generators
from proofsheet.spec.clients.helpers.following import submissions
from proofsheet.spec.clients.helpers.streams import Mark, streamings
from proofsheet.spec.clients.helpers.write import write_helper
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.events import MEDIA_TYPE
from proofsheet.spec.load import Library
from proofsheet.spec.tasks import Starts
from proofsheet.testing_client import Server

HERE = Path(__file__).parent / "helper_programs"
WALKS = yaml.safe_load((HERE / "walks.yaml").read_text(encoding="utf-8"))
FAMILIES = [*WALKS["tasks"], *WALKS["streams"]]
REQUIRED = os.environ.get("PROOFSHEET_ACCEPTANCE") == "required"


@cache
def document(name: str) -> Document:
    return Library().load(name)


@pytest.mark.parametrize("family", Library().families())
def test_every_task_can_be_followed_to_an_end(family: str) -> None:
    starting = {each.id for each in document(family).operations.values() if isinstance(each.task, Starts)}
    streamed = {  # their answers are events and nothing else, and no task shows itself in those
        each.operation for each in streamings(document(family)) if each.operation in starting
    }
    operations = document(family).operations
    named = {each for each in starting - streamed if not has_id(operations[each])}  # an id within a text
    found = {each.operation: each.course for each in submissions(document(family), "json")}
    assert starting - streamed - named <= set(found) <= starting
    assert not named or family == "gemini-videos"
    for course in found.values():
        assert "done" in course.states.values()
        assert course.shapes


def has_id(operation: Operation) -> bool:
    """Whether the answer to a submission has the id by itself, as what follows tasks takes it."""
    forms = operation.success.representations.values()
    return any(each.text in ("$task.id", "$artifact.id") for form in forms for _, each in form.binds)


@pytest.mark.parametrize("family", Library().families())
def test_every_stream_has_an_end_and_every_failure_words(family: str) -> None:
    operations = document(family).operations.values()
    streamed = {
        each.id for each in operations for one in each.outcomes.values() if MEDIA_TYPE in one.representations
    }
    found = {each.operation: each for each in streamings(document(family))}
    assert set(found) == streamed
    for each in found.values():
        if (family, each.operation) == ("vidu", "streamState"):  # no page tells of an end, or of an error
            assert (each.end, each.last, each.error) == (None, (), None)
            continue
        assert each.end or (each.last and all(mark.name or mark.has for mark in each.last))
        assert each.error
        assert each.says


@pytest.mark.parametrize(
    ("family", "operation", "failed", "refused"),
    [
        ("midjourney", "submitImagine", "/failReason", "/description"),
        ("kling", "textToVideo", "/data/task_status_msg", "/error/message"),
        ("suno", "submitMusic", "/data/fail_reason", "/message"),
        ("suno-native", "generate", "/clips/0/metadata/error_message", "/error/message"),
        ("runway", "imageToVideo", "/failure", "/error"),
        ("openai-videos", "createVideo", "/error/message", "/error/message"),
        ("picwish", "createMatting", "/data/err_info", "/message"),
        ("stability", "upscaleCreative", "/finish_reason", "/errors"),
    ],
)
def test_words_stand_where_the_vendor_says_why(
    family: str, operation: str, failed: str, refused: str
) -> None:
    found = next(each for each in submissions(document(family), "json") if each.operation == operation)
    places = ["".join(f"/{token}" for token in each) for each in found.course.failed]
    assert failed in places[:2]
    assert refused in ["".join(f"/{token}" for token in each) for each in found.says][:2]


def test_a_state_that_waits_for_the_client_is_no_end() -> None:
    found = next(
        each for each in submissions(document("midjourney"), "json") if each.operation == "submitAction"
    )
    assert found.course.states["modal"] == "waits"
    assert found.course.states["upscaled"] == "done"
    assert found.course.states["cancelled"] == "failed"


def test_the_last_event_is_told_by_what_only_it_says() -> None:
    found = {each.operation: each for each in streamings(document("openai-images"))}
    assert found["createImage"].last == (Mark(None, (("type", "image_generation.completed"),)),)
    assert not found["createImage"].ends  # there may be several pictures
    assert found["createImage"].error == Mark(None, (("type", "error"),))


MODULE = (
    '_kwargs: dict[str, Any] = {\n        "method": "post",\n        "url": "/mj/submit/imagine",\n    }\n'
)
VIEW = '_kwargs = {\n        "method": "get",\n        "url": "/mj/task/{id}/fetch".format(id=id),\n    }\n'


def test_what_the_generated_client_has_is_in_the_helper_and_the_rest_is_named(tmp_path: Path) -> None:
    for path, text in {"submit/submit_imagine": MODULE, "tasks/fetch_task": VIEW}.items():
        (tmp_path / "api" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "api" / f"{path}.py").write_text(text, encoding="utf-8")
    made = write_helper("python", document("midjourney"), "json", tmp_path)
    assert made.path == tmp_path / "helpers.py"
    assert "submitBlend" in made.missing
    assert "submitImagine" not in made.missing
    text = made.path.read_text(encoding="utf-8")
    compile(text, "helpers.py", "exec")
    assert "submit_imagine = Submits(" in text
    assert "class streams" not in text


def test_a_document_without_tasks_and_streams_gets_no_helper(tmp_path: Path) -> None:
    made = write_helper("python", document("openai-billing"), "json", tmp_path)
    assert made.path is None
    assert made.missing == ()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = Server.start(FAMILIES)
    yield server.url
    server.stop()


EXAMPLES = yaml.safe_load((CLIENTS / "helpers.yaml").read_text(encoding="utf-8"))


def _generated(language: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients of all families with their helpers, in folders of their names and of the example's."""
    generator = generators().of(language)
    if absent := missing(generator, recipes()[generator.name]):
        (pytest.fail if REQUIRED else pytest.skip)(f"{absent}; `clients/setup.sh smoke` is enough")
    monkeypatch.setenv("PATH", environment()["PATH"])
    for family in FAMILIES:
        out = folder / (family.replace("-", "_") if language == "python" else family)
        done = CliRunner().invoke(client, ["--lang", language, "--name", family, "-o", str(out)])
        assert done.exit_code == 0, done.output
        assert "note: the client has no call" not in done.stderr
    for name, family in EXAMPLES["clients"].items():
        if name != family:
            shutil.copytree(folder / family, folder / name)
    (folder / "rows.json").write_text(json.dumps(WALKS), encoding="utf-8")


def _run(*argv: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [*map(str, argv)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _example(language: str, url: str, path: Path) -> None:
    path.write_text(EXAMPLES[language].replace("http://127.0.0.1:4010", url), encoding="utf-8")


def _expect(found: dict[str, Any]) -> None:
    for family, row in WALKS["tasks"].items():
        came = found[family]
        assert came.pop("begins").startswith(row["begins"]), family
        assert row["refused"] in came.pop("refused"), family
        assert came.pop("share") in (None, 1), family
        wanted = {"state": row["ends"], "seen": row["ends"], "again": row["ends"], "links": row["links"]}
        assert came == {**wanted, "told": row["told"], "late": True, "typed": True}, family
    for family, row in WALKS["streams"].items():
        came = found[family]
        assert row["refused"] in came.pop("refused"), family
        assert came.pop("events") > 5, family
        assert came == {"told": row["told"], "cut": "the stream broke off: "}, family


def _shown(output: str) -> None:
    states, said = output.split("http://", 1)
    assert "imagined 1" in states
    assert len(said.splitlines()[-1]) > 20  # the words of the stream


def test_helpers_for_python(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _generated("python", tmp_path, monkeypatch)
    shutil.copy(HERE / "program.py", tmp_path)
    python = TOOLS / "openapi-python-client" / "bin" / "python"
    _expect(json.loads(_run(python, "program.py", "rows.json", url, cwd=tmp_path)))
    _example("python", url, tmp_path / "example.py")
    _shown(_run(python, "example.py", cwd=tmp_path))
    checked = ["--strict", "--follow-imports=silent", f"--python-executable={python}"]
    modules = [f"{family.replace('-', '_')}/helpers.py" for family in ("midjourney", "openai")]
    _run(sys.executable, "-m", "mypy", *checked, f"--cache-dir={tmp_path}", *modules, cwd=tmp_path)


def test_helpers_for_typescript(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _generated("typescript", tmp_path, monkeypatch)
    for name in ("program.ts", "tsconfig.json"):
        shutil.copy(HERE / name, tmp_path)
    modules = TOOLS / "node" / "node_modules"
    (tmp_path / "node_modules").symlink_to(modules)
    _example("typescript", url, tmp_path / "example.ts")
    _run("node", modules / "typescript" / "bin" / "tsc", "-p", ".", cwd=tmp_path)
    _expect(json.loads(_run("node", "out/program.js", "rows.json", url, cwd=tmp_path)))
    _shown(_run("node", "out/example.js", cwd=tmp_path))
