"""Credentials go where a document's security schemes say, and are read from there again."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from proofsheet.spec import security
from proofsheet.spec.load import Library
from proofsheet.spec.security import FUNCTIONS, place, reader, security_requirements
from proofsheet.spec.yaml_reader import read as read_yaml
from proofsheet.traffic.flow import Flow
from proofsheet.traffic.redaction import redacted

SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "bare": {"type": "apiKey", "in": "header", "name": "Authorization"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "appKey"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
    "signed": {
        "type": "http",
        "scheme": "bearer",
        "x-credential": {"function": "jwt-hs256", "lifetime": 60, "leeway": 5},
    },
}


def _wanted(*alternatives: list[str]) -> tuple[security.SecurityRequirement, ...]:
    return tuple(security_requirements(SCHEMES, [{key: [] for key in each} for each in alternatives]))


@pytest.mark.parametrize(
    ("names", "headers", "query"),
    [
        (["bearer"], {"authorization": "Bearer sk-1"}, {}),
        (["bare"], {"authorization": "sk-1"}, {}),
        (["header"], {"x-api-key": "sk-1"}, {}),
        (["query"], {}, {"appKey": "sk-1"}),
        (["cookie"], {"cookie": "session=sk-1"}, {}),
    ],
)
def test_a_key_is_placed_and_read(names: list[str], headers: dict[str, str], query: dict[str, str]) -> None:
    wanted = _wanted(names)
    placed = place(wanted[0], "sk-1")
    assert (dict(placed.headers), dict(placed.query)) == (headers, query)
    assert reader(wanted)(headers, query) == "sk-1"
    assert reader(wanted)({}, {}) is None


def test_several_at_once_are_all_needed() -> None:
    wanted = _wanted(["header", "query", "cookie"])
    placed = place(wanted[0], "app:secret:s3")
    assert dict(placed.headers) == {"x-api-key": "app", "cookie": "session=s3"}
    assert dict(placed.query) == {"appKey": "secret"}
    assert reader(wanted)(dict(placed.headers), dict(placed.query)) == "app:secret:s3"
    assert reader(wanted)(dict(placed.headers), {}) is None


def test_one_of_several_alternatives_is_enough() -> None:
    wanted = _wanted(["header", "cookie"], ["bearer"])
    assert reader(wanted)({"x-api-key": "a", "authorization": "bearer b"}, {}) == "b"


@pytest.mark.parametrize("text", ["Basic", "Basic %%%", "Basic /w==", "Bearer abc"])
def test_what_is_no_basic_credential_is_none(text: str) -> None:
    assert reader(_wanted(["basic"]))({"authorization": text}, {}) is None


def test_user_and_password_go_together() -> None:
    wanted = _wanted(["basic"])
    [(name, value)] = place(wanted[0], "user:pass:word").headers
    assert (name, value) == ("authorization", "Basic " + base64.b64encode(b"user:pass:word").decode())
    assert reader(wanted)({name: value}, {}) == "user:pass:word"


def test_a_token_is_made_from_the_secret_and_names_its_issuer() -> None:
    wanted = _wanted(["signed"])
    [(name, value)] = place(wanted[0], "access:secret", now=1000.0).headers
    head, claims, _ = (
        base64.urlsafe_b64decode(part + "==") for part in value.removeprefix("Bearer ").split(".")
    )
    assert json.loads(head) == {"alg": "HS256", "typ": "JWT"}
    assert json.loads(claims) == {"iss": "access", "exp": 1060, "nbf": 995}
    assert place(wanted[0], "access:other", now=1000.0).headers[0][1] != value
    assert reader(wanted)({name: value}, {}) == "access"
    assert reader(wanted)({name: "Bearer a.b.c"}, {}) is None
    deep = base64.urlsafe_b64encode(b"[" * 20_000).decode()
    assert reader(wanted)({name: f"Bearer a.{deep}.c"}, {}) is None


def test_every_function_of_the_vocabulary_is_registered(library: Library) -> None:
    known = read_yaml(library.home / "extensions.yaml").value["keywords"]["x-credential"]["schema"]
    assert set(known["properties"]["function"]["enum"]) == set(FUNCTIONS) - {"plain", "basic"}


@pytest.mark.parametrize(
    "node", [{"type": "oauth2"}, {"type": "http", "scheme": "bearer", "x-credential": {"function": "magic"}}]
)
def test_a_scheme_of_an_unknown_kind_is_refused(node: Any) -> None:
    with pytest.raises(LookupError, match="security scheme odd"):
        list(security_requirements({"odd": node}, [{"odd": []}]))


def test_recorded_traffic_hides_what_the_document_calls_a_credential() -> None:
    flow = Flow("GET", "http://up.test/x?appId=hunter2222&size=1", (("X-Studio", "sk-12345678"),), b"", 200)
    clean = redacted(flow, frozenset({"x-studio", "appid"}))
    assert "hunter2222" not in clean.url
    assert clean.request_headers == (("X-Studio", "REDACTED***"),)
