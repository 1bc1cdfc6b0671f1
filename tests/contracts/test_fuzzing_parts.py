"""The parts of the hooks for schemathesis: what a request could cost, and how it is read."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from proofsheet.contracts.case import BOUNDARY
from proofsheet.contracts.fuzz import conversion
from proofsheet.contracts.fuzz.conversion import Request, key_header
from proofsheet.contracts.fuzz.cost_risk import caution
from proofsheet.contracts.fuzz.picture_files import FORMATS, SIDES, pictures
from proofsheet.contracts.fuzz.schemathesis_document import as_read
from proofsheet.spec.document import Document

KEYED = {"authorization": "Bearer proofsheet-key"}
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def form(**fields: str) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()


def sent(document: Document, operation: str, body: bytes, **changes: Any) -> Request:
    found = document.operations[operation]
    kind = MULTIPART if found.body and "multipart" in found.body.media_type else "application/json"
    values = {
        "method": found.method,
        "path": found.path,
        "headers": {**KEYED, "content-type": kind},
        **changes,
    }
    return Request(operation, values["method"], values["path"], values["headers"], body)


@pytest.mark.parametrize(
    ("fields", "granted"),
    [
        ({"prompt": "a cat"}, True),
        ({"prompt": "a cat", "seed": "7"}, True),
        ({"prompt": "a cat", "seed": " 7.0 "}, True),  # by a kind reader
        ({"prompt": "a cat", "unknown": "1"}, True),
        ({"prompt": "a cat", "seed": ""}, True),  # as if it were not there
        ({"prompt": "a cat", "seed": "4294967295"}, False),
        ({"prompt": "a cat", "seed": "seven"}, False),
        ({"prompt": "a cat", "seed": "nan"}, False),
        ({"prompt": "a cat", "aspect_ratio": "4:4"}, False),
        ({"prompt": ""}, False),
        ({"seed": "7"}, False),
        ({}, False),
    ],
)
def test_what_a_target_could_grant(document: Document, fields: dict[str, str], granted: bool) -> None:
    aware = caution(document.operations["generateCore"])
    assert aware.could_be_granted(sent(document, "generateCore", form(**fields))) is granted


def test_another_form_of_a_body_could_be_granted_too(document: Document) -> None:
    aware = caution(document.operations["generateCore"])
    for kind, body in (
        ("application/json", b'{"prompt":"a cat"}'),
        ("application/x-www-form-urlencoded", b"prompt=x"),
    ):
        assert aware.could_be_granted(
            sent(document, "generateCore", body, headers={**KEYED, "content-type": kind})
        )


@pytest.mark.parametrize(
    ("body", "granted"),
    [
        ({"prompt": "a cat"}, True),
        ({"prompt": "a cat", "steps": 50}, True),
        ({"prompt": "a cat", "steps": 51}, True),  # the JSON one takes more than the form
        ({"prompt": "a cat", "steps": 90}, False),
        ({"steps": 50}, False),
    ],
)
def test_what_one_of_several_bodies_admits_could_be_granted(
    nested: Document, body: dict[str, Any], granted: bool
) -> None:
    operation = nested.operations["drawEither"]
    usual, plain = operation.bodies
    steps = {**plain.schema["properties"]["steps"], "maximum": 51, "multipleOf": 1}
    lax = {**plain.schema, "properties": {**plain.schema["properties"], "steps": steps}}
    aware = caution(replace(operation, bodies=(usual, replace(plain, schema=lax))))
    headers = {"content-type": "application/json", **key_header(operation)}
    request = Request("drawEither", "POST", "/either", headers, json.dumps(body).encode())
    assert aware.could_be_granted(request) is granted


@pytest.mark.parametrize(
    "change",
    [
        {"method": "PUT"},
        {"path": "/v2beta/stable-image/generate/elsewhere"},
        {"headers": {"content-type": MULTIPART}},
        {"headers": {"content-type": MULTIPART, "authorization": "bearer another"}},
        {"headers": {**KEYED, "content-type": "multipart/form-data"}},
    ],
)
def test_what_nobody_grants(document: Document, change: dict[str, Any]) -> None:
    aware = caution(document.operations["generateCore"])
    assert not aware.could_be_granted(sent(document, "generateCore", form(prompt="x"), **change))


def test_a_path_with_a_stranger_is_nobody_s(document: Document) -> None:
    aware = caution(document.operations["textToImage"])
    body = b'{"text_prompts": [{"text": "a cat"}]}'
    engines = [
        each.schema["enum"][0]
        for each in document.operations["textToImage"].parameters
        if each.place == "path"
    ]
    known = sent(document, "textToImage", body, path=f"/v1/generation/{engines[0]}/text-to-image")
    strange = sent(document, "textToImage", body, path="/v1/generation/0/text-to-image")
    assert aware.could_be_granted(known)
    assert not aware.could_be_granted(strange)


def test_a_prepared_request_is_read_with_a_boundary_of_ours(document: Document) -> None:
    operation = document.operations["generateCore"]
    url = conversion.ORIGIN + operation.path + "?a=%20b"
    written = [
        requests.Request("POST", url, files={"prompt": (None, "x")}, headers=key_header(operation)).prepare()
        for _ in range(2)
    ]
    first, second = (conversion.request(each) for each in written)
    assert written[0].body != written[1].body
    assert first == second
    assert first.path == operation.path + "?a=%20b"
    assert first.headers["content-type"] == MULTIPART
    assert conversion.credential(first, operation) == "valid"


def test_a_document_is_read_with_pictures_as_pictures_and_no_host(document: Document) -> None:
    raw = as_read(document)
    operation = document.operations["generateSd3"]
    content = raw["paths"][operation.path]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert content["encoding"] == {"image": {"contentType": "image/jpeg, image/png, image/webp"}}
    assert raw["servers"] == [{"url": "/"}]
    assert (
        "encoding"
        not in document.source["paths"][operation.path]["post"]["requestBody"]["content"][
            "multipart/form-data"
        ]
    )


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=20, database=None, deadline=None)
@given(data=st.data())
def test_pictures_are_whole_and_of_the_format_they_say(kind: str, data: st.DataObject) -> None:
    picture = Image.open(io.BytesIO(data.draw(pictures(kind))))
    picture.load()
    assert (picture.format or "").lower() == kind
    assert picture.size in SIDES
