"""Two validators, one document: the double (jsonschema-rs) and the judge (openapi-core) must agree.

Requests are made from the document's schemas, right ones and broken ones. Only what both read is
compared: the schemas of JSON bodies and of parameters; rules across fields (x-rules) are the double's.
There is no list of exceptions: not one difference is known.
"""

from __future__ import annotations

import asyncio
import copy
import json
import math
import string
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest
from support import DAY, NOON, documents

from proofsheet.mockserver.double import Double, double
from proofsheet.mockserver.gates import path, validate
from proofsheet.mockserver.refusal import Refusal
from proofsheet.mockserver.request import new_call, read
from proofsheet.mockserver.settings import Settings
from proofsheet.spec import paths, security
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.load import Library
from proofsheet.spec.shutdowns import as_of

LIBRARY = Library()
UNVALIDATED = Config(spec_validator_cls=None)  # that documents are valid is what the lint's tests show


@cache
def document_of(name: str) -> Document:
    return LIBRARY.load(name)


@cache
def oracle_of(name: str) -> OpenAPI:
    raw = copy.deepcopy(dict(document_of(name).raw))
    return OpenAPI.from_dict({**raw, "servers": [{"url": "/"}]}, config=UNVALIDATED)


@cache
def double_of(name: str) -> Double:
    return double((document_of(name),), Settings(date=NOON))


@cache
def places() -> list[tuple[str, Operation]]:
    """Operations whose body both read: none, or JSON. Of forms only the parameters are compared.

    Those that are there on the day: the double refuses a default that has ended, and the schema admits it.
    """
    day = date.fromisoformat(DAY)
    return [
        (name, each) for name in documents() for each in as_of(document_of(name), day).operations.values()
    ]


BEYOND_SCHEMAS = ("picture-", "audio-", "tool-")  # kinds of flaws

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
_PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | TEXTS
)
_LISTS = st.lists(_PLAIN, max_size=2) | st.dictionaries(TEXTS, _PLAIN, max_size=2)
ANYTHING = _PLAIN | _LISTS | st.lists(_LISTS, max_size=2) | st.dictionaries(TEXTS, _LISTS, max_size=2)


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that are valid for a schema."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema.get("type")
    if kind == "object":
        return objects(schema)
    if kind == "array":
        return st.lists(values(schema["items"]), min_size=schema.get("minItems", 0), max_size=3)
    if kind in ("integer", "number"):
        return numbers(schema)
    if kind == "string":
        return st.text(
            string.printable, min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 9), 9)
        )
    return ANYTHING


def objects(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Objects with all required properties and some of the others."""
    known = {name: values(each) for name, each in schema.get("properties", {}).items()}
    required = {name: known.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional=known)


def numbers(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Numbers within the bounds, on the grid; the bounds themselves among them."""
    step = schema.get("multipleOf", 1)
    least, most = schema.get("minimum", -100), schema.get("maximum", 4096)
    whole = st.integers(math.ceil(least / step), math.floor(most / step)).map(lambda number: number * step)
    if schema["type"] == "integer":
        return whole
    return whole | st.floats(least, most, width=32)


def broken(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values around and beyond a schema: most are wrong, some are right after all."""
    near = [
        each + by
        for name in ("minimum", "maximum")
        if (each := schema.get(name)) is not None
        for by in (-1, 0, 1, 0.5)
    ]
    texts = [
        "x" * (schema[name] + by)
        for name in ("minLength", "maxLength")
        if name in schema
        for by in (-1, 0, 1)
        if schema[name] + by >= 0
    ]
    # Beyond 2**53 a double and its shortest decimals are two numbers.
    large = [2.0**power * odd for power in (52, 53, 56, 70) for odd in (1, 1.2732395447351628)]
    edges = [*near, *large, *texts, schema.get("multipleOf", 2) + 1, 64.0, "64", "", [], {}, None, True]
    return st.sampled_from(edges) | ANYTHING | values(schema)


@st.composite
def bodies(draw: Any, schema: dict[str, Any]) -> Any:
    """A right body in which up to two places are spoilt, or anything at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(ANYTHING)
    body = draw(values(schema))
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from([*schema["properties"], "stranger"]))
        how = draw(st.integers(0, 3))
        node = schema["properties"].get(name, {})
        if how == 0:
            body.pop(name, None)
        elif how == 1 and node.get("type") == "array":
            body[name] = draw(st.lists(broken(node["items"]) | objects_broken(node["items"]), max_size=2))
        else:
            body[name] = draw(broken(node))
    return body


def objects_broken(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Objects with spoilt properties."""
    return st.fixed_dictionaries(
        {}, optional={name: broken(each) for name, each in schema.get("properties", {}).items()}
    )


TOKENS = st.text(string.ascii_letters + string.digits + "-_.", min_size=1, max_size=12)


@st.composite
def requests(draw: Any) -> tuple[str, Operation, str, dict[str, str], Any]:
    """A document's name, an operation, a path, headers, and a JSON body or None."""
    name, operation = draw(st.sampled_from(places()))
    at, headers = operation.path, _credential(operation)
    for each in operation.parameters:
        schema = dict(each.schema)
        if each.place == "path":
            value = draw(st.sampled_from(schema["enum"]) | TOKENS if "enum" in schema else TOKENS)
            at = at.replace(f"{{{each.name}}}", quote(value))
        elif draw(st.booleans()):
            most = schema.get("maxLength", 20)
            headers[each.name] = "v" * draw(st.sampled_from([1, most, most + 1]))
    body = None
    if operation.body is not None and operation.body.media_type == "application/json":
        headers["content-type"] = "application/json"
        body = draw(bodies(dict(operation.body.schema)))
    return name, operation, at, headers, body


def admitted(mock: Double, operation: Operation, at: str, headers: dict[str, str], body: Any) -> bool:
    """Whether the double's own gates let the request pass, x-rules left out."""
    pattern = paths.pattern(operation.path)
    found = pattern.fullmatch(at)
    assert found is not None
    scope = {
        "method": operation.method,
        "path": at,
        "query_string": b"",
        "path_params": found.groupdict(),
        "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
    }
    call = new_call(mock.documents.served(operation), found.groupdict(), scope)
    if "content-type" in headers:
        asyncio.run(read(call, _whole(json.dumps(body).encode()), 1 << 20, None, asyncio.Semaphore()))
        assert call.body_problem is None
    else:
        call.body = None  # of forms only the parameters are compared
    call.served = replace(call.served, compiled=replace(call.served.compiled, rules=()))
    try:
        path(call, mock)
        validate(call, mock)
    except Refusal as refusal:
        # What a picture or a sound must be beyond its text, and which call a tool answers, no schema says.
        return bool(refusal.flaws) and all(each.kind.startswith(BEYOND_SCHEMAS) for each in refusal.flaws)
    return True


def _whole(data: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": data, "more_body": False}

    return receive


def objections(
    openapi: OpenAPI, operation: Operation, at: str, headers: dict[str, str], body: Any
) -> list[str]:
    """What the judge has against it."""
    is_json = "content-type" in headers
    request = MockRequest(
        host_url="http://mock.example",
        method=operation.method,
        path=at,
        headers=headers,
        data=json.dumps(body).encode() if is_json else b"",
        content_type=headers.get("content-type", ""),
    )
    found = [str(error) for error in openapi.iter_apicall_request_errors(request)]
    # A form's body is not compared: openapi-core casts no numbers in it and takes no bytes.
    return (
        found if is_json or operation.body is None else [each for each in found if "equest body" not in each]
    )


def _credential(operation: Operation) -> dict[str, str]:
    """A key where the operation's first scheme has it."""
    wanted = operation.security[0] if operation.security else ()
    return dict(security.place(wanted, "sk-test").headers)


@settings(deadline=None, max_examples=400)
@given(requests())
def both_agree(compared: Counter[bool], request: Any) -> None:
    name, operation, at, headers, body = request
    ours = admitted(double_of(name), operation, at, headers, body)
    theirs = objections(oracle_of(name), operation, at, headers, body)
    compared[ours] += 1
    assert ours == (not theirs), (ours, theirs, at, headers, body)


def test_both_agree_on_what_passes_and_on_what_does_not() -> None:
    compared: Counter[bool] = Counter()
    both_agree(compared)
    assert min(compared[True], compared[False]) > 40


RIGHT: dict[str, Any] = {"text_prompts": [{"text": "a cat"}]}
ENGINE = "/v1/generation/stable-diffusion-xl-1024-v1-0/text-to-image"


@pytest.mark.parametrize(
    ("spoilt", "right"),
    [
        ({}, True),
        ({"seed": 4294967295}, True),
        ({"seed": 4294967296}, False),
        ({"seed": -1}, False),
        ({"seed": 1.0}, True),
        ({"seed": 1.5}, False),
        ({"seed": True}, False),
        ({"seed": None}, False),
        ({"width": 128}, True),
        ({"width": 127}, False),
        ({"width": 160}, False),
        ({"width": 128.0}, True),
        ({"cfg_scale": 0}, True),
        ({"cfg_scale": 35}, True),
        ({"cfg_scale": 35.000001}, False),
        ({"cfg_scale": "7"}, False),
        ({"samples": 0}, False),
        ({"steps": 51}, False),
        ({"sampler": "ddim"}, False),
        ({"style_preset": ""}, False),
        ({"extras": {}}, True),
        ({"extras": None}, False),
        ({"stranger": 1}, True),
        ({"text_prompts": []}, False),
        ({"text_prompts": [{"text": "x" * 2000}]}, True),
        ({"text_prompts": [{"text": "x" * 2001}]}, False),
        ({"text_prompts": [{"text": "🎈" * 2000}]}, True),
        ({"text_prompts": [{"text": "🎈" * 2001}]}, False),
        ({"text_prompts": [{"text": "a", "weight": -1e30}]}, True),
        ({"text_prompts": [{"weight": 1}]}, False),
        ({"seed": 10**30}, False),
        ({"height": 5.732065930221978e16}, True),  # 57320659302219776: its shortest decimals end in 780
        ({"height": 57320659302219776}, True),
        ({"height": 57320659302219780}, False),
        ({"height": 2.0**70}, True),
        ({"height": 1e300}, True),
        ({"height": 9007199254740992.0}, True),
        ({"height": 9007199254740990.0}, False),
        ({"width": -5.732065930221978e16}, False),
        ({"cfg_scale": 1e300}, False),
    ],
)
def test_cases_that_validators_like_to_differ_in(spoilt: dict[str, Any], right: bool) -> None:
    operation = document_of("stability").operations["textToImage"]
    sent = (ENGINE, {"content-type": "application/json", "authorization": "x"}, {**RIGHT, **spoilt})
    assert admitted(double_of("stability"), operation, *sent) is right
    assert (objections(oracle_of("stability"), operation, *sent) == []) is right
