"""Refusals that are derived: rules, uploads, strangers, oddities. Each is wrong in one way only."""

from __future__ import annotations

import io
from typing import Any

import pytest
from judging import derived
from PIL import Image

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.refusals import NamesFields, RefusedAs
from proofsheet.contracts.derive.request_bodies import breaks, completed, is_admitted, whole
from proofsheet.contracts.derive.rules import rules
from proofsheet.contracts.derive.source import Source
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.load import Library
from proofsheet.spec.schemas import coerce


@pytest.mark.parametrize("name", ["stability", "stability.pages-2024"])
def test_every_rule_has_a_case_that_breaks_it(name: str) -> None:
    document = Library().load(name)
    for operation in document.operations.values():
        for index, rule in enumerate(operation.rules):
            place = f"{operation.pointer}/x-rules/{index}"
            every = rules(Source(document), operation)
            of_rule = [each for each in every if each.requirement.pointer == place]
            assert of_rule, rule.name
            for case in (case for each in of_rule for case in each.cases):
                body = as_read(operation, fields(case))
                seen = whole(
                    operation, body, case.request.path_params, case.request.headers.get("accept", "")
                )
                assert [each.name for each in operation.rules if breaks(each, seen)] == [rule.name]


def test_a_rule_that_admits_one_number_is_broken_by_another() -> None:
    document = Library().load("openai")
    operation = document.operations["createChatCompletion"]
    rule = next(each for each in operation.rules if "const" in each.then["properties"].get("temperature", {}))
    place = f"{operation.pointer}/x-rules/{operation.rules.index(rule)}"
    every = rules(Source(document), operation)
    bodies = [fields(case) for each in every if each.requirement.pointer == place for case in each.cases]
    assert [each["temperature"] for each in bodies] == [0]
    assert bodies[0]["model"] in rule.when["properties"]["model"]["enum"]


def as_read(operation: Operation, body: dict[str, Any]) -> dict[str, Any]:
    """The fields as their schemas speak of them: a form has texts."""
    known = operation.body.schema["properties"] if operation.body else {}
    return {name: coerce(each, known[name]) if isinstance(each, str) else each for name, each in body.items()}


def fields(case: Case) -> dict[str, Any]:
    sent = case.request
    if sent.json is not None:
        return dict(sent.json)
    return {part.name: part.value if part.filename else part.value.decode() for part in sent.form or ()}


def test_a_rule_names_its_field_and_one_with_its_own_outcome_does_not(document: Document) -> None:
    found = derived(document, "generateSd3")
    wanted = found["rules.image-to-image-needs-an-image-and-a-strength.strength"]
    name = wanted.requirement.id
    assert wanted.cases[0].expects == (RefusedAs(name, "bad_request"), NamesFields(name, ("strength",)))
    wanted = derived(document, "textToImage")["rules.sdxl-1-0-draws-nine-sizes"]
    (nine,) = wanted.cases
    assert nine.expects == (RefusedAs(wanted.requirement.id, "invalid_sdxl_v1_dimensions"),)
    assert (nine.request.json["width"], nine.request.json["height"]) == (1024, 896)


def test_what_is_only_assumed_is_advice(document: Document) -> None:
    found = derived(document, "generateSd3")
    assert found["rules.aspect-ratio-belongs-to-text-to-image"].requirement.level == "MAY"
    assert found["rules.image-to-image-needs-an-image-and-a-strength.image"].requirement.level == "MUST"


def test_a_body_is_completed_until_the_rules_are_content(document: Document) -> None:
    operation = document.operations["generateSd3"]
    body = completed(operation, image=b"picture")
    assert body is not None
    assert (body["mode"], set(body)) == ("image-to-image", {"prompt", "mode", "image", "strength"})
    assert is_admitted(operation, body)
    assert not is_admitted(operation, {"prompt": "x", "image": b"picture"})


@pytest.mark.parametrize(
    ("topic", "size", "kind"),
    [("min-side", (63, 128), "PNG"), ("max-side", (16385, 64), "PNG"), ("format", (256, 256), "GIF")],
)
def test_pictures_are_just_beyond_their_bounds(document: Document, topic: str, size: Any, kind: str) -> None:
    case = derived(document, "generateUltra")[f"image.{topic}"].cases[0]
    data = next(part.value for part in case.request.form or () if part.name == "image")
    picture = Image.open(io.BytesIO(data))
    assert (picture.size, picture.format) == (size, kind)


def test_the_largest_body_has_exactly_the_limit_and_the_next_one_byte_more(document: Document) -> None:
    found = derived(document, "generateCore")
    limit = document.operations["generateCore"].policy.max_body_bytes
    assert limit == len(found["body-size.largest"].cases[0].request.encoded()[1])
    assert limit + 1 == len(found["body-size"].cases[0].request.encoded()[1])


def test_odd_requests_lack_a_field_so_that_none_is_granted(document: Document) -> None:
    for topic, each in derived(document, "generateUltra").items():
        if topic.startswith("robust."):
            assert "prompt" not in [part.name for part in each.cases[0].request.form or ()], topic


def test_a_stranger_in_the_path_is_named(document: Document) -> None:
    wanted = derived(document, "textToImage")["engine_id.enum"]
    (case,), name = wanted.cases, wanted.requirement.id
    assert case.request.path_params == {"engine_id": "proofsheet-stranger"}
    assert case.expects == (RefusedAs(name, "not_found"), NamesFields(name, ("proofsheet-stranger",)))


def test_what_no_document_has_is_held_against_robustness_only(document: Document) -> None:
    found = derived(document, "getBalance")
    for topic in ("method.delete", "method.options", "method.head", "path.unknown"):
        assert found[topic].requirement.level == "MAY"
        assert found[topic].cases[0].undeclared


@pytest.mark.parametrize(
    ("operation", "order"),
    [
        ("generateCore", {"content-type-before-key": "bad_request", "field-before-key": "bad_request"}),
        (
            "textToImage",
            {
                "key-before-path": "unauthorized",
                "key-before-content-type": "unauthorized",
                "key-before-field": "unauthorized",
                "path-before-field": "not_found",
            },
        ),
        ("getBalance", {}),
    ],
)
def test_of_two_faults_the_first_gate_speaks(
    document: Document, operation: str, order: dict[str, str]
) -> None:
    found = {
        topic.removeprefix("precedence."): each.cases[0].expects
        for topic, each in derived(document, operation).items()
        if topic.startswith("precedence.")
    }
    start = f"stability.{operation}.precedence"
    assert found == {name: (RefusedAs(f"{start}.{name}", outcome),) for name, outcome in order.items()}


def test_a_pair_has_its_two_faults_and_no_third(document: Document) -> None:
    found = derived(document, "textToImage")
    pair = found["precedence.key-before-path"].cases[0].request
    assert (pair.credential, pair.path_params) == ("wrong", {"engine_id": "proofsheet-stranger"})
    assert "text_prompts" in pair.json
    assert found["precedence.path-before-field"].cases[0].request.json == {}
    assert found["precedence.key-before-content-type"].cases[0].request.raw == b"prompt"


def test_levels_and_topics_do_not_change_by_accident(document: Document) -> None:
    names = {name for operation in document.operations for name in derived(document, operation)}
    assert {"cost", "cost.refusals", "moves", "picture.distinct", "finish.json", "seed.distinct"} <= names
    assert {"text_prompts.text.required", "text_prompts.text.maxLength", "empty-parts"} <= names
