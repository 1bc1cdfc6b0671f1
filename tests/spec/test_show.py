"""`proofsheet spec show`, `outcomes` and `claims`: what they print is what the document says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from support import documents

from proofsheet.spec import evidence
from proofsheet.spec.cli import spec_group
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library
from proofsheet.spec.show import operation_data, render

MINIMAL = """\
openapi: "3.1.0"
info: {title: Small, version: "1"}
servers: [{url: "https://small.example", x-evidence: {assumed: ours}}]
paths: {}
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(spec_group, list(arguments), prog_name="proofsheet spec")


def shown(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def data(*arguments: str) -> Any:
    made = json.loads(shown(*arguments, "--format", "json"))
    assert yaml.safe_load(shown(*arguments, "--format", "yaml")) == made
    return made


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    return result.stderr


def line(text: str, *start: str) -> str:
    [found] = [each for each in text.splitlines() if each.split()[: len(start)] == list(start)]
    return found


# show


@pytest.mark.parametrize("name", documents())
def test_every_document_and_operation_is_shown(library: Library, name: str) -> None:
    document = library.load(name)
    text = render.document(operation_data.document(document))
    for operation in document.operations.values():
        assert operation.path in line(text, operation.id)
        told = render.operation(operation_data.operation(document, operation))
        for outcome in operation.outcomes.values():
            assert line(told, str(outcome.status), outcome.name)


def test_a_document_in_short() -> None:
    made = data("show", "stability")
    assert made["servers"] == ["https://api.stability.ai", "https://{reseller}/sd"]
    by_name = {each["operation"]: each for each in made["operations"]}
    assert by_name["generateSd3"]["credits"] == "2.5 to 6.5"
    assert by_name["textToImage"]["credits"] == "0.9 each"
    assert by_name["getBalance"]["credits"] == "free"
    assert by_name["generateCore"]["statuses"] == [200, 400, 401, 402, 403, 413, 422, 429, 500]


def test_an_operation_with_its_evidence(document: Document) -> None:
    made = data("show", "stability", "generateUltra")
    fields = {each["name"]: each for each in made["body"]["fields"]}
    assert fields["prompt"]["required"] is True
    assert fields["prompt"]["is"] == "string, 1 to 10000 characters"
    assert fields["seed"] == {
        "name": "seed",
        "required": False,
        "is": "integer (int64), 0 to 4294967294",
        "default": 0,
        "description": "Guides the randomness. 0 or absent draws a fresh seed.",
        "evidence": fields["seed"]["evidence"],
    }
    assert fields["seed"]["evidence"]["grade"] == "documented"
    assert fields["seed"]["evidence"]["sources"] == ["S0", "S2"]
    assert fields["seed"]["evidence"]["beside"] == {"official": ["O1"]}
    assert fields["image"]["picture"]["min_side"] == 64
    assert made["cost"]["credits"] == {"always": 8}
    assert made["picture"]["sizes"]["table"]["16:9"] == [1344, 768]
    assert made["picture"]["sizes"]["evidence"]["16:9"]["grade"] == "observed"
    assert made["picture"]["sizes"]["evidence"]["21:9"]["grade"] == "assumed"
    assert made["limits"]["rate"]["value"] == {
        "requests": 150,
        "window": 10,
        "penalty": 60,
        "per": "credential",
        "refused": "pass",
    }
    assert made["limits"]["body_bytes"]["value"] == 10485760


def test_nested_fields_are_shown() -> None:
    made = data("show", "stability", "textToImage")
    names = [each["name"] for each in made["body"]["fields"]]
    assert {"text_prompts", "text_prompts[].text", "text_prompts[].weight"} <= set(names)
    assert [each["name"] for each in made["rules"]][1] == "several samples only as JSON"


def test_a_vendors_silence_is_shown_as_inherited(library: Library) -> None:
    made = data("show", "gptnb", "generateUltra")
    by_name = {each["outcome"]: each for each in made["outcomes"]}
    assert by_name["payment_required"]["evidence"]["grade"] == "inherited"
    grades = {each["evidence"]["grade"] for each in made["body"]["fields"]}
    assert grades == {"documented"}


def test_a_pointer_shows_the_value_its_line_and_its_evidence(library: Library) -> None:
    text = shown("show", "stability", "/components/schemas/Seed/maximum")
    path, number = re.match(r"(.*?):(\d+):\d+: /components", text).groups()  # type: ignore[union-attr]
    assert "4294967294" in Path(path).read_text().splitlines()[int(number) - 1]
    assert "known: documented (S0, S2)\n" in text
    assert text.endswith("\n\n4294967294\n")


def test_a_pointer_goes_through_references(library: Library) -> None:
    start = "/paths/~1v2beta~1stable-image~1generate~1core/post"
    made = data("show", "stability", f"{start}/responses/413/content/application~1json/schema/required")
    assert made["pointer"] == "/components/schemas/Error/required"
    assert made["value"] == ["errors", "id", "name"]
    assert made["evidence"]["grade"] == evidence.grade(library.source("stability").value, made["pointer"])
    assert data("show", "stability", "")["value"]["openapi"] == "3.1.0"


# outcomes


def test_outcomes_have_bodies_prices_and_gates(document: Document) -> None:
    made = data("outcomes", "stability", "generateCore")
    by_name = {each["outcome"]: each for each in made}
    assert list(by_name) == list(document.operations["generateCore"].outcomes)
    limited = by_name["rate_limit_exceeded"]
    assert limited["gates"] == ["rate-limit"]
    assert limited["charged"] is False
    assert limited["forms"][0]["body"]["name"] == "rate_limit_exceeded"
    assert by_name["content_filtered"]["charged"] is True
    forms = {form["type"]: form for form in by_name["success"]["forms"]}
    assert forms["application/json"]["filled"] == {"/image": "$artifact.base64", "/seed": "$artifact.seed"}
    assert forms["image/png"]["headers"]["finish-reason"] == "SUCCESS"


def test_outcomes_of_all_operations_say_whose_they_are(document: Document) -> None:
    text = shown("outcomes", "stability")
    assert len(text.splitlines()) == sum(len(each.outcomes) for each in document.operations.values())
    assert "charged" in line(text, "generateCore", "200", "content_filtered")
    assert "generateCore" not in shown("outcomes", "stability", "generateCore")


# claims


def test_claims_are_those_of_the_document_or_of_the_vendors_pages(library: Library) -> None:
    assert len(data("claims", "stability")) == len(library.claims("stability"))
    assert 0 < len(data("claims", "gptnb")) < len(data("claims", "stability"))
    text = shown("claims", "stability")
    assert "ultra.method (statement)\n  The operation is called with POST.\n  -> /paths/~1v2beta" in text


def test_unencoded_claims_say_why() -> None:
    made = data("claims", "stability", "--unencoded")
    assert made
    assert all(each["encoded"] == [] and each["why"] for each in made)
    text = shown("claims", "stability", "--unencoded")
    assert text.count("  why: ") == len(made)


# what cannot be shown


def test_what_is_not_there_is_said_with_what_is() -> None:
    assert "did you mean 'stability'?" in refused("show", "stabilty")
    assert "did you mean generateCore? known: generateUltra, " in refused("show", "stability", "generateCor")
    assert "did you mean generateCore? " in refused("outcomes", "stability", "generatecore")
    assert "there is no document named 'nope'" in refused("claims", "nope")
    problem = refused("show", "stability", "/components/schemas/Prompt/pattern")
    assert re.search(r"stability\.yaml:\d+:\d+: there is no 'pattern' at /components/schemas/Prompt", problem)
    assert "there is: type, minLength, maxLength, description, x-evidence" in problem
    assert "there is no '8' at /tags; there is: 0, 1, 2" in refused("show", "stability", "/tags/8")


def test_a_file_that_cannot_be_read_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "bad.yaml").write_text("a: 1\nb: [\n")
    for arguments in (("show", "bad"), ("show", "bad", "/a"), ("outcomes", "bad"), ("claims", "bad")):
        assert f"{tmp_path}/apis/bad.yaml:3:1: " in refused(*arguments, "--home", str(tmp_path))


MISSHAPEN = {
    "paths": 'openapi: "3.1.0"\npaths: 5\n',
    "info": 'openapi: "3.1.0"\ninfo: []\npaths: {}\nservers: []\n',
    "loop": "a: &x [*x]\n",
    "list": "- 1\n",
    "reference": MINIMAL + 'components: {schemas: {A: {$ref: "#/nowhere"}}}\n',
    "components": MINIMAL + "components: 5\n",
    "schemas": MINIMAL + "components: {schemas: 5}\n",
    "security": MINIMAL + "security: 5\n",
    "requirement": MINIMAL + "security: [5]\n",
    "target": MINIMAL.replace("{}", "{/a: {get: {operationId: a, responses: {'200': {$ref: 5}}}}}"),
    "schema": MINIMAL
    + "components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {properties: [1]}}}\n",
    "responses": MINIMAL.replace("{}", "{/a: {get: {operationId: a, responses: 5}}}"),
    "policy": MINIMAL.replace("{}", "{/a: {get: {operationId: a, x-policy: b, responses: {}}}}"),
}


@pytest.mark.parametrize("name", MISSHAPEN)
def test_a_misshapen_document_is_no_traceback(tmp_path: Path, name: str) -> None:
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "bad.yaml").write_text(MISSHAPEN[name])
    for arguments in (
        ("show", "bad"),
        ("show", "bad", "/paths/x"),
        ("show", "bad", "a"),
        ("outcomes", "bad"),
        ("claims", "bad"),
        ("bundle", "bad"),
        ("bundle", "bad", "--view", "json", "--openapi", "3.0"),
        ("examples", "bad", "a"),
        ("docs", "bad", "-o", str(tmp_path / "out")),
    ):
        result = run(*arguments, "--home", str(tmp_path))
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            arguments,
            result.exception,
        )
        assert result.exit_code in (0, 2)


@pytest.mark.parametrize("name", ["security", "requirement", "target"])
def test_a_misshapen_document_is_named_where_it_cannot_be_bundled(tmp_path: Path, name: str) -> None:
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "bad.yaml").write_text(MISSHAPEN[name])
    told = refused("bundle", "bad", "--view", "json", "--openapi", "3.0", "--home", str(tmp_path))
    assert f"{tmp_path}/apis/bad.yaml: cannot be read (" in told
    assert "`proofsheet spec lint bad` says where" in told


def test_misshapen_claims_are_named_with_their_line(tmp_path: Path) -> None:
    for name in ("apis", "claims"):
        (tmp_path / name).mkdir()
    (tmp_path / "apis" / "small.yaml").write_text(MINIMAL)
    (tmp_path / "claims" / "small.yaml").write_text("pages: {}\nclaims:\n  - id: a\n")
    assert f"{tmp_path}/claims/small.yaml:3:5: " in refused("claims", "small", "--home", str(tmp_path))


@pytest.mark.parametrize("command", ["show", "outcomes", "claims"])
def test_help_shows_examples_that_work(command: str) -> None:
    text = shown(command, "--help")
    examples = re.findall(r"^ +proofsheet spec (.+)$", text, re.MULTILINE)
    assert len(examples) >= 2
    for each in examples:
        assert shown(*each.split())
