"""Refusals that say where and by which code: an item for each complaint, with its place in the request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from support import InProcess

from proofsheet.spec.document import Document


@pytest.fixture
def mock(serve: Callable[..., InProcess], nested: Document) -> InProcess:
    """A double of the document whose refusals have places and codes."""
    return serve(nested, rate_limit=False)


def draw(mock: InProcess, **body: Any) -> httpx.Response:
    """A picture, unless `body` has something wrong."""
    return mock.post("/pictures", json={"prompt": "a cat", **body}, headers={"x-key": "sk-a"})


def complaints(response: httpx.Response) -> list[tuple[Any, ...]]:
    """The places, codes and messages of a refusal."""
    assert response.status_code == 422, response.text
    return [(each["loc"], each["type"], each["msg"]) for each in response.json()["detail"]]


def test_a_good_request_is_drawn(mock: InProcess) -> None:
    style = {"name": "ink", "weight": 0.5, "palette": ["#20a0c0"]}
    response = draw(mock, seed=None, width=128, tone=None, richer=True, style=style)
    assert response.status_code == 200, response.text


@pytest.mark.parametrize(
    ("body", "place", "code", "message"),
    [
        ({"width": 100}, ["width"], "multiple_of", "Input should be a multiple of 32"),
        ({"width": 512}, ["width"], "less_than_equal", "Input should be less than or equal to 256"),
        ({"seed": "7"}, ["seed"], "int_type", "Input should be a valid number"),
        ({"richer": "yes"}, ["richer"], "bool_type", "Input should be a valid boolean"),
        ({"style": {}}, ["style", "name"], "missing", "Field required"),
        ({"style": {"name": "ink", "weight": 2}}, ["style", "weight"], "less_than_equal", None),
        (
            {"style": {"name": "ink", "palette": ["#20a0c0", "red"]}},
            ["style", "palette", 1],
            "string_pattern_mismatch",
            "String does not fit",
        ),
    ],
)
def test_the_place_is_where_it_stands_in_the_body(
    mock: InProcess, body: dict[str, Any], place: list[Any], code: str, message: str | None
) -> None:
    [(came, kind, said)] = complaints(draw(mock, **body))
    assert (came, kind) == (["body", *place], code)
    assert message in (said, None)


def test_each_complaint_has_an_item(mock: InProcess) -> None:
    places = [place for place, _, _ in complaints(draw(mock, prompt=7, width=70, height=9999))]
    assert places[:2] == [["body", "prompt"], ["body", "width"]]
    assert len(places) >= 3
    assert set(map(tuple, places[2:])) == {("body", "height")}


def test_a_body_that_is_none_is_the_place_itself(mock: InProcess) -> None:
    response = mock.post(
        "/pictures", content=b"{", headers={"x-key": "a", "content-type": "application/json"}
    )
    assert complaints(response) == [(["body"], "json_invalid", "JSON decode error")]
    response = mock.post("/pictures", json=[], headers={"x-key": "a"})
    assert complaints(response) == [(["body"], "dict_type", "Input should be a valid dictionary")]


def test_a_parameter_is_in_its_own_place(mock: InProcess) -> None:
    response = mock.get("/balance?digits=9", headers={"x-key": "sk-a"})
    assert [place for place, _, _ in complaints(response)] == [["query", "digits"]]


def test_a_forced_refusal_keeps_the_example(mock: InProcess) -> None:
    response = mock.get("/balance", headers={"x-key": "sk-a", "prefer": "example=invalid"})
    assert complaints(response) == [(["body", "prompt"], "missing", "Field required")]
