"""Runtime expressions, choices and evidence."""

from __future__ import annotations

from typing import Any

import pytest

from proofsheet.mockserver import sources
from proofsheet.spec import evidence, expressions
from proofsheet.spec.choices import choice


@pytest.mark.parametrize(
    "text",
    [
        *sorted(expressions.ARTIFACT | expressions.CALL),
        "$request.header.x-request-id",
        "$request.query.page",
        "$request.path.engine_id",
        "$request.body",
        "$request.body#/prompt",
    ],
)
def test_known_expressions_parse(text: str) -> None:
    parsed = expressions.parse(text)
    assert parsed.text == text
    assert parsed.source == text.partition(".")[0]


@pytest.mark.parametrize(
    "text",
    [
        *("", "$", "url", "$artifact", "$artifact.colour", "$request", "$request.body#x", "$url "),
        *("$task.name", "$server.url", "$response.body#/a/0"),
    ],
)
def test_unknown_expressions_do_not(text: str) -> None:
    with pytest.raises(ValueError, match="no known runtime expression"):
        expressions.parse(text)


def test_links_may_point_into_the_answer() -> None:
    assert expressions.parse_link("$response.body#/id").text == "$response.body#/id"
    assert expressions.parse_link("$request.path.id").text == "$request.path.id"
    with pytest.raises(expressions.UnknownExpression, match=r"\$task.id"):
        expressions.parse_link("$task.id")


def test_a_bind_may_say_how_its_value_is_written() -> None:
    bind = expressions.parse_bind({"source": "$task.created", "as": "epoch-ms"})
    assert (bind.text, bind.form) == ("$task.created", "epoch-ms")
    assert expressions.parse_bind("$task.request.body#/prompt").form is None
    with pytest.raises(expressions.UnknownExpression, match="roman"):
        expressions.parse_bind({"source": "$task.created", "as": "roman"})


def test_the_double_has_a_function_for_each_expression() -> None:
    assert set(sources.CALL) == expressions.CALL | expressions.TOKENS
    assert set(sources.ARTIFACT) == expressions.ARTIFACT
    assert set(sources.TASK) == expressions.TASK
    assert set(sources.OFFER) == expressions.OFFER
    assert set(sources.TASKS) == expressions.TASKS | expressions.PAGE


def test_embedded_expressions_are_found_and_filled() -> None:
    template = "application/json; type={$artifact.mediaType}; of {$method}"
    assert [each.text for each in expressions.embedded(template)] == ["$artifact.mediaType", "$method"]
    filled = expressions.fill(template, {"$artifact.mediaType": "image/png", "$method": "POST"})
    assert filled == "application/json; type=image/png; of POST"
    assert expressions.embedded("no {braces} here") == ()


def test_is_expression() -> None:
    assert expressions.is_expression("$url")
    assert not expressions.is_expression("SUCCESS")
    assert not expressions.is_expression(5)


TABLE = {"field": "/a/b", "default": "x", "table": {"x": 1, "2": [2, 2]}}


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ({"a": {"b": "x"}}, 1),
        ({"a": {"b": 2}}, [2, 2]),
        ({"a": {"b": "strange"}}, 1),
        ({}, 1),
        (None, 1),
        ({"a": 5}, 1),
    ],
)
def test_a_choice_picks_by_the_field_or_the_default(body: Any, value: Any) -> None:
    assert choice(TABLE).pick(body) == value


def test_a_constant_is_a_choice_of_one() -> None:
    assert choice(8).pick({"a": 1}) == 8
    assert choice([1, 2]).pick(None) == [1, 2]


def test_the_default_must_be_in_the_table() -> None:
    with pytest.raises(ValueError, match="not in the table"):
        choice({"field": "/a", "default": "y", "table": {"x": 1}})


DOCUMENT = {
    "op": {
        "x-evidence": {
            "official": ["O"],
            "at": {"/cost": {"assumed": "?"}, "/table/1:1": {"observed": ["B"]}},
        },
        "cost": {"credits": 5},
        "table": {"1:1": 3, "2:1": 4},
        "own": {"x-evidence": {"documented": ["S"], "observed": ["B"]}, "deep": {"er": 1}},
    },
    "bare": {"x": 1},
}


@pytest.mark.parametrize(
    ("pointer", "grade"),
    [
        ("/op", "official"),
        ("/op/cost", "assumed"),
        ("/op/cost/credits", "assumed"),
        ("/op/table", "official"),
        ("/op/table/1:1", "observed"),
        ("/op/table/2:1", "official"),
        ("/op/own/deep/er", "documented"),
        ("/op/nothing/here", "official"),
        ("/bare/x", None),
        ("", None),
    ],
)
def test_evidence_is_inherited_from_the_nearest(pointer: str, grade: str | None) -> None:
    assert evidence.grade(DOCUMENT, pointer) == grade


@pytest.mark.parametrize(
    ("ratio", "sides"),
    [
        *(("1:1", [1000, 1000]), ("16:9", [1328, 752]), ("9:16", [752, 1328]), ("2:1", [1408, 704])),
        *(("1000:1", [2048, 16]), ("1:0", [1000, 1000]), ("wide", [1000, 1000]), (None, [1000, 1000])),
    ],
)
def test_a_ratio_that_the_table_lacks_leads_to_about_so_many_pixels(ratio: Any, sides: list[int]) -> None:
    found = choice(
        {
            "field": "/ratio",
            "default": "1:1",
            "table": {"1:1": [1000, 1000]},
            "otherwise": {"pixels": 1_000_000, "multiple": 16, "longest": 2048},
        }
    )
    assert found.pick({"ratio": ratio} if ratio else {}) == sides


@pytest.mark.parametrize(
    ("template", "text", "said"),
    [
        ("models/{$task.kind}/jobs/{$task.id}", "models/a/jobs/b", {"$task.kind": "a", "$task.id": "b"}),
        (
            "{$call.base}/f/{$artifact.id}:get?x=1",
            "https://h/f/9:get?x=1",
            {"$call.base": "https://h", "$artifact.id": "9"},
        ),
        ("{$call.base}/f/{$artifact.id}:get?x=1", "https://h/f/9", {}),
        ("jobs/{$task.id}", None, {}),
        ("$task.id", "9", {}),
    ],
)
def test_what_a_text_says_is_read_out_of_it(template: str, text: object, said: dict[str, str]) -> None:
    assert expressions.parse_text(template).read(text) == said
