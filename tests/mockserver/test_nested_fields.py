"""A seed and a count deep in a body, a seed that nobody sends, and answers in words without tasks."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import httpx
import pytest
from sample_requests import bearer, picture
from shapes import JSON, answer, client, document, operation

from proofsheet.spec import pointers
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library
from proofsheet.spec.request_bodies import bodies

COUNTED = {"type": "integer", "minimum": 1, "maximum": 4}
WANTED = {"prompt": {"type": "string"}, "many": COUNTED, "seed": {"type": "integer", "maximum": 999}}
BODY = {"type": "object", "properties": {"wanted": {"type": "object", "properties": WANTED}}}
SHOWN: dict[str, Any] = {"made": [{"url": "https://files.example/1.png", "seed": 1}]}
BOUND = {"/made/*/url": "$artifact.url", "/made/*/seed": "$artifact.seed"}


def _drawing(**seed: Any) -> Document:
    made: dict[str, Any] = {"kind": "image", "prompt": ["/wanted/prompt"], "size": [256, 256]}
    made |= {"media": "image/png", "count": "/wanted/many", "seed": {"maximum": 999, **seed}}
    more = {"x-artifact": made, "requestBody": {"content": {JSON: {"schema": BODY}}}}
    node = operation("draw", **more)
    node["responses"]["200"] = answer(SHOWN, **{"x-bind": BOUND})
    return document("deep", {"/draw": {"post": node}})


async def _made(http: httpx.AsyncClient, **wanted: Any) -> list[tuple[int, bytes]]:
    said = await http.post("/draw", json={"wanted": {"prompt": "A boat", **wanted}})
    return [(each["seed"], (await http.get(each["url"])).content) for each in said.json()["made"]]


def _each(made: Document, *requests: dict[str, Any]) -> list[list[tuple[int, bytes]]]:
    """What comes of requests to a double of the document, one after another."""

    async def asked() -> list[list[tuple[int, bytes]]]:
        async with client(made) as http:
            return [await _made(http, **each) for each in requests]

    return asyncio.run(asked())


def test_a_count_deep_in_a_body_changes_no_picture() -> None:
    (alone,), several = _each(_drawing(field="/wanted/seed"), {"seed": 7}, {"seed": 7, "many": 3})
    assert [seed for seed, _ in several] == [7, 8, 9]
    assert several[0] == alone
    assert len({picture for _, picture in several}) == 3


def test_a_seed_that_is_shown_was_used_whether_it_was_sent_or_not() -> None:
    (one,), (other,) = _each(_drawing(field="/wanted/seed"), {}, {})
    (again,), (further,) = _each(_drawing(field="/wanted/seed"), {"seed": one[0]}, {"seed": other[0]})
    assert (again, further) == (one, other)
    assert one[0] != other[0]
    assert one[1] != other[1]


def test_without_a_field_every_seed_is_fresh() -> None:
    (one,), (other,) = _each(_drawing(), {"seed": 7}, {"seed": 7})
    assert one[0] != other[0]
    assert one[1] != other[1]


@pytest.mark.parametrize(("many", "shown"), [(1, ["one"]), (2, ["one", "two"]), (4, ["one", "two"])])
def test_an_artifact_with_a_number_stands_only_where_there_are_so_many(many: int, shown: list[str]) -> None:
    made = document("numbered", {"/draw": {"post": operation("draw", **_counted("/many"))}})

    async def asked() -> Any:
        async with client(made) as http:
            return (await http.post("/draw", json={"many": many})).json()

    assert sorted(asyncio.run(asked())["made"]) == shown


def _counted(count: str) -> dict[str, Any]:
    """An operation that shows its first two pictures, each in a member of its own."""
    value = {"made": {"one": "https://files.example/1.png", "two": "https://files.example/2.png"}}
    binds = {
        f"/made/{at}": {"source": "$artifact.url", "number": n} for n, at in enumerate(("one", "two"), 1)
    }
    schema = {"type": "object", "properties": {"many": COUNTED}}
    made = {"kind": "image", "size": [256, 256], "media": "image/png", "count": count}
    responses = operation("draw")["responses"] | {"200": answer(value, **{"x-bind": binds})}
    body = {"content": {JSON: {"schema": schema}}}
    return {"x-artifact": made, "requestBody": body, "responses": responses}


DESCRIBING = [
    pytest.param(family, operation.id, id=f"{family}-{operation.id}")
    for family in Library().families()
    for operation in Library().load(family).operations.values()
    if operation.artifact and operation.artifact.text == "describe" and operation.lifecycle is None
]


@pytest.mark.parametrize(("family", "name"), DESCRIBING)
def test_what_a_picture_shows_decides_about_its_description(family: str, name: str, serve: Any) -> None:
    described = Library().load(family).operations[name]
    assert described.artifact is not None
    assert described.body is not None
    (field,), house, found = described.artifact.sources, serve(Library().load(family)), []
    for data in (picture((320, 200), color="red"), picture((200, 320), color="navy")):
        text = f"data:image/png;base64,{base64.b64encode(data).decode()}"
        sent = {"files": {field: data}} if described.body.is_form else {"json": {field: text}}
        response = house.post(described.path, headers=bearer("sk-described"), **sent)
        assert response.status_code == 200
        found.append(response.json())
    assert found[0] != found[1]


@pytest.mark.parametrize(
    ("at", "left"),
    [
        ("/a/b", {"a": {"c": 2}, "d": [1]}),
        ("/d", {"a": {"b": 1, "c": 2}}),
        ("/x/y", None),
        ("/a/x", None),
        ("/d/0", None),
    ],
)
def test_a_value_without_a_member(at: str, left: Any) -> None:
    value = {"a": {"b": 1, "c": 2}, "d": [1]}
    assert pointers.removed(value, pointers.split(at)) == (value if left is None else left)


@pytest.mark.parametrize("at", ["/wanted/nothing", "/wanted/many/more", "/nothing/at/all", "/wanted/*"])
def test_a_place_that_no_schema_has_has_none(at: str) -> None:
    (body,) = bodies({"content": {JSON: {"schema": BODY}}})
    assert body.schema_at(pointers.split(at)) is None
    assert body.schema_at(("wanted", "many")) == COUNTED
