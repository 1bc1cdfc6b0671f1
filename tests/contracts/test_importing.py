"""Documents of others made into ours: what is there is kept, what is broken mended, what lacks named."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from judging import Judged
from support import InProcess

from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import plan
from proofsheet.contracts.recorded.import_command import import_command
from proofsheet.contracts.recorded.judge_command import judge
from proofsheet.spec import build
from proofsheet.spec.document import Document
from proofsheet.spec.lint.run import lint
from proofsheet.spec.load import Library
from proofsheet.spec.references import resolve
from proofsheet.spec.yaml_reader import Source as Plain

BAD = Path(__file__).parent / "badly_generated.yaml"
NEW = ["create", "getV1ImagesImageId", "deleteV1ImagesImageId",
       "getV1ImagesImageIdLogsWhat", "postV1Draw", "postV1Files"]  # fmt: skip


def ran(folder: Path, file: Path, *options: str, name: str = "mine") -> tuple[int, str]:
    done = CliRunner().invoke(import_command, [str(file), "--name", name, "--out", str(folder), *options])
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Library, str]:
    folder = tmp_path_factory.mktemp("specs")
    code, output = ran(folder, BAD)
    assert code == 0, output
    return Library(folder), output


@pytest.fixture(scope="module")
def imported(made: tuple[Library, str]) -> Document:
    return made[0].load("mine")


def test_what_can_be_served_is_there_under_names_of_its_own(imported: Document) -> None:
    assert [*imported.operations] == NEW
    assert imported.operations["getV1ImagesImageId"].path == "/v1/images/{image_id}"
    assert imported.bases == ("",)


def test_a_body_is_one_object_in_todays_json_schema(imported: Document) -> None:
    body = imported.operations["create"].body
    assert body is not None
    schema = body.schema
    fields = schema["properties"]
    assert [*fields] == [
        "prompt", "size", "strength", "seed", "kind", "lost", "node", "messages", "pattern", "style",
    ]  # fmt: skip
    assert schema["required"] == ["prompt", "size", "style", "messages"]
    assert (fields["size"]["enum"], "default" in fields["size"]) == (["small", "large"], False)
    assert (fields["strength"]["type"], fields["strength"]["exclusiveMinimum"]) == ("number", 0)
    assert (fields["seed"]["type"], fields["seed"]["minimum"]) == (["integer", "null"], 1)
    assert "pattern" not in fields["pattern"]
    assert fields["node"]["properties"]["children"]["items"] == {}, "a circle is cut"


@pytest.mark.parametrize(
    "says",
    [
        "left out: POST /v1/stream: no answer of success that can be served is declared",
        "left out: POST /v1/images?beta=true: its path differs from another only in a query or a fragment",
        "look at: a $ref leads out of the file; anything is taken there: POST /v1/images/kind",
        "look at: a $ref leads nowhere; anything is taken there: POST /v1/images/lost",
        "look at: a type that JSON Schema does not have: POST /v1/images/strength (float)",
        "look at: a pattern that cannot be used is left out: POST /v1/images/pattern",
        "look at: a default that its own schema refuses is left out: POST /v1/images/size ('medium')",
        "look at: a required field has no property; anything is taken: POST /v1/images/style",
        "look at: a parameter that is no single value is taken as a text: POST /v1/images (tags)",
        "look at: a parameter is not in its path and is left out: POST /v1/images (ghost)",
        "look at: a parameter of the path is not declared; any text is taken: DELETE /v1/images/{image_id}",
        "look at: an operationId stands twice; one is made of the path: GET /v1/images/{image_id}",
        "look at: an example breaks its own schema and is not used: POST /v1/images 200",
        "look at: an answer in events is left out; docs/streams.md says how to write it: POST /v1/images",
        "look at: no status of success is declared; the default answer is taken as 200: GET /v1/images/",
        "look at: no security scheme is declared; the header Authorization is taken as the key",
        "look at: no status says how validate refuses; 422 is assumed: POST",
        "look at: a picture that answers a request without a body is left out: GET /v1/images/",
        "left out: GET /v1/images/{image-id}/file: no answer of success that can be served is declared",
        "look at: no server has an absolute address; one is made up: servers",
        "look at: no price is known; each POST, PUT and PATCH counts as 1 credit: x-cost",
        "look at: no example is shown; one is made up, to be replaced: ",
    ],
)
def test_what_was_mended_and_what_is_missing_is_said_with_its_place(
    made: tuple[Library, str], says: str
) -> None:
    assert says in made[1]


def test_what_is_left_for_the_lint_is_no_flaw_of_form(made: tuple[Library, str]) -> None:
    flaws = lint(made[0], "mine")
    assert {each.rule for each in flaws} <= {"path-collision", "client-multipart"}, [*map(str, flaws)]


def test_it_is_served_and_judged_at_once(imported: Document, serve: Callable[..., InProcess]) -> None:
    mock = serve(imported)
    key = {"authorization": "Bearer sk-test-0001"}
    body = {"prompt": "a cat", "size": "small", "style": "x", "messages": [{"role": "user", "text": "hi"}]}
    made = mock.post("/v1/images", headers=key, json=body)
    assert (made.status_code, [*made.json()]) == (200, ["id", "made"])
    wrong = mock.post("/v1/images", headers=key, json={**body, "size": "huge"})
    assert (wrong.status_code, wrong.json()) == (422, {"message": "size: must be one of 'small' | 'large'"})
    drawn = {"prompt": "a cat", "quality": "good"}
    picture = mock.post("/v1/draw", headers={**key, "accept": "image/png"}, json=drawn)
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    packed = mock.post("/v1/draw", headers={**key, "accept": "application/json"}, json=drawn)
    assert base64.b64decode(packed.json()["items"][0]["base64"])[:4] == b"\x89PNG"
    assert mock.get("/v1/images/7/logs/log", headers=key).status_code == 200


@pytest.mark.parametrize("profile", ["free", "core"])
def test_its_own_double_conforms(imported: Document, profile: str) -> None:
    found = plan(Source(imported), profile)
    judged = Judged(imported, found).all()
    assert judged.told() == {}
    assert len(judged.asked) > 20


def test_a_target_that_answers_otherwise_is_found(made: tuple[Library, str], imported: Document) -> None:
    source = made[0].source("mine")
    raw = json.loads(json.dumps(source.value).replace("0b5a6c7d-1111-4222-8333-444455556666", "no-uuid"))
    answer = raw["paths"]["/v1/images"]["post"]["responses"]["422"]["content"]["application/json"]
    answer["examples"]["status_422"] = {"value": {}}
    served = build.document("mine", resolve(Plain(source.path, raw, {})), raw)
    found = Judged(imported, plan(Source(imported), "core", ("mine.create",)), served).all()
    broken = {each.requirement.id for each in found.run.verdicts.values() if each.is_breach}
    assert "mine.create.answer.schema" in broken


def test_what_is_assumed_can_fail_nobody_and_what_is_declared_can(imported: Document) -> None:
    levels = {each.id: each.level for each in plan(Source(imported), "core").requirements}
    refusals = ("prompt.required", "size.enum", "key.wrong", "media-type.other", "answer.status")
    assert {levels[f"mine.create.{each}"] for each in refusals} == {"MAY"}
    assert {levels[f"mine.create.answer.{each}"] for each in ("schema", "json", "no-5xx")} == {"MUST"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"swagger": "2.0", "paths": {}}', "is Swagger 2.0; convert it first"),
        ('{"asyncapi": "3.0.0"}', "is AsyncAPI, which describes messages and no calls"),
        ('{"openapi": "3.1.0", "paths": {}}', "has no paths"),
        ('{"openapi": "4.0.0"}', "expected `openapi: 3.0.x` or 3.1.x, came 4.0.0"),
        ("<html>", "expected an OpenAPI document, came a str"),
        ("a: [", "line 1"),
        ('{"openapi": "3.1.0", ', "is neither JSON nor YAML"),
        ('{"log": {}}', "expected an object with log.entries"),
        (
            'openapi: 3.1.0\npaths: {/s: {get: {responses: {"200": {content: {text/event-stream: {}}}}}}}',
            "no operation of it can be served: no answer of success that can be served is declared",
        ),
    ],
)
def test_what_cannot_be_used_says_what_it_is(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "file.yaml").write_text(text)
    code, output = ran(tmp_path, tmp_path / "file.yaml")
    assert (code, says.replace("line 1", "file.yaml:") in output) == (3, True), output
    assert not (tmp_path / "apis").exists()


def test_a_document_that_is_there_is_not_lost(tmp_path: Path) -> None:
    assert ran(tmp_path, BAD, "--only", "/v1/files")[0] == 0
    assert "is there already; --force writes over it" in ran(tmp_path, BAD)[1]
    assert ran(tmp_path, BAD, "--force")[0] == 0
    assert "--name: expected small letters" in ran(tmp_path, BAD, name="../mine")[1]


def entry(method: str, url: str, status: int, answer: Any, sent: Any = None) -> dict[str, Any]:
    request: dict[str, Any] = {
        "method": method, "url": url, "headers": [{"name": "X-API-Key", "value": "sk-secret-0123456789"}],
    }  # fmt: skip
    if sent is not None:
        request["headers"].append({"name": "content-type", "value": "application/json"})
        request["postData"] = {"mimeType": "application/json", "text": json.dumps(sent)}
    headers = [{"name": "content-type", "value": "application/json"}]
    content = {"mimeType": "application/json", "text": json.dumps(answer)}
    response = {"status": status, "headers": headers, "content": content}
    return {"startedDateTime": "2026-11-15T10:00:00Z", "time": 5, "request": request, "response": response}


def test_traffic_becomes_a_document_of_types_and_holds_no_value(tmp_path: Path) -> None:
    host = "https://api.example"
    entries = [
        entry(
            "POST", f"{host}/v1/jobs", 200, {"job": "17", "state": "new"}, {"prompt": "my secret cat", "n": 1}
        ),
        entry("POST", f"{host}/v1/jobs", 400, {"error": "my secret dog"}, {"n": 1}),
        entry("GET", f"{host}/v1/jobs/17?verbose=1&api_key=sk-secret-0123456789", 200, {"state": "done"}),
        entry("GET", f"{host}/v1/jobs/18", 200, {"state": "done", "url": "https://files.example/my-secret"}),
    ]
    (tmp_path / "seen.har").write_text(json.dumps({"log": {"entries": entries}}))
    code, output = ran(tmp_path, tmp_path / "seen.har", name="seen")
    assert code == 0, output
    text = (tmp_path / "apis" / "seen.yaml").read_text()
    assert "secret" not in text
    document = Library(tmp_path).load("seen")
    assert {each.path: [*each.outcomes] for each in document.operations.values()} == {
        "/v1/jobs": ["status_200", "status_400", "status_401"],
        "/v1/jobs/{id}": ["status_200", "status_401", "status_404", "status_422"],
    }
    post = document.operations["postV1Jobs"]
    assert post.body is not None
    assert (post.body.schema["required"], post.schemes[0].field) == (["n"], "x-api-key")
    assert Judged(document, plan(Source(document), "core")).all().told() == {}
    done = CliRunner().invoke(judge, ["seen", str(tmp_path / "seen.har"), "--spec", str(tmp_path)])
    assert (done.exit_code, "4 exchanges; 4 judged; 0 findings" in done.output) == (0, True), done.output


def test_a_folder_of_ones_own_stands_beside_the_built_in_documents(made: tuple[Library, str]) -> None:
    library = made[0]
    assert library.families() == ("mine",)
    assert library.load("flux").title == Library().load("flux").title
    vendors = library.home / "vendors"
    vendors.mkdir()
    (vendors / "gate.yaml").write_text(PROFILE)
    (vendors / "gate.overlay.yaml").write_text(OVERLAY)
    gate = library.load("gate")
    assert (gate.family, gate.bases, gate.account) == ("stability", ("/sd",), "gate")
    assert lint(library, "gate") == []


PROFILE = """
name: Gate
title: The gateway of a company
base: stability
server: {url: "https://gate.example", path: /sd, at: {M1: the readme}}
auth: [{way: bearer, says: a token of ours, at: {M1: the readme}}]
pages: {M1: {changed: "2026-11-15"}}
operations: {}
"""
OVERLAY = """
overlay: 1.0.0
info: {title: The gateway of a company, version: "2026-11-15"}
extends: ../apis/stability.yaml
actions:
  - target: $
    update: {x-sources: {M1: {title: The readme, page: readme, date: "2026-11-15"}}}
  - target: $.servers
    remove: true
  - target: $
    update: {servers: [{url: "https://gate.example/sd", x-evidence: {documented: [M1]}}]}
"""
