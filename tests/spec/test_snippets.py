"""Snippets: every one is run against a mock, in every language, and saves what the mock answered."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from proofsheet.contracts.derive.samples import sample
from proofsheet.spec.cli import spec_group
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library
from proofsheet.spec.snippets import LANGUAGES, Choice, NoExample, example_call, snippet
from proofsheet.spec.tasks import Views
from proofsheet.testing_client import Mock, Server

RUN = {
    "curl": ["sh", "call.sh"],
    "python": [sys.executable, "call.py"],
    "javascript": ["node", "call.mjs"],
    "go": ["go", "run", "call.go"],
    "java": ["java", "Call.java"],
}
TOOLS = {"curl": "curl", "javascript": "node", "go": "go", "java": "java"}
COMPILED = ("go", "java")
# A view needs a task: what it is called with is no example of a document.
CALLED = tuple(
    name for name, each in Library().load("stability").operations.items() if not isinstance(each.task, Views)
)
# One of each kind of request: a form, JSON, a file, several files, nothing.
KINDS = ("generateUltra", "textToImage", "erase", "transferStyle", "getBalance")
PICTURES = ("generateUltra", "generateCore", "generateSd3", "textToImage")
# To compile takes long, and the template is the same for every operation.
OTHER_FORMS = [
    (language, operation)
    for language in LANGUAGES
    for operation in (PICTURES[-1:] if language in COMPILED else PICTURES)
]
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP"}
# What quotes, escapes and encodings break.
ODD = 'It\'s a "sign" with $HOME, `pwd`, \\n, 100 %, {{ braces }},\n\ttwo lines, a café and a 😀'


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server.start(cwd=tmp_path_factory.mktemp("served"))
    yield server
    server.stop()


def needs(language: str) -> None:
    tool = TOOLS.get(language)
    if tool and not shutil.which(tool):
        assert os.environ.get("PROOFSHEET_ACCEPTANCE") != "required", f"there is no {tool} here"
        pytest.skip(f"there is no {tool} here")
    if language in COMPILED and not os.environ.get("PROOFSHEET_ACCEPTANCE"):
        pytest.skip("a compiler may need a minute: set PROOFSHEET_ACCEPTANCE to run it")


def run(language: str, text: str, key: str, folder: Path) -> subprocess.CompletedProcess[str]:
    name = RUN[language][-1]
    (folder / name).write_text(text, encoding="utf-8")
    direct = {name: each for name, each in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.run(
        RUN[language],
        cwd=folder,
        env={**direct, "API_KEY": key},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


def key_of(request: pytest.FixtureRequest) -> str:
    return "sk-" + re.sub(r"\W+", "-", request.node.name)


def called(document: Document, operation: str, server: Server, **choice: Any) -> Any:
    return example_call(document, document.operations[operation], Choice(url=server.url, **choice))


def is_picture(data: bytes, form: str = "PNG") -> bool:
    with Image.open(io.BytesIO(data)) as image:
        return image.format == form


@pytest.mark.parametrize(
    ("language", "operation"),
    [(language, each) for language in LANGUAGES for each in (KINDS if language in COMPILED else CALLED)],
)
def test_every_operation_is_called_in_every_language(
    request: pytest.FixtureRequest,
    served: Server,
    document: Document,
    tmp_path: Path,
    language: str,
    operation: str,
) -> None:
    needs(language)
    key = key_of(request)
    call = called(document, operation, served)
    for field, name in call.files:
        (tmp_path / name).write_bytes(sample(document.operations[operation], field))
    made = run(language, snippet(language, call), key, tmp_path)
    assert made.returncode == 0, made.stdout + made.stderr
    [entry] = Mock(served.url, key).journal()
    wanted = document.operations[operation].success.name
    assert (entry["operation"], entry["status"], entry["outcome"]) == (operation, 200, wanted)
    saved = (tmp_path / call.saves).read_bytes()
    suffix = Path(call.saves).suffix
    if suffix == ".glb":
        assert saved.startswith(b"glTF")
    else:
        assert is_picture(saved, FORMATS[suffix]) if suffix in FORMATS else json.loads(saved)


@pytest.mark.parametrize(("language", "operation"), OTHER_FORMS)
def test_the_other_form_is_saved_too(
    request: pytest.FixtureRequest,
    served: Server,
    document: Document,
    tmp_path: Path,
    language: str,
    operation: str,
) -> None:
    needs(language)
    accept = "image/png" if operation == "textToImage" else "application/json"
    call = called(document, operation, served, accept=accept)
    made = run(language, snippet(language, call), key_of(request), tmp_path)
    assert made.returncode == 0, made.stdout + made.stderr
    saved = (tmp_path / call.saves).read_bytes()
    assert is_picture(saved) if accept == "image/png" else json.loads(saved)["finish_reason"] == "SUCCESS"


@pytest.mark.parametrize("language", LANGUAGES)
def test_uploads_and_odd_texts_arrive_as_they_are(
    request: pytest.FixtureRequest, served: Server, document: Document, tmp_path: Path, language: str
) -> None:
    needs(language)
    key = key_of(request)
    Image.new("RGB", (128, 64), "red").save(tmp_path / "a cat.png")
    fields = {"prompt": ODD, "image": "@a cat.png", "strength": "0.5", "output_format": "jpeg"}
    call = called(document, "generateUltra", served, fields=fields)
    made = run(language, snippet(language, call), key, tmp_path)
    assert made.returncode == 0, made.stdout + made.stderr
    [entry] = Mock(served.url, key).journal()
    prompt = entry["fields"].pop("prompt").replace("\r\n", "\n")  # as HTML has it, fetch sends CRLF in forms
    assert prompt == ODD
    assert entry["fields"] == {"strength": 0.5, "output_format": "jpeg"}
    assert list(entry["files"]) == ["image"]
    assert is_picture((tmp_path / "picture.jpg").read_bytes(), "JPEG")


@pytest.mark.parametrize("language", LANGUAGES)
def test_odd_texts_arrive_in_json(
    request: pytest.FixtureRequest, served: Server, document: Document, tmp_path: Path, language: str
) -> None:
    needs(language)
    key = key_of(request)
    fields = {"text_prompts": json.dumps([{"text": ODD, "weight": 1}]), "seed": "4294967294"}
    made = run(
        language, snippet(language, called(document, "textToImage", served, fields=fields)), key, tmp_path
    )
    assert made.returncode == 0, made.stdout + made.stderr
    [entry] = Mock(served.url, key).journal()
    assert entry["fields"]["text_prompts"] == [{"text": ODD, "weight": 1}]
    assert entry["seed"] == 4294967294


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_ends_with_an_error(
    served: Server, document: Document, tmp_path: Path, language: str
) -> None:
    needs(language)
    call = called(document, "generateCore", served)
    made = run(language, snippet(language, call), "sk-mock-broke", tmp_path)
    assert made.returncode != 0
    assert "402" in made.stderr
    saved = tmp_path / "picture.png"  # where curl leaves the error
    assert not saved.exists() or json.loads(saved.read_bytes())["name"] == "payment_required"


# what is written


def test_the_document_chooses_what_the_caller_does_not(document: Document) -> None:
    call = example_call(document, document.operations["textToImage"], Choice())
    assert call.url == ("https://api.stability.ai/v1/generation/stable-diffusion-xl-1024-v1-0/text-to-image")
    assert call.keys == (("authorization", "Bearer ", "API_KEY"),)
    assert call.headers == (("accept", "application/json"),)
    assert example_call(document, document.operations["getBalance"], Choice()).headers == ()
    assert example_call(document, document.operations["stableFast3d"], Choice()).saves == "model.glb"
    named = example_call(document, document.operations["textToImage"], Choice(example="half-weight"))
    assert named.json == {"text_prompts": [{"text": "A lighthouse on a cliff", "weight": 0.5}]}


def test_a_vendors_snippets_go_to_the_vendor(library: Library) -> None:
    document = library.load("gptnb")
    call = example_call(document, document.operations["generateUltra"], Choice())
    assert call.url == "https://goapi.gptnb.ai/sd/v2beta/stable-image/generate/ultra"


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        (Choice(accept="text/html"), "it answers as application/json, image/png"),
        (Choice(example="nope"), "known: text-to-image, weighted"),
        (Choice(fields={"promt": "x"}), "it has: prompt, "),
        (Choice(fields={"image": "cat.png"}), "image is a file: write @PATH"),
        (Choice(fields={"prompt": "@cat.png"}), "prompt is no file"),
        (Choice(fields={"strength": "half"}), "strength is of type number"),
    ],
)
def test_what_the_document_does_not_allow_is_said(document: Document, choice: Choice, says: str) -> None:
    with pytest.raises(NoExample, match=re.escape(says)):
        example_call(document, document.operations["generateUltra"], choice)


def command(*arguments: str) -> Result:
    return CliRunner().invoke(spec_group, ["examples", *arguments], prog_name="proofsheet spec")


def test_the_command_prints_a_program_or_says_what_is_wrong() -> None:
    result = command("stability", "generateCore", "--lang", "python", "--url", "http://127.0.0.1:1/")
    assert result.exit_code == 0, result.output
    compile(result.stdout, "call.py", "exec")
    assert '"http://127.0.0.1:1/v2beta/stable-image/generate/core"' in result.stdout
    for arguments, says in (
        (("stability", "generateCore", "--field", "seed"), "--field expects NAME=VALUE, came 'seed'"),
        (("stability", "nope"), "stability has no operation 'nope'"),
        (("stability", "generateCore", "--lang", "cobol"), "'cobol' is not one of"),
        (("stability", "generateCore", "--field", "seed=x"), "seed is of type integer"),
    ):
        result = command(*arguments)
        assert result.exit_code == 2, result.output
        assert says in result.stderr


def test_help_shows_examples_that_work() -> None:
    examples = re.findall(r"^ +proofsheet spec examples (.+)$", command("--help").stdout, re.MULTILINE)
    assert len(examples) >= 4
    for each in examples:
        assert command(*each.split()).exit_code == 0
