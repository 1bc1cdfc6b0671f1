"""One operation, several media types of its request, and JSON inside a part of a form."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from shapes import JSON, MULTIPART, client, document, operation

SCHEMA = {
    "type": "object",
    "required": ["image_request"],
    "properties": {
        "image_request": {
            "type": "object",
            "required": ["prompt"],
            "properties": {"prompt": {"type": "string"}, "count": {"type": "integer", "maximum": 4}},
        },
        "size": {"type": "integer", "default": 1},
        "extras": {"type": "array", "items": {"type": "string"}},
    },
}
ENCODING = {"extras": {"contentType": "application/json"}}
CONTENT = {
    JSON: {"schema": SCHEMA},
    MULTIPART: {"schema": SCHEMA, "encoding": ENCODING},
    "application/x-www-form-urlencoded": {"schema": SCHEMA, "encoding": ENCODING},
}
DOCUMENT = document("shape", {"/make": {"post": operation("make", requestBody={"content": CONTENT})}})
GOOD: dict[str, Any] = {"image_request": {"prompt": "a cat", "count": 2}, "size": 3, "extras": ["a"]}
BROKEN: dict[str, Any] = {"image_request": {"prompt": 7, "count": 9}, "size": 3, "extras": ["a"]}


def _sent(media_type: str, value: dict[str, Any]) -> dict[str, Any]:
    texts = {name: each if isinstance(each, str) else json.dumps(each) for name, each in value.items()}
    if media_type == JSON:
        return {"json": value}
    if media_type == MULTIPART:
        return {"files": {name: (None, each) for name, each in texts.items()}}
    return {"data": texts}


def _post(**options: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with client(DOCUMENT) as http:
            return await http.post("/make", **options)

    return asyncio.run(ask())


def _journal(**options: Any) -> dict[str, Any]:
    async def ask() -> dict[str, Any]:
        async with client(DOCUMENT) as http:
            assert (await http.post("/make", **options)).status_code == 200
            [entry] = (await http.get("/_mock/journal")).json()["entries"]
            return dict(entry["fields"])

    return asyncio.run(ask())


@pytest.mark.parametrize("media_type", CONTENT)
def test_the_same_request_in_every_media_type(media_type: str) -> None:
    assert _journal(**_sent(media_type, GOOD)) == GOOD


@pytest.mark.parametrize("media_type", CONTENT)
def test_the_same_faults_in_every_media_type(media_type: str) -> None:
    answer = _post(**_sent(media_type, BROKEN))
    assert answer.status_code == 400
    wrong = answer.json()["wrong"]
    assert [each.partition(":")[0] for each in wrong] == ["image_request.prompt", "image_request.count"]


@pytest.mark.parametrize("text", ["{", "nan", '{"prompt": "a"', ""])
def test_a_part_that_should_be_json_and_is_none(text: str) -> None:
    answer = _post(files={"image_request": (None, text)})
    assert (answer.status_code, answer.json()["wrong"]) == (400, ["image_request: is invalid (type)"])


def test_a_json_part_may_come_as_a_file_of_that_type() -> None:
    part = ("blob", json.dumps(GOOD["image_request"]), "application/json")
    assert _journal(files={"image_request": part}) == {"image_request": GOOD["image_request"]}


def test_a_media_type_that_is_not_declared_is_refused() -> None:
    assert _post(content=b"<x/>", headers={"content-type": "application/xml"}).status_code == 400


def test_an_urlencoded_text_is_utf_8_with_or_without_percents() -> None:
    form = {"headers": {"content-type": "application/x-www-form-urlencoded"}}
    request = b"image_request=" + json.dumps({"prompt": "\u4e00"}, ensure_ascii=False).encode()
    assert _journal(content=request, **form)["image_request"] == {"prompt": "\u4e00"}
    assert _post(content=b"image_request=%7B%22prompt%22:%22%FF%22%7D", **form).status_code == 400
