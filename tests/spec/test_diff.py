"""`proofsheet spec diff`: what differs, what it breaks, and how it is told."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from proofsheet.spec import pointers
from proofsheet.spec.cli import spec_group
from proofsheet.spec.diff import Difference, compare
from proofsheet.spec.diff.statements import statements

GONE = object()
BODY = "/paths/~1draw/post/requestBody/content/multipart~1form-data/schema"
ANSWER = "/paths/~1draw/post/responses/200/content/application~1json"
BASE: Any = {
    "openapi": "3.1.0",
    "info": {"title": "Small", "version": "1"},
    "servers": [{"url": "https://a.example"}],
    "security": [{"key": []}, {"bearer": []}],
    "components": {
        "x-policies": {
            "p": {
                "x-precedence": ["validate", "authenticate"],
                "x-refusals": {"validate": "bad", "authenticate": "who"},
                "x-wording": {"validate.required": "{field}: required"},
                "x-max-body-bytes": 100,
                "x-rate-limit": {"requests": 150, "window": 10, "penalty": 60},
                "x-negotiation": {"default": "image/*", "unsupported": "default"},
                "x-empty-parts": "absent",
            }
        }
    },
    "paths": {
        "/draw": {
            "post": {
                "operationId": "draw",
                "summary": "Draw",
                "x-policy": "p",
                "x-evidence": {"documented": ["S0"]},
                "x-cost": {"credits": {"field": "/model", "table": {"a": 3, "b": 4}}, "charged": ["success"]},
                "x-artifact": {
                    "size": {"field": "/ratio", "table": {"1:1": [10, 10]}},
                    "media": "image/png",
                    "seed": {"field": "/seed", "random": 0, "maximum": 9},
                },
                "x-rules": [{"name": "r", "when": {"required": ["a"]}, "then": {"required": ["b"]}}],
                "parameters": [{"name": "Org", "in": "header", "schema": {"type": "string", "maxLength": 9}}],
                "requestBody": {
                    "content": {
                        "multipart/form-data": {
                            "schema": {
                                "type": "object",
                                "required": ["prompt"],
                                "properties": {
                                    "prompt": {"type": "string", "minLength": 1, "maxLength": 10},
                                    "model": {"type": "string", "enum": ["a", "b"], "default": "a"},
                                    "list": {"type": "array", "items": {"type": "integer", "minimum": 0}},
                                    "image": {
                                        "type": "string",
                                        "x-picture": {"formats": ["png", "jpeg"], "min-side": 64},
                                    },
                                },
                            }
                        }
                    }
                },
                "responses": {
                    "200": {
                        "description": "Drawn",
                        "headers": {"Seed": {"schema": {"type": "integer"}}},
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["image"],
                                    "properties": {
                                        "image": {"type": "string"},
                                        "end": {"type": "string", "enum": ["DONE"]},
                                    },
                                },
                                "examples": {"success": {"value": {"image": "x"}}},
                            },
                            "image/png": {"schema": {"type": "string"}},
                        },
                    },
                    "400": {"content": {"application/json": {"examples": {"bad": {"value": {"m": "no"}}}}}},
                    "401": {"content": {"application/json": {"examples": {"who": {"value": {"m": "who"}}}}}},
                },
            }
        }
    },
}


def edited(*edits: tuple[str, Any]) -> Any:
    document = copy.deepcopy(BASE)
    for pointer, value in edits:
        *way, last = pointers.split(pointer)
        parent = pointers.get(document, pointers.join(*way))
        if value is GONE:
            del parent[last]
        else:
            parent[int(last) if isinstance(parent, list) else last] = value
    return document


def found(*edits: tuple[str, Any]) -> tuple[Difference, ...]:
    return compare(BASE, edited(*edits)).differences


POLICY = "/components/x-policies/p"
DRAW = "/paths/~1draw/post"
# The pointer, what comes to stand there, its class, and the class of the way back.
CHANGES: list[tuple[str, Any, str, str]] = [
    # requests
    (f"{BODY}/properties/prompt/maxLength", 5, "breaking", "tolerable"),
    (f"{BODY}/properties/prompt/maxLength", GONE, "tolerable", "breaking"),
    (f"{BODY}/properties/prompt/minLength", 3, "breaking", "tolerable"),
    (f"{BODY}/properties/prompt/pattern", "^a", "breaking", "tolerable"),
    (f"{BODY}/properties/prompt/type", "integer", "breaking", "breaking"),
    (f"{BODY}/properties/model/enum", ["a"], "breaking", "tolerable"),
    (f"{BODY}/properties/model/enum", ["a", "b", "c"], "tolerable", "breaking"),
    (f"{BODY}/properties/model/enum", GONE, "tolerable", "breaking"),
    (f"{BODY}/properties/model/default", "b", "tolerable", "tolerable"),
    (f"{BODY}/properties/model", GONE, "breaking", "tolerable"),
    (f"{BODY}/properties/list/items/minimum", 1, "breaking", "tolerable"),
    (f"{BODY}/properties/image/x-picture/formats", ["png"], "breaking", "tolerable"),
    (f"{BODY}/properties/image/x-picture/min-side", 32, "tolerable", "breaking"),
    (f"{BODY}/required", ["prompt", "model"], "breaking", "tolerable"),
    (f"{BODY}/required", GONE, "tolerable", "breaking"),
    (f"{DRAW}/parameters/0/schema/maxLength", 8, "breaking", "tolerable"),
    (f"{DRAW}/parameters/0/required", True, "breaking", "tolerable"),
    (f"{DRAW}/parameters", [], "breaking", "tolerable"),
    (f"{DRAW}/security", [{"bearer": []}], "breaking", "tolerable"),
    # answers
    (f"{ANSWER}/schema/properties/end/enum", ["DONE", "BLURRED"], "breaking", "tolerable"),
    (f"{ANSWER}/schema/properties/end", GONE, "tolerable", "tolerable"),
    (f"{ANSWER}/schema/required", GONE, "breaking", "tolerable"),
    (f"{ANSWER}/schema/properties/image/type", "object", "breaking", "breaking"),
    (f"{ANSWER}/examples/success/value/image", "y", "tolerable", "tolerable"),
    (f"{DRAW}/responses/200/content/image~1png", GONE, "breaking", "tolerable"),
    (f"{DRAW}/responses/200/headers/Seed", GONE, "tolerable", "tolerable"),
    (f"{DRAW}/responses/429", {"description": "d"}, "tolerable", "tolerable"),
    (f"{DRAW}/responses/201", {"description": "d"}, "tolerable", "breaking"),
    # what no other tool knows
    (f"{DRAW}/x-cost/credits/table/a", 4, "breaking", "tolerable"),
    (f"{DRAW}/x-cost/credits/table/c", 9, "tolerable", "tolerable"),
    (f"{DRAW}/x-cost/charged", ["success", "filtered"], "breaking", "tolerable"),
    (f"{DRAW}/x-artifact/size/table/1:1", [8, 8], "breaking", "breaking"),
    (f"{DRAW}/x-artifact/media", "image/jpeg", "breaking", "breaking"),
    (f"{DRAW}/x-artifact/seed/maximum", 8, "breaking", "tolerable"),
    (f"{DRAW}/x-rules", [], "tolerable", "breaking"),
    (f"{DRAW}/x-rules/0/then", {"required": ["c"]}, "breaking", "breaking"),
    (f"{POLICY}/x-precedence", ["authenticate", "validate"], "tolerable", "tolerable"),
    (f"{POLICY}/x-wording/validate.required", "?", "tolerable", "tolerable"),
    (f"{POLICY}/x-refusals/authenticate", "bad", "breaking", "breaking"),
    (f"{POLICY}/x-max-body-bytes", 99, "breaking", "tolerable"),
    (f"{POLICY}/x-max-body-bytes", GONE, "tolerable", "breaking"),
    (f"{POLICY}/x-rate-limit/requests", 100, "breaking", "tolerable"),
    (f"{POLICY}/x-rate-limit/penalty", 90, "breaking", "tolerable"),
    (f"{POLICY}/x-negotiation/unsupported", "refuse", "breaking", "tolerable"),
    (f"{POLICY}/x-negotiation/default", "application/json", "breaking", "breaking"),
    (f"{POLICY}/x-empty-parts", "value", "breaking", "breaking"),
    # the document
    ("/servers", [{"url": "https://b.example"}], "tolerable", "tolerable"),
    ("/info/title", "Other", "documentary", "documentary"),
    (f"{DRAW}/summary", "Drawing", "documentary", "documentary"),
    (f"{DRAW}/x-evidence", {"inherited": "ours"}, "documentary", "documentary"),
    (f"{DRAW}/responses/200/description", "Done", "documentary", "documentary"),
    ("/paths/~1draw", GONE, "breaking", "tolerable"),
]


@pytest.mark.parametrize(("pointer", "value", "there", "back"), CHANGES, ids=[each[0] for each in CHANGES])
def test_a_difference_is_classed_by_what_it_does_to_an_app(
    pointer: str, value: Any, there: str, back: str
) -> None:
    other = edited((pointer, value))
    for first, second, effect in ((BASE, other, there), (other, BASE, back)):
        differences = compare(first, second).differences
        assert differences
        assert differences[0].effect == effect, differences


def test_a_document_does_not_differ_from_itself_and_order_says_nothing() -> None:
    assert compare(BASE, copy.deepcopy(BASE)).differences == ()
    turned = edited(
        (f"{BODY}/properties/model/enum", ["b", "a"]), ("/security", [{"bearer": []}, {"key": []}])
    )
    assert compare(BASE, turned).differences == ()


def test_of_what_is_gone_the_whole_is_told_and_not_its_parts() -> None:
    [gone] = found((f"{BODY}/properties/model", GONE))
    assert (gone.place[-1], gone.keyword, gone.before, gone.after) == ("field model", "", True, None)
    [operation] = found(("/paths/~1draw", GONE))
    assert (operation.operation, operation.keyword, operation.after) == ("draw", "", None)


def test_an_operation_is_its_method_and_path_whatever_its_id() -> None:
    assert found((f"{DRAW}/operationId", "paint")) == ()
    [each] = found((f"{DRAW}/operationId", "paint"), (f"{BODY}/properties/prompt/maxLength", 9))
    assert each.operation == "draw"


def test_a_second_form_of_an_answer_breaks_and_one_of_a_request_does_not() -> None:
    one = {"type": "object", "required": ["image"], "properties": {"image": {"type": "string"}}}
    other = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
    told = {each.keyword: each for each in found((f"{ANSWER}/schema", {"anyOf": [one, other]}))}
    assert told["forms"].effect == "breaking"
    assert told["forms"].after == frozenset({"{image}", "{error}"})
    assert told["required"].effect == "breaking"
    assert "type" not in told


def test_every_statement_has_a_key_of_its_own() -> None:
    keys = [each.key for each in statements(BASE)]
    assert len(keys) == len(set(keys))


# the command


def run(*arguments: str) -> Result:
    return CliRunner().invoke(spec_group, ["diff", *arguments], prog_name="proofsheet spec")


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    other = edited((f"{DRAW}/x-cost/credits/table/a", 4), (f"{DRAW}/summary", "Drawing | more"))
    for name, value in (("first", BASE), ("second", other)):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(value))
    return str(tmp_path / "first.yaml"), str(tmp_path / "second.yaml")


def test_text(files: tuple[str, str]) -> None:
    result = run(*files)
    assert result.exit_code == 1
    assert "1 breaking, 0 tolerable, 1 documentary" in result.stdout
    assert "draw: cost / a: credits 3 becomes 4" in result.stdout
    assert "Drawing" not in result.stdout
    assert "draw: summary Draw becomes Drawing | more" in run(*files, "--all").stdout


def test_json_has_everything(files: tuple[str, str]) -> None:
    made = json.loads(run(*files, "--format", "json").stdout)
    assert made["counts"] == {"breaking": 1, "tolerable": 0, "documentary": 1}
    assert made["differences"][0] == {
        "class": "breaking",
        "operation": "draw",
        "place": ["cost", "a"],
        "keyword": "credits",
        "before": 3,
        "after": 4,
    }


def test_markdown(files: tuple[str, str]) -> None:
    told = run(*files, "--format", "markdown", "--all").stdout
    assert "## Breaking\n\n| operation | difference |\n|---|---|\n| draw | cost / a:" in told
    assert r"Drawing \| more" in told


def test_nothing_breaks_means_zero(files: tuple[str, str]) -> None:
    assert run(files[0], files[0]).exit_code == 0
    assert "no difference" in run(files[0], files[0]).stdout
    result = run("gptnb", "vman")
    assert result.exit_code == 0
    assert "gains https://api.mjdjourney.cn/sd" in result.stdout


def test_a_vendor_and_its_family(files: tuple[str, str]) -> None:
    result = run("stability", "gptnb")
    assert result.exit_code == 1
    assert "generateUltra: body multipart/form-data / field strength: goes" in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 100


BAD = {
    "yaml": ("a: [", ":2:1: "),
    "no openapi": ("swagger: '2.0'\npaths: {}\n", ":1:1: is no OpenAPI 3 document"),
    "list": ("- 1\n", ":1:1: is no OpenAPI 3 document"),
    "operation": ('openapi: 3.1.0\npaths:\n  /a:\n    get: 5\n', ":4:10: is no OpenAPI 3 document"),
    "reference": ('openapi: 3.1.0\npaths:\n  /a: {$ref: "#/nope"}\n', ":3:7: $ref '#/nope' leads nowhere"),
    "keys": ("openapi: 3.1.0\npaths: {}\nx: {200: a}\n", ":3:5: quote the key 200"),
    "empty": ("", "is empty"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_cannot_be_compared_is_one_line_with_its_place(tmp_path: Path, case: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD[case][0])
    for arguments in (("stability", str(path)), (str(path), "stability")):
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"Error: {path}" in result.stderr
        assert BAD[case][1] in result.stderr
        assert "Traceback" not in result.output


@pytest.mark.parametrize("name", ["gptn", "../../etc/passwd", "/nowhere.yaml", "", "stability.nope"])
def test_an_unknown_name_or_file_is_a_usage_error(name: str) -> None:
    result = run("stability", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.output


def test_an_unknown_name_says_which_is_nearest() -> None:
    assert "did you mean 'gptnb'" in run("stability", "gptn").stderr
