"""Requests as real clients send them, and as they should not."""

from __future__ import annotations

import itertools
import string
from collections.abc import Callable
from typing import Any

import pytest
from asking import (
    BALANCE,
    CORE,
    PROMPT,
    SD3,
    TEXTS,
    ULTRA,
    V1,
    fields_of,
    form,
    nested,
    part,
    picture,
    raw_form,
    said,
)
from hypothesis import given, settings
from hypothesis import strategies as st
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


@pytest.mark.parametrize("path", [CORE, ULTRA, SD3])
def test_unknown_fields_are_ignored(house: InProcess, path: str) -> None:
    strangers = {"width": "512", "negativePrompt": "x", "samples": "3", "aspect-ratio": "nonsense"}
    files = {"none": ("upload", b""), "mask": ("m.png", b"no picture")}
    response = house.form(path, {"prompt": PROMPT, "output_format": "jpeg", **strangers}, files=files)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "image/png"),
        ("", "image/png"),
        ("*/*", "image/png"),
        (" */* ", "image/png"),
        ("*/*;q=0.8", "image/png"),
        ("text/html, */*;q=0.8", "image/png"),
        ("image/*", "image/png"),
        ("IMAGE/*", "image/png"),
        ("image/png", "image/png"),
        ("image/webp", "image/png"),
        ("text/html", "image/png"),
        ("nonsense", "image/png"),
        ("image/*;q=0", "image/png"),
        ("application/json;q=0.1, image/*", "image/png"),
        ("application/json", "application/json; type=image/png"),
        ("application/json; type=image/png", "application/json; type=image/png"),
        ("application/json; charset=utf-8", "application/json; type=image/png"),
        ("application/json, text/plain, */*", "application/json; type=image/png"),
        ("Application/JSON", "application/json; type=image/png"),
        ("application/*", "application/json; type=image/png"),
    ],
)
def test_accept_as_clients_send_it(house: InProcess, accept: str | None, expected: str) -> None:
    response = house.form(
        SD3, {"prompt": PROMPT}, headers={"accept": accept} if accept is not None else {"Accept": ""}
    )
    assert (response.status_code, response.headers["content-type"]) == (200, expected)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "application/json"),
        ("", "application/json"),
        ("image/png", "image/png"),
        ("image/*", "image/png"),
    ],
)
def test_v1_answers_json_unless_png_is_asked_for(house: InProcess, accept: str, expected: str) -> None:
    response = house.post(V1, json=TEXTS, headers={"accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (200, expected)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer sk-abc"},
        {"AUTHORIZATION": "bearer sk-abc"},
        {"authorization": "sk-abc"},
        {"authorization": "  BEARER   sk-abc  "},
    ],
)
def test_a_key_bare_or_as_bearer(house: InProcess, headers: dict[str, str]) -> None:
    sent = {"authorization": None, **headers} if "authorization" not in headers else headers
    assert house.get(BALANCE, headers=sent).status_code == 200


@pytest.mark.parametrize("first", [True, False])
def test_an_empty_authorization_beside_the_real_one_is_nothing(house: InProcess, first: bool) -> None:
    both = [("authorization", ""), ("Authorization", "Bearer sk-abc")]
    request = house._client.build_request("GET", BALANCE, headers=both if first else both[::-1])
    response = house.run(house._client.send(request))
    house.judged(response)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "value", [None, "", "Bearer", "Bearer ", "bearer", "Basic c2s6", "a b", "sk-ü", "x" * 257]
)
def test_what_is_no_key_is_401(house: InProcess, value: str | None) -> None:
    sent = None if value is None else value.encode("latin-1")
    for answer in (
        house.get(BALANCE, headers={"authorization": sent}),
        house.form(CORE, {"prompt": PROMPT}, headers={"authorization": sent}),
    ):
        assert (answer.status_code, answer.json()["name"]) == (401, "unauthorized")


def test_headers_may_be_capitalised(house: InProcess) -> None:
    body = form(GOOD)
    headers = {"Content-Type": "Multipart/Form-Data; Boundary=limes", "Accept": "application/json"}
    response = house.post(SD3, content=body, headers=headers)
    assert response.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize(
    ("body", "boundary"),
    [
        (form(GOOD), '"limes"'),
        (form(GOOD, boundary="a b:c=?"), '"a b:c=?"'),
        (form(GOOD, boundary="-" * 30 + "x"), "-" * 30 + "x"),
        (form(GOOD, boundary="x" * 70), "x" * 70),
        (b"\r\n" + form(GOOD), "limes"),
        (b"This is a message in several parts.\r\n" + form(GOOD), "limes"),
        (b"Two lines\r\nof preamble\r\n" + form(GOOD), "limes"),
        (form(GOOD) + b"an epilogue", "limes"),
        (form(GOOD)[:-2], "limes"),
        (form(part("prompt", PROMPT, headers="Content-Type: text/plain; charset=utf-8\r\n")), "limes"),
        (form(GOOD).replace(b"Content-Disposition", b"content-disposition"), "limes"),
        (form(GOOD).replace(b'"prompt"', b"prompt"), "limes"),
        (form(part("prompt", "two\nlines\r\nof text")), "limes"),
        (form(part("prompt", "--limes inside --limes--")), "limes"),
    ],
)
def test_forms_that_any_reader_takes(house: InProcess, body: bytes, boundary: str) -> None:
    response = raw_form(house, body, SD3, boundary)
    assert response.status_code == 200, response.text


BROKEN = "body: could not be read as multipart/form-data"
NOT_A_FORM = "content-type: must be multipart/form-data"


@pytest.mark.parametrize(
    ("content_type", "body", "problem"),
    [
        ("application/json", b'{"prompt": "a cat"}', NOT_A_FORM),
        ("application/x-www-form-urlencoded", b"prompt=a+cat", NOT_A_FORM),
        ("text/plain", b"a cat", NOT_A_FORM),
        ("multipart/mixed; boundary=limes", form(GOOD), NOT_A_FORM),
        ("nonsense", form(GOOD), NOT_A_FORM),
        ("multipart/form-data", form(GOOD), NOT_A_FORM),
        ("multipart/form-data; boundary=", form(GOOD), NOT_A_FORM),
        ('multipart/form-data; boundary=""', form(GOOD), NOT_A_FORM),
        ("multipart/form-data; boundary=" + "x" * 71, form(GOOD), NOT_A_FORM),
        (None, form(GOOD), "content-type: required"),
        ("", form(GOOD), "content-type: required"),
        ("multipart/form-data; boundary=other", form(GOOD), BROKEN),
        ("multipart/form-data; boundary=limes", b"", BROKEN),
        ("multipart/form-data; boundary=limes", form(GOOD)[:-9], BROKEN),
        ("multipart/form-data; boundary=limes", form(GOOD)[:40], BROKEN),
        ("multipart/form-data; boundary=limes", form(GOOD).replace(b"\r\n", b"\n"), BROKEN),
        ("multipart/form-data; boundary=limes", form(*[GOOD] * 101), BROKEN),
        ("multipart/form-data; boundary=limes", b"\x00\xff" * 50, BROKEN),
    ],
)
def test_what_is_no_form_is_400(
    house: InProcess, content_type: str | None, body: bytes, problem: str
) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    response = house.post(CORE, content=body, headers=headers)
    assert (response.status_code, response.json()["name"]) == (400, "bad_request")
    assert said(response) == [problem]


@pytest.mark.parametrize(
    ("content_type", "body", "problem"),
    [
        (None, b"{}", "content-type: is required"),
        ("text/plain", b"{}", "content-type: must be application/json"),
        ("multipart/form-data; boundary=limes", form(GOOD), "content-type: must be application/json"),
        ("application/json", b"", "body: is not valid JSON"),
        ("application/json", b"{", "body: is not valid JSON"),
        ("application/json", b"\xff{}", "body: is not valid JSON"),
        ("application/json", b'{"a": NaN}', "body: is not valid JSON"),
        ("application/json", b'{"a": Infinity}', "body: is not valid JSON"),
        ("application/json", b'{"a": "\\ud800"}', "body: is not valid JSON"),
        ("application/json", b"[" * 100_000, "body: is not valid JSON"),
        (
            "application/json",
            b'{"extras": {"a": ' + b"[" * 200 + b"]" * 200 + b"}}",
            "body: is not valid JSON",
        ),
        ("application/json", b'{"seed": ' + b"1" * 5000 + b"}", "body: is not valid JSON"),
        ("application/json", b"[]", "body: must be of type object"),
        ("application/json", b"null", "body: must be of type object"),
        ("application/json; charset=utf-8", b"{}", "text_prompts: is required"),
    ],
)
def test_v1_bodies_that_are_wrong(
    house: InProcess, content_type: str | None, body: bytes, problem: str
) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    response = house.post(V1, content=body, headers=headers)
    assert (response.status_code, said(response)) == (400, [problem])


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ([GOOD, GOOD], "prompt"),
        ([GOOD, part("seed", "1"), part("seed", "2")], "seed"),
        ([part("prompt", b"\xff\xfe cat")], "prompt"),
        ([GOOD, part("seed", b"\xc3")], "seed"),
        ([part("prompt", "a cat", '; filename="prompt.txt"')], "prompt"),
        ([GOOD, part("seed", "1" * 5000)], "seed"),
        ([GOOD, part("seed", "1e999")], "seed"),
        ([GOOD, part("seed", "0x10")], "seed"),
        ([GOOD, part("seed", " 5")], "seed"),
        ([GOOD, part("seed", "١")], "seed"),
        ([GOOD, part("seed", "1.5")], "seed"),
        ([part("prompt", b"")], "prompt"),
        ([part("prompt", b"", '; filename=""')], "prompt"),
        ([], "prompt"),
        ([b"\r\nno headers\r\n"], "prompt"),
        ([b"X-Other: 1\r\n\r\nno name\r\n"], "prompt"),
    ],
)
def test_a_wrong_field_is_named_once(house: InProcess, parts: list[bytes], field: str) -> None:
    response = raw_form(house, form(*parts))
    assert response.status_code == 400
    assert fields_of(response) == [field]


def test_text_where_a_file_belongs(house: InProcess) -> None:
    response = raw_form(house, form(GOOD, part("image", "a cat"), part("strength", "0.5")), ULTRA)
    assert (response.status_code, fields_of(response)) == (400, ["image"])


@pytest.mark.parametrize("name", ["seed", "negative_prompt", "style_preset", "aspect_ratio", "output_format"])
def test_an_empty_optional_part_is_absent(house: InProcess, name: str) -> None:
    response = raw_form(house, form(GOOD, part(name, "")), SD3)
    assert (response.status_code, response.headers["content-type"]) == (200, "image/png")


def test_an_empty_file_is_absent_too(house: InProcess) -> None:
    assert raw_form(house, form(GOOD, part("image", b"", '; filename=""')), ULTRA).status_code == 200


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
