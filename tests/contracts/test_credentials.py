"""Credentials go where the document's security schemes say, and no report shows what was sent there."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from proofsheet.contracts.checks.robustness import no_leak
from proofsheet.contracts.client.http_client import HttpClient
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.samples import case_of
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.reports import case_records
from proofsheet.contracts.reports.key_redaction import SHOWN, Redaction
from proofsheet.contracts.run.attempts import Result
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.load import Library
from proofsheet.spec.security import reader, security_requirements

KEY = "ak-0123456789:sk-9876543210"
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "bare": {"type": "apiKey", "in": "header", "name": "authorization"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "appKey"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
    "signed": {
        "type": "http",
        "scheme": "bearer",
        "x-credential": {"function": "jwt-hs256", "lifetime": 1800, "leeway": 5},
    },
}
PLACES = {
    "bearer": [["bearer"]],
    "basic": [["basic"]],
    "header": [["header"]],
    "query": [["query"]],
    "cookie": [["cookie"]],
    "several": [["header", "query"]],
    "signed": [["signed"]],
    "either": [["bearer"], ["bare"]],
}


@pytest.fixture(scope="module")
def stability() -> Document:
    return Library().load("stability")


def secured(stability: Document, name: str) -> tuple[Document, Operation]:
    """The document with a balance that wants these credentials."""
    security = tuple(security_requirements(SCHEMES, [{key: [] for key in each} for each in PLACES[name]]))
    operation = replace(stability.operations["getBalance"], security=security)
    return replace(stability, operations={"getBalance": operation}), operation


def exchanged(document: Document, credential: str, **headers: str) -> Exchange:
    """What is sent with a credential, and an error that repeats all of it."""

    def answer(sent: httpx.Request) -> httpx.Response:
        echo = {"url": str(sent.url), "headers": [value for _, value in sent.headers.items()]}
        return httpx.Response(401, json=echo)

    target = Target("http://target.test", KEY, extra=headers)
    client = HttpClient(document, target, httpx.MockTransport(answer))
    case = case_of(document.operations["getBalance"], "x", {}, (), credential=credential)
    try:
        return client.send(case)
    finally:
        client.close()


def record(document: Document, exchange: Exchange, credential: str) -> dict[str, Any]:
    case = case_of(document.operations["getBalance"], "x", {}, (), credential=credential)
    return case_records.case(Result(case, (exchange,)), document, Redaction(KEY))


def sent_key(operation: Operation, exchange: Exchange) -> str | None:
    query = dict(httpx.URL(exchange.url).params)
    return reader(operation.security)(dict(exchange.request_headers), query)


@pytest.mark.parametrize("name", PLACES)
def test_the_key_is_where_the_document_has_it(stability: Document, name: str) -> None:
    document, operation = secured(stability, name)
    exchange = exchanged(document, "valid")
    assert sent_key(operation, exchange) == (KEY if name != "signed" else "ak-0123456789")
    assert sent_key(operation, exchanged(document, "none")) is None
    assert sent_key(operation, exchanged(document, "empty")) is None
    assert sent_key(operation, exchanged(document, "wrong")) not in (None, KEY, "ak-0123456789")


@pytest.mark.parametrize("name", PLACES)
def test_no_record_shows_what_was_sent_for_a_key(stability: Document, name: str) -> None:
    document, operation = secured(stability, name)
    exchange = exchanged(document, "valid")
    made = record(document, exchange, "valid")
    text = json.dumps(made)
    secrets = [KEY, base64.b64encode(KEY.encode()).decode(), *exchange.credentials(operation)]
    assert exchange.credentials(operation)
    assert [each for each in secrets if each in text] == []
    assert SHOWN in made["request"]["curl"]


@pytest.mark.parametrize("name", PLACES)
def test_an_error_that_repeats_the_key_is_a_leak(stability: Document, name: str) -> None:
    document, operation = secured(stability, name)
    found = list(no_leak(exchanged(document, "valid"), operation, Oracle(stability)))
    assert [each.message for each in found][:1] == ["the 401 shows the key that was sent"]


def test_the_key_that_nobody_has_is_shown(stability: Document) -> None:
    document, operation = secured(stability, "bearer")
    exchange = exchanged(document, "wrong")
    (wrong,) = exchange.credentials(operation)
    assert wrong in record(document, exchange, "wrong")["request"]["curl"]


def test_a_bare_key_is_sent_as_the_other_alternative_says(stability: Document) -> None:
    document, _ = secured(stability, "either")
    assert dict(exchanged(document, "bare").request_headers)["authorization"] == KEY


def test_a_cookie_of_the_target_stays_beside_the_key(stability: Document) -> None:
    document, operation = secured(stability, "cookie")
    exchange = exchanged(document, "valid", cookie="edge=1")
    assert dict(exchange.request_headers)["cookie"] == f"edge=1; session={KEY}"
    assert sent_key(operation, exchange) == KEY
