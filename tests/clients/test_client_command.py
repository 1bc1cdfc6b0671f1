"""`proofsheet client` with a generator that only shows what it was called with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from proofsheet.spec.clients.command import LANGUAGES, VIEWS, client
from proofsheet.spec.clients.generate import NotMade, filled, make, package, version
from proofsheet.spec.clients.generators import Generator, Tool, generators
from proofsheet.spec.clients.idioms import IDIOMS, list_items, one_body, spell_out_enums, spell_out_headers
from proofsheet.spec.load import Library

FAMILY = "stability"


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with programs of ours first."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(client, list(arguments))


COPY = """
[ "$1" = --version ] && { echo "openapi-python-client version: 0.29.1"; exit; }
cp "$3" "$9/bundle.yaml"; cp "$7" "$9/config.yaml"
"""


def test_the_generator_gets_the_bundle_and_the_configuration(tools: Path, tmp_path: Path) -> None:
    program(tools, "openapi-python-client", COPY)
    out = tmp_path / "my-client"
    done = call("--lang", "python", "--vendor", "gptnb", "--name", FAMILY, "-o", str(out))
    assert done.exit_code == 0, done.output
    assert "my-client: made by python-openapi-python-client, json view" in done.stderr
    assert "from my_client.api.stable_image import generate_core" in done.stdout
    bundle = yaml.safe_load((out / "bundle.yaml").read_text(encoding="utf-8"))
    assert bundle["servers"][0]["url"] == "https://goapi.gptnb.ai/sd"
    assert list(bundle["components"]["responses"]["Picture"]["content"]) == ["application/json"]
    assert "content_type_overrides" in (out / "config.yaml").read_text(encoding="utf-8")


def test_of_a_vendor_each_family_that_it_sells_has_a_folder(tools: Path, tmp_path: Path) -> None:
    program(tools, "openapi-python-client", COPY)
    done = call("--lang", "python", "--vendor", "gptnb", "-o", str(tmp_path / "made"))
    assert done.exit_code == 0, done.output
    paths = {
        path.name: set(yaml.safe_load((path / "bundle.yaml").read_text(encoding="utf-8"))["paths"])
        for path in (tmp_path / "made").iterdir()
    }
    assert set(paths) == {Library().family(each) for each in Library().sold_as("gptnb")}
    assert "/v1/get_result" in paths["flux"]


def test_another_version_than_the_proven_one_is_said(tools: Path, tmp_path: Path) -> None:
    program(tools, "openapi-python-client", COPY.replace("0.29.1", "9.9.9"))
    done = call("--lang", "python", "--name", FAMILY, "--view", "binary", "-o", str(tmp_path / "made"))
    assert done.exit_code == 0, done.output
    assert "note: openapi-python-client 9.9.9 is here; proven is 0.29.1" in done.stderr
    assert done.stdout == ""  # the first call is for the other view


def test_a_generator_that_is_not_here(tools: Path, tmp_path: Path) -> None:
    done = call("--lang", "go", "--name", FAMILY, "-o", str(tmp_path / "made"))
    assert done.exit_code == 1
    wanted = "install it with: go install github.com/ogen-go/ogen/cmd/ogen@v1.8.0"
    assert f"ogen is not on the PATH; {wanted}" in done.stderr
    assert not (tmp_path / "made").exists()


def test_a_generator_that_fails_is_quoted(tools: Path, tmp_path: Path) -> None:
    program(
        tools, "ogen", '[ "$1" = -version ] && { echo "ogen version v1.8.0"; exit; }; echo oh dear; exit 3'
    )
    done = call("--lang", "go", "--name", FAMILY, "-o", str(tmp_path / "made"))
    assert done.exit_code == 1
    assert "Error: $ ogen -config" in done.stderr
    assert "oh dear" in done.stderr


FURTHER = ", ".join(each.removeprefix("gptnb.") for each in Library().sold_as("gptnb")[1:])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--name", "x", "--vendor", "gptnb"), f"gptnb sells stability, {FURTHER}; came --name x"),
        (("--vendor", "x"), "--vendor expects one of ai-yiapi, "),
        (("--name", "x"), "x"),
        (("--view", "full"), "--view expects json or binary for python-openapi-python-client, came full"),
        (("--generator", "go-ogen"), "--generator expects one of python-openapi-python-client, "),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = call("--lang", "python", *arguments, "-o", str(tmp_path / "made"))
    assert done.exit_code == 2
    assert says in done.stderr


def test_one_of_several_families_is_to_be_named(tmp_path: Path) -> None:
    families = Library().families()
    assert len(families) > 1
    done = call("--lang", "python", "-o", str(tmp_path / "made"))
    assert done.exit_code == 2
    assert f"say --name: there are {', '.join(families)}" in done.stderr
    assert not (tmp_path / "made").exists()


def test_every_example_of_the_help_names_a_document() -> None:
    lines = call("--help").stdout.splitlines()
    shown = [each for each in lines if each.strip().startswith("proofsheet client")]
    assert shown
    assert [each for each in shown if "--name " not in each and "--vendor " not in each] == []


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    done = call("--lang", "python", "--name", FAMILY, "-o", str(tmp_path))
    assert done.exit_code == 2
    assert "is not empty; name another folder, or say --overwrite" in done.stderr


def test_the_options_are_those_of_the_data() -> None:
    known = generators()
    assert known.languages == LANGUAGES
    assert {view for each in known.by_name.values() for view in each.views} == set(VIEWS)
    assert set(known.recommended) == {each.language for each in known.by_name.values()}


def test_a_program_that_says_no_version(tools: Path) -> None:
    program(tools, "mute", "exit 0")
    with pytest.raises(NotMade, match="no answer"):
        version(Tool("mute", "1.0.0", ("mute",), "apt-get install mute"))


def test_a_generator_that_makes_nothing(tools: Path, tmp_path: Path) -> None:
    program(tools, "idle", "exit 0")
    tool = Tool("idle", "1.0.0", ("idle",), "apt-get install idle")
    with pytest.raises(NotMade, match=r"\$ idle"):
        make(
            Generator("x", "go", tool, ("json",), ("idle",)),
            Library().source(FAMILY).value,
            "json",
            tmp_path / "made",
        )


@pytest.mark.parametrize(
    ("name", "made"), [("My-client 2", "my_client_2"), ("2", "client_2"), ("_", "client")]
)
def test_a_folder_becomes_a_package(name: str, made: str) -> None:
    assert package(name) == made


def test_other_braces_stay() -> None:
    assert filled("{a: 1} {out}", {"out": "x"}) == "{a: 1} x"


def test_enums_of_a_form_are_spelled_out_where_they_are() -> None:
    fields = {"kind": {"$ref": "#/components/schemas/Kind"}, "text": {"$ref": "#/components/schemas/Text"}}
    body = {"content": {"multipart/form-data": {"schema": {"type": "object", "properties": fields}}}}
    schemas = {"Kind": {"type": "string", "enum": ["a"]}, "Text": {"type": "string"}}
    document = {"paths": {"/x": {"post": {"requestBody": body}}}, "components": {"schemas": schemas}}
    spell_out_enums(document)
    assert fields == {
        "kind": {"type": "string", "enum": ["a"]},
        "text": {"$ref": "#/components/schemas/Text"},
    }


def test_every_list_of_the_bundle_says_what_may_be_in_it() -> None:
    document = {"a": {"type": ["array", "null"]}, "b": {"type": "array", "items": {"type": "string"}}}
    list_items(document)
    assert document["a"] == {"type": ["array", "null"], "items": {}}
    assert document["b"] == {"type": "array", "items": {"type": "string"}}


def test_a_body_in_several_forms_has_the_usual_one_left() -> None:
    forms = {"application/json": {"schema": {}}, "multipart/form-data": {"schema": {}}}
    document = {"paths": {"/a": {"post": {"requestBody": {"content": dict(forms)}}}}}
    one_body(document)
    assert list(document["paths"]["/a"]["post"]["requestBody"]["content"]) == ["application/json"]


def test_a_header_that_has_several_names_is_written_where_it_is() -> None:
    count = {"schema": {"type": "integer"}}
    headers = {"a": {"$ref": "#/components/headers/Count"}, "b": {"$ref": "#/components/headers/Count"}}
    document = {"paths": {"x": {"headers": headers}}, "components": {"headers": {"Count": count}}}
    spell_out_headers(document)
    assert document["paths"]["x"]["headers"] == {"a": count, "b": count}


@pytest.mark.parametrize(
    ("idiom", "node", "made"),
    [
        ("one_type", {"type": ["string", "object"]}, {}),
        ("one_type", {"type": ["integer", "number", "null"]}, {"type": ["number", "null"]}),
        ("one_type", {"type": ["string", "null"]}, {"type": ["string", "null"]}),
        ("typed_enums", {"enum": ["a", "b"]}, {"enum": ["a", "b"], "type": "string"}),
        ("typed_enums", {"enum": ["a", 1]}, {"enum": ["a", 1]}),
        ("no_null_in_enums", {"enum": [1, None]}, {"enum": [1]}),
        ("no_enums_of_one_name", {"enum": ["a_b", "A-B"]}, {"type": "string"}),
        ("no_enums_of_one_name", {"enum": ["a", "b", 1]}, {"enum": ["a", "b", 1]}),
        ("no_list_defaults", {"type": "array", "default": ["a"]}, {"type": "array"}),
        ("no_list_defaults", {"type": "string", "default": "a"}, {"type": "string", "default": "a"}),
    ],
)
def test_a_schema_is_said_as_the_generator_takes_it(idiom: str, node: dict[str, Any], made: Any) -> None:
    document = {"schema": node}
    IDIOMS[idiom](document)
    assert document["schema"] == made


def test_a_stream_is_bytes_where_the_generator_knows_no_streams() -> None:
    document = {"responses": {"200": {"content": {"text/event-stream": {"schema": {"type": "array"}}}}}}
    IDIOMS["streams_as_bytes"](document)
    content = document["responses"]["200"]["content"]
    assert content == {"text/event-stream": {"schema": {"type": "string", "format": "binary"}}}


def test_a_schema_does_not_take_the_name_of_the_generators_own_class() -> None:
    schemas = {"Response": {"type": "object"}, "Other": {"$ref": "#/components/schemas/Response"}}
    document = {"components": {"schemas": schemas}}
    IDIOMS["no_schema_named_response"](document)
    assert schemas == {
        "ResponseObject": {"type": "object"},
        "Other": {"$ref": "#/components/schemas/ResponseObject"},
    }


def test_every_idiom_of_the_data_is_known() -> None:
    assert {name for each in generators().by_name.values() for name in each.idioms} == set(IDIOMS)
