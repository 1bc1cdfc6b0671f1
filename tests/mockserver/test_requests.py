"""Requests as real clients send them, and as they should not."""

from __future__ import annotations

import itertools
import string
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_requests import (
    BALANCE,
    CORE,
    PROMPT,
    SD3,
    TEXTS,
    ULTRA,
    V1,
    form,
    nested,
    part,
    picture,
    raw_form,
    said,
)
from support import InProcess

from proofsheet.spec.load import Library

GOOD = part("prompt", PROMPT)
NONE_PART = part("none", b"", '; filename="upload"', "Content-Type: application/octet-stream\r\n")
ASKED = [GOOD, part("output_format", "jpeg"), part("seed", "7"), NONE_PART]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::3])
def test_the_order_of_parts_is_free_and_strangers_are_ignored(
    house: InProcess, order: tuple[int, ...]
) -> None:
    response = raw_form(house, form(*(ASKED[index] for index in order)), SD3)
    assert (response.status_code, response.headers["seed"]) == (200, "7")
    assert response.headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("first", [True, False])
def test_an_empty_authorization_beside_the_real_one_is_nothing(house: InProcess, first: bool) -> None:
    both = [("authorization", ""), ("Authorization", "Bearer sk-abc")]
    request = house._client.build_request("GET", BALANCE, headers=both if first else both[::-1])
    response = house.run(house._client.send(request))
    house.judged(response)
    assert response.status_code == 200


def test_a_form_of_101_parts_is_not_read(house: InProcess) -> None:
    response = raw_form(house, form(*[GOOD] * 101))
    assert (response.status_code, said(response)) == (400, ["body: could not be read as multipart/form-data"])


@pytest.mark.parametrize(
    "body",
    [b'{"extras": {"a": ' + b"[" * 200 + b"]" * 200 + b"}}", b'{"seed": ' + b"1" * 5000 + b"}"],
    ids=["200 levels", "5000 digits"],
)
def test_json_that_is_too_much_to_read(house: InProcess, body: bytes) -> None:
    response = house.post(V1, content=body, headers={"content-type": "application/json"})
    assert (response.status_code, said(response)) == (400, ["body: is not valid JSON"])


@pytest.mark.parametrize("path", [ULTRA, SD3])
@pytest.mark.parametrize("filename", ['; filename=""', '; filename="a.png"', ""])
@pytest.mark.parametrize("strength", ["", "0.5"])
def test_an_empty_file_is_a_broken_picture(house: InProcess, path: str, filename: str, strength: str) -> None:
    more = [part("strength", strength)] if strength else []
    more += [part("mode", "image-to-image")] if path == SD3 else []
    response = raw_form(house, form(GOOD, part("image", b"", filename), *more), path)
    assert (response.status_code, response.json()["name"]) == (400, "bad_request")
    assert response.json()["errors"][0].startswith("image: ")


TEN_MIB = 10 * 1024 * 1024


def _sized(size: int) -> bytes:
    empty = form(GOOD, part("none", b"", '; filename="upload"'))
    return form(GOOD, part("none", b"x" * (size - len(empty)), '; filename="upload"'))


@pytest.mark.parametrize("path", [CORE, ULTRA, SD3])
def test_ten_mebibytes_pass_and_one_byte_more_is_413(house: InProcess, path: str) -> None:
    most = _sized(TEN_MIB)
    assert len(most) == TEN_MIB
    assert raw_form(house, most, path, accept="application/json").status_code == 200
    response = raw_form(house, _sized(TEN_MIB + 1), path)
    assert (response.status_code, response.json()["name"]) == (413, "payload_too_large")
    assert response.headers["connection"] == "close"


def test_size_comes_before_everything_else_in_v2beta(house: InProcess) -> None:
    response = house.post(CORE, content=b"x" * (TEN_MIB + 1), headers={"authorization": None})
    assert response.status_code == 413


def test_v1_has_a_limit_too(serve: Any, document: Any) -> None:
    mock = serve(document, max_body_bytes=1000)
    response = mock.post(V1, json={**TEXTS, "extras": {"a": "x" * 1000}})
    assert (response.status_code, said(response)) == (400, ["body: is too large"])


NAMES = st.sampled_from(["prompt", "seed", "image", "none", "strength", "", 'a"b', "é"])
EXTRAS = st.sampled_from(
    ["", '; filename="a"', "; filename*=utf-8''a", "; filename", ';filename="a\\"b"', "; ="]
)
HEADERS = st.text(string.printable, max_size=20)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(NAMES, st.binary(max_size=30), EXTRAS, HEADERS), max_size=4), st.binary(max_size=10)
)
def test_no_form_makes_the_double_fail(house: InProcess, parts: list[Any], noise: bytes) -> None:
    body = form(*(part(name, data, extra, header) for name, data, extra, header in parts)) + noise
    response = raw_form(house, body, ULTRA, accept="application/json")
    assert response.status_code in (200, 400, 422)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_no_damage_to_a_form_makes_the_double_fail(house: InProcess, data: Any) -> None:
    whole = bytearray(form(GOOD, part("image", picture(), '; filename="a.png"'), part("strength", "0.5")))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    response = raw_form(house, bytes(whole[: data.draw(st.integers(1, len(whole)))]), ULTRA)
    assert response.status_code in (200, 400, 422)


_PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
JSONS = _PLAIN | nested(_PLAIN)
FIELDS = st.sampled_from(
    ["text_prompts", "width", "height", "samples", "seed", "extras", "cfg_scale", "$path"]
)


@settings(deadline=None, max_examples=100)
@given(st.dictionaries(FIELDS, JSONS) | JSONS)
def test_no_json_makes_the_double_fail(house: InProcess, body: Any) -> None:
    response = house.post(V1, json=body)
    assert response.status_code in (200, 400)


@settings(deadline=None, max_examples=25)
@given(
    st.dictionaries(FIELDS, JSONS) | JSONS, st.sampled_from(["success", "content_filtered", "bad_request"])
)
def test_nothing_asked_makes_a_forced_answer_fail(house: InProcess, body: Any, wish: str) -> None:
    response = house.post(V1, json=body, headers={"prefer": f"example={wish}"})
    assert response.status_code == (400 if wish == "bad_request" else 200)


@pytest.mark.parametrize(("accept", "status"), [("text/html", 400), ("image/*", 200), ("*/*", 200)])
def test_a_variant_refuses_accept_values_that_are_not_documented(
    serve: Callable[..., InProcess], accept: str, status: int
) -> None:
    strict = serve(Library().load("stability.strict-accept"))
    response = strict.form(CORE, {"prompt": "a cat", "output_format": "jpeg"}, headers={"accept": accept})
    assert response.status_code == status
    if status == 400:
        assert response.json()["errors"][0].startswith("accept: ")
