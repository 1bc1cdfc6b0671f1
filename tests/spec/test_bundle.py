"""Bundles: valid in both versions, whole, the same bytes each time, and honest about losses."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from support import documents

from proofsheet.spec.build import operations
from proofsheet.spec.cli import spec_group
from proofsheet.spec.export.bundle import VERSIONS, VIEWS, Wanted, bundle
from proofsheet.spec.export.serialize import as_yaml
from proofsheet.spec.load import Library
from proofsheet.spec.references import resolve
from proofsheet.spec.yaml_reader import Source, read

VALIDATORS: Any = {"3.1": OpenAPIV31SpecValidator, "3.0": OpenAPIV30SpecValidator}
NAMES = documents()
GENERATE = "/v2beta/stable-image/generate/core"
ACCEPT_JSON = {"type": "string", "enum": ["application/json"], "default": "application/json"}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(spec_group, ["bundle", *arguments], prog_name="proofsheet spec")


def made(library: Library, name: str = "stability", **wanted: Any) -> Any:
    return bundle(library.source(name).value, Wanted(**wanted)).document


def resolved(document: Any) -> Any:
    return resolve(Source(Path("bundle.yaml"), document, {}))


def keys(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node
        for each in node.values():
            yield from keys(each)
    elif isinstance(node, list):
        for each in node:
            yield from keys(each)


# Every form of a family's bundle, and the one of each other document that changes most.
EVERY_FORM = [("stability", view, version) for view in VIEWS for version in VERSIONS]
THE_OTHERS = [(name, "json", "3.0") for name in NAMES if name != "stability"]


@pytest.mark.parametrize(("name", "view", "version"), [*EVERY_FORM, *THE_OTHERS])
def test_every_bundle_is_valid_and_its_references_lead_somewhere(
    library: Library, name: str, view: str, version: str
) -> None:
    document = made(library, name, view=view, version=version)
    assert document["openapi"].startswith(version)
    assert [str(each) for each in VALIDATORS[version](document).iter_errors()] == []
    assert len(list(operations(resolved(document)))) == len(library.load(name).operations)


def test_the_validator_can_fail(library: Library) -> None:
    document = made(library, version="3.1")
    document["openapi"] = "3.0.3"
    assert list(OpenAPIV30SpecValidator(document).iter_errors())


def test_what_is_written_reads_back_the_same(library: Library, tmp_path: Path) -> None:
    for wanted in (Wanted(), Wanted("3.0", "json")):
        document = bundle(library.source("stability").value, wanted).document
        (tmp_path / "made.yaml").write_text(as_yaml(document))
        assert read(tmp_path / "made.yaml").value == document
        assert yaml.safe_load(as_yaml(document)) == document  # other readers of YAML agree
        assert "&id" not in as_yaml(document)


@pytest.mark.parametrize(
    "text",
    [
        "1e5",
        "0o17",
        "0x1F",
        ".5",
        "yes",
        "2024-09-09",
        "16:9",
        "null",
        "~",
        "",
        "1.0",
        "a\nb\n",
        " a",
        "1e999",
    ],
)
def test_a_text_stays_a_text(text: str, tmp_path: Path) -> None:
    (tmp_path / "made.yaml").write_text(as_yaml({"text": text, text or "x": 1}))
    assert read(tmp_path / "made.yaml").value["text"] == text


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    names = []
    for seed in ("1", "2"):
        names.append(tmp_path / f"{seed}.yaml")
        arguments = ["bundle", "gptnb", "--view", "json", "-o", str(names[-1])]
        code = f"from proofsheet.spec.cli import spec_group; spec_group({arguments!r})"
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            check=True,
            capture_output=True,
            timeout=500,
        )
    assert names[0].read_bytes() == names[1].read_bytes()


def test_overlays_are_applied(library: Library) -> None:
    model = "sd3-large-turbo"
    assert model in as_yaml(made(library, "stability.pages-2024"))
    assert model not in as_yaml(made(library))
    assert made(library, "gptnb")["servers"][0]["url"] == "https://goapi.gptnb.ai/sd"


def test_our_keywords_are_kept_or_left_out(library: Library) -> None:
    assert "x-cost" in set(keys(made(library)))
    assert "x-cost" in set(keys(made(library, view="json", extensions=True)))
    for wanted in ({"extensions": False}, {"view": "json"}, {"view": "binary"}):
        named = {"x-request-id"}  # a header's name, which is no keyword
        assert {each for each in keys(made(library, **wanted)) if each.startswith("x-")} == named


def test_what_a_callback_sends_has_an_id_of_its_own(library: Library) -> None:
    paths = made(library, "flux", view="json")["paths"]
    ids = [
        called["operationId"]
        for _, _, operation in operations({"paths": paths})
        for callback in operation.get("callbacks", {}).values()
        for item in callback.values()
        for called in item.values()
    ]
    assert ids[0] == "fluxPro11Finished"
    assert len(ids) == len(set(ids)) > 10


def test_the_json_view_has_json_only_and_asks_for_it(library: Library) -> None:
    document = resolved(made(library, view="json"))
    whole = resolved(made(library))["paths"]
    for path, method, operation in operations(document):
        for status, response in operation["responses"].items():
            every = set(whole[path][method]["responses"][status].get("content", ()))
            kept = {"application/json"} & every or every  # a model comes as a file only
            assert set(response.get("content", ())) == kept
    core = document["paths"][GENERATE]["post"]
    assert [each["schema"] for each in core["parameters"] if each["name"] == "accept"] == [ACCEPT_JSON]
    v1 = document["paths"]["/v1/generation/{engine_id}/text-to-image"]["post"]
    assert "accept" not in {each["name"] for each in v1["parameters"]}, "JSON is its default"


def test_the_binary_view_has_bytes_for_pictures_and_asks_where_it_must(library: Library) -> None:
    document = resolved(made(library, view="binary"))
    core = document["paths"][GENERATE]["post"]
    assert list(core["responses"]["200"]["content"]) == ["image/*"]
    assert core["responses"]["200"]["content"]["image/*"]["schema"] == {"type": "string", "format": "binary"}
    assert "accept" not in {each["name"] for each in core["parameters"]}, "image/* is its default"
    v1 = document["paths"]["/v1/generation/{engine_id}/text-to-image"]["post"]
    assert list(v1["responses"]["200"]["content"]) == ["image/png"]
    [accept] = [each for each in v1["parameters"] if each["name"] == "accept"]
    assert accept["schema"]["enum"] == ["image/png"]
    balance = document["paths"]["/v1/user/balance"]["get"]
    assert list(balance["responses"]["200"]["content"]) == ["application/json"]


def test_views_have_one_way_to_log_in_and_no_leftovers(library: Library) -> None:
    document = made(library, view="binary")
    assert document["security"] == [{"bearer": []}]
    assert list(document["components"]["securitySchemes"]) == ["bearer"]
    assert "Picture" not in document["components"]["schemas"], "only JSON answers used it"


def test_what_a_view_leaves_out_is_said(library: Library) -> None:
    made = bundle(library.source("stability").value, Wanted(view="json"))
    v1 = "/paths/~1v1~1generation~1{engine_id}~1"
    assert [str(each) for each in made.losses] == [
        *(
            f"{v1}{each}/post/responses/200/content/image~1png: left out of the json view"
            for each in (
                "text-to-image",
                "image-to-image",
                "image-to-image~1masking",
                "image-to-image~1upscale",
            )
        ),
        *(
            f"/components/responses/{each}/content/image~1{kind}: left out of the json view"
            for each, kinds in (("Picture", ("png", "jpeg", "webp")), ("CutOut", ("png", "webp")))
            for kind in kinds
        ),
        "/security/1: left out: key, a second way to log in",
    ]
    assert bundle(library.source("stability").value, Wanted()).losses == ()


# 3.0


def older(schema: Any) -> tuple[Any, list[str]]:
    document = {"openapi": "3.1.0", "info": {}, "paths": {}, "components": {"schemas": {"A": schema}}}
    made = bundle(document, Wanted("3.0"))
    start = "/components/schemas/A"
    return made.document["components"]["schemas"]["A"], [
        str(each).removeprefix(start) for each in made.losses
    ]


SAME_MEANING: list[tuple[Any, Any]] = [
    ({"type": ["string", "null"], "minLength": 1}, {"type": "string", "nullable": True, "minLength": 1}),
    ({"type": ["string", "integer"]}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
    ({"type": "null"}, {"enum": [None], "nullable": True}),
    ({"const": "x"}, {"enum": ["x"], "type": "string"}),
    ({"const": True}, {"enum": [True], "type": "boolean"}),
    ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 0, "exclusiveMinimum": True}),
    ({"minimum": 5, "exclusiveMinimum": 0}, {"minimum": 5}),
    ({"maximum": 5, "exclusiveMaximum": 5}, {"maximum": 5, "exclusiveMaximum": True}),
    ({"type": "string", "examples": ["a"]}, {"type": "string", "example": "a"}),
    ({"type": "string", "contentEncoding": "base64"}, {"type": "string", "format": "byte"}),
    ({"contentMediaType": "application/octet-stream"}, {"type": "string", "format": "binary"}),
    ({"$ref": "#/components/schemas/A", "description": "x"},
     {"allOf": [{"$ref": "#/components/schemas/A"}], "description": "x"}),
    ({"type": "array"}, {"type": "array", "items": {}}),
    ({"properties": {"a": True, "b": False}}, {"properties": {"a": {}, "b": {"not": {}}}}),
    ({"additionalProperties": False}, {"additionalProperties": False}),
    ({"default": {"const": 1}}, {"default": {"const": 1}}),  # a value, no schema
]  # fmt: skip


@pytest.mark.parametrize(
    ("newer", "expected"), SAME_MEANING, ids=[json.dumps(each[0])[:60] for each in SAME_MEANING]
)
def test_a_schema_says_the_same_in_3_0(newer: Any, expected: Any) -> None:
    assert older(newer) == (expected, [])


LESS: list[tuple[Any, Any, str]] = [
    ({"if": {"type": "string"}}, {}, "/if: if dropped"),
    (
        {"prefixItems": [{"type": "string"}], "type": "array"},
        {"type": "array", "items": {}},
        "/prefixItems: ",
    ),
    ({"examples": ["a", "b"]}, {"example": "a"}, "/examples: all but the first"),
    ({"contentEncoding": "base32"}, {}, "/contentEncoding: base32 dropped"),
    (
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        {"nullable": True, "allOf": [{"type": "string"}]},
        "/anyOf: ",
    ),
    ({"patternProperties": {"^a": {"const": 1}}}, {}, "/patternProperties: "),
]


@pytest.mark.parametrize(("newer", "expected", "loss"), LESS, ids=[each[2] for each in LESS])
def test_what_3_0_cannot_say_is_noted(newer: Any, expected: Any, loss: str) -> None:
    made, losses = older(newer)
    assert made == expected
    assert len(losses) == 1
    assert losses[0].startswith(loss)


# the command


def test_the_command_writes_yaml_or_json_by_the_ending_and_losses_where_asked(tmp_path: Path) -> None:
    result = run(
        "stability", "--openapi", "3.0", "-o", str(tmp_path / "a.json"), "--loss", str(tmp_path / "lost")
    )
    assert (result.exit_code, result.output) == (0, "")
    assert json.loads((tmp_path / "a.json").read_text())["openapi"] == "3.0.3"
    assert (tmp_path / "lost").read_text() == "/info/summary: dropped: OpenAPI 3.0 has no such thing\n"
    result = run("stability", "--openapi", "3.0")
    assert result.stdout.startswith("openapi: 3.0.3\n")
    assert result.stderr == "/info/summary: dropped: OpenAPI 3.0 has no such thing\n"
    assert json.loads(run("stability", "--format", "json").stdout)["openapi"] == "3.1.0"


def test_wrong_usage_is_one_line_that_helps(tmp_path: Path) -> None:
    result = run("stabilty")
    assert result.exit_code == 2
    assert "did you mean 'stability'?" in result.stderr
    result = run("stability", "-o", str(tmp_path / "no" / "a.yaml"))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "bad.yaml").write_text("a: [\n")
    result = run("bad", "--home", str(tmp_path))
    assert result.exit_code == 2
    assert f"{tmp_path}/apis/bad.yaml:2:1: " in result.stderr
    assert "Examples:\n" in run("--help").stdout


def test_a_vendor_may_be_named_beside_its_family() -> None:
    assert run("stability", "--vendor", "gptnb").stdout == run("gptnb").stdout


def test_a_stranger_is_no_vendor_of_it() -> None:
    done = run("stability", "--vendor", "nobody")
    assert done.exit_code == 2
    assert "expected a vendor of stability: " in done.output
