"""The curl commands of the five reseller pages, run by curl itself against a double in a process of its own.

A command stays as printed but for what samples/samples.yaml declares. What the tests need from curl besides
(status, headers, body) is asked for in a .curlrc, not in the command. The .curlrc also lets curl speak http
only, so that a command whose host was not replaced cannot leave this machine.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from served import HERE, REQUIRED, ROOT, Served, environment

from proofsheet.spec.yaml_reader import read

SAMPLES: dict[str, Any] = {
    each["id"]: each for each in read(HERE / "samples" / "samples.yaml").value["samples"]
}
V2BETA = [name for name, each in SAMPLES.items() if "prompt" in each]
PROMPT_EMPTY = "prompt: string must contain at least 1 character(s)"
NO_KEY = "authorization: invalid or missing header value"
CURLRC = """\
silent
show-error
proto = "=http"
max-time = 60
output = "body"
dump-header = "headers"
write-out = "%{http_code}"
"""


@dataclass(frozen=True)
class Answer:
    """What curl got."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@pytest.fixture(scope="session", autouse=True)
def _curl() -> None:
    if shutil.which("curl") is None:
        (pytest.fail if REQUIRED else pytest.skip)("curl is not there")


def printed(name: str) -> str:
    """A sample as its page has it."""
    return (HERE / "samples" / SAMPLES[name]["file"]).read_text("utf-8")


def adapted(name: str, *adaptations: str) -> str:
    """A sample with the declared adaptations, each of which must meet its text exactly once."""
    command = printed(name)
    for adaptation in ("host", *adaptations):
        if adaptation in SAMPLES[name]:
            old, new = SAMPLES[name][adaptation]
            assert command.count(old) == 1, (name, adaptation)
            command = command.replace(old, new)
    return command


def curl(command: str, served: Served, key: str, folder: Path) -> Answer:
    """Run a command in a shell."""
    (folder / ".curlrc").write_text(CURLRC)
    done = subprocess.run(
        ["sh", "-euc", command.replace("$URL", served.url).replace("$KEY", key)],
        env=environment(CURL_HOME=str(folder), HOME=str(folder)),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    blocks = re.split(r"\r?\n\r?\n", (folder / "headers").read_text("latin-1").strip())
    lines = [line.split(":", 1) for line in blocks[-1].splitlines()[1:]]
    headers = {name.lower(): value.strip() for name, value in lines}
    return Answer(int(done.stdout), headers, (folder / "body").read_bytes())


def key_of(request: pytest.FixtureRequest) -> str:
    """A key of a test's own."""
    return "sk-" + re.sub(r"\W+", "-", request.node.name) + f"-{os.getpid()}"


def is_picture(data: bytes, form: str, size: list[int]) -> None:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert (image.format, list(image.size), image.mode) == (form, size, "RGB")


def is_v2beta_picture(answer: Answer, sample: dict[str, Any]) -> None:
    assert answer.status == 200, answer.body
    assert (
        answer.headers["content-type"] == "image/png"
    )  # an empty accept says nothing: image/* is the default
    assert answer.headers["finish-reason"] == "SUCCESS"
    assert 1 <= int(answer.headers["seed"]) <= 4294967294
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
    is_picture(answer.body, "PNG", sample["answers"]["size"])


def is_refusal(answer: Answer, status: int, name: str, *errors: str) -> None:
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body == {"errors": list(errors), "id": answer.headers["x-request-id"], "name": name}


def test_there_are_five() -> None:
    files = {path.name for path in (HERE / "samples").glob("*.sh")}
    assert {each["file"] for each in SAMPLES.values()} == files
    assert list(SAMPLES) == ["S0", "S1", "S2", "S3", "S4"]


# As the pages of 2024 and 2025 document it.


@pytest.mark.parametrize("name", V2BETA)
def test_printed_v2beta_samples_are_refused_for_their_empty_prompt(
    name: str, pages: Served, tmp_path: Path
) -> None:
    answer = curl(adapted(name), pages, "", tmp_path)
    is_refusal(answer, 400, "bad_request", PROMPT_EMPTY)


@pytest.mark.parametrize("name", ["S0", "S1", "S2"])
def test_with_a_prompt_they_are_refused_for_their_empty_authorization(
    name: str, pages: Served, tmp_path: Path
) -> None:
    answer = curl(adapted(name, "prompt"), pages, "", tmp_path)
    is_refusal(answer, 401, "unauthorized", NO_KEY)


@pytest.mark.parametrize("name", ["S0", "S1", "S2", "S4"])
def test_with_a_key_alone_the_empty_prompt_is_still_refused(name: str, pages: Served, tmp_path: Path) -> None:
    answer = curl(adapted(name, "key"), pages, "sk-no-prompt", tmp_path)
    is_refusal(answer, 400, "bad_request", PROMPT_EMPTY)


@pytest.mark.parametrize("name", V2BETA)
def test_with_prompt_and_key_they_draw(
    name: str, pages: Served, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    key = key_of(request)
    answer = curl(adapted(name, "prompt", "key"), pages, key, tmp_path)
    is_v2beta_picture(answer, SAMPLES[name])
    _was_understood(pages, key, name)


def test_the_v1_sample_is_refused_without_a_key(pages: Served, tmp_path: Path) -> None:
    answer = curl(adapted("S3"), pages, "", tmp_path)
    assert answer.status == 401
    body = answer.json()
    assert (body["name"], body["message"]) == ("unauthorized", "missing authorization header")
    assert sorted(body) == ["id", "message", "name"]


def test_the_v1_sample_draws_with_a_key(
    pages: Served, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    key = key_of(request)
    answer = curl(adapted("S3", "key"), pages, key, tmp_path)
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "application/json"
    (artifact,) = answer.json()[
        "artifacts"
    ]  # flat, though the page's example nests it; one, as `samples` says
    assert artifact["finishReason"] == "SUCCESS"
    assert 1 <= artifact["seed"] <= 4294967295
    is_picture(base64.b64decode(artifact["base64"], validate=True), "PNG", SAMPLES["S3"]["answers"]["size"])
    _was_understood(pages, key, "S3")


def test_s4s_empty_header_beside_the_real_one_says_nothing(pages: Served, tmp_path: Path) -> None:
    command = adapted("S4", "prompt", "key")
    assert "'authorization;'" in command
    assert "'Authorization: Bearer $KEY'" in command
    refused = curl(command, pages, "sk-mock-unknown", tmp_path)
    is_refusal(refused, 401, "unauthorized", NO_KEY)  # so it is the second header that is judged
    lines = command.splitlines()
    lines[1], lines[3] = lines[3], lines[1]  # nor does it matter which comes first
    is_v2beta_picture(curl("\n".join(lines), pages, "sk-s4", tmp_path), SAMPLES["S4"])


def test_s4s_placeholder_is_a_key_like_any_other(pages: Served, tmp_path: Path) -> None:
    is_v2beta_picture(curl(adapted("S4", "prompt"), pages, "", tmp_path), SAMPLES["S4"])


def _was_understood(served: Served, key: str, name: str) -> None:
    """The double read what the command says: no empty field among it, no field unknown, the credits taken."""
    (call,) = served.calls(key)
    expected = SAMPLES[name]["answers"]
    assert call["operation"] == expected["operation"]
    assert call["fields"] == expected["sent"]
    assert call["ignored"] == []
    assert call["credits"] > 0


# Against today's contract.


@pytest.mark.parametrize("name", V2BETA)
def test_today_they_draw_as_well(
    name: str, today: Served, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    key = key_of(request)
    is_v2beta_picture(curl(adapted(name, "prompt", "key"), today, key, tmp_path), SAMPLES[name])
    _was_understood(today, key, name)


def test_today_the_v1_sample_finds_its_engine_gone(today: Served, tmp_path: Path) -> None:
    answer = curl(adapted("S3", "key"), today, "sk-v1", tmp_path)
    assert answer.status == 404
    body = answer.json()
    assert body["name"] == "not_found"
    assert body["message"] == "The specified engine (ID stable-diffusion-v1-6) was not found."


def test_today_the_v1_sample_without_a_key_is_refused_first(today: Served, tmp_path: Path) -> None:
    assert curl(adapted("S3"), today, "", tmp_path).status == 401


# docs/samples.md shows the answers in two tables.

COLUMNS: tuple[tuple[str, ...], ...] = ((), ("prompt",), ("key",), ("prompt", "key"))
SHOWN = re.findall(
    r"^\| (S\d) \| (\d{3} .*) \|$", (ROOT / "docs" / "samples.md").read_text("utf-8"), re.MULTILINE
)


def in_short(answer: Answer) -> str:
    """An answer as a cell of the tables."""
    if answer.status != 200:
        return f"{answer.status} {answer.json()['name']}"
    data = answer.body
    if answer.headers["content-type"] == "application/json":
        data = base64.b64decode(answer.json()["artifacts"][0]["base64"])
    with Image.open(io.BytesIO(data)) as image:
        return f"200 {image.format} {image.width}x{image.height}"


def test_the_tables_are_whole() -> None:
    assert [name for name, _ in SHOWN] == list(SAMPLES) * 2


@pytest.mark.parametrize(("row", "served"), [*enumerate(["pages"] * 5), *enumerate(["today"] * 5, 5)])
def test_the_tables_are_true(row: int, served: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    name, cells = SHOWN[row]
    double = request.getfixturevalue(served)
    answers = [curl(adapted(name, *each), double, "sk-table", tmp_path) for each in COLUMNS]
    assert [in_short(each) for each in answers] == cells.split(" | ")
