"""An outcome is not only a status: services that answer 200 with a code of their own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from proofsheet.contracts.checks.expected import Constants, IsSuccess, Picture, PictureCount
from proofsheet.contracts.checks.outcomes import is_granted, is_success
from proofsheet.contracts.checks.refusals import RefusedAs
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.contracts.history import Unjudged
from proofsheet.spec.document import Document, Operation

JSON = "application/json"
REFUSAL = {"id": "1", "name": "bad_request", "errors": ["prompt: required"]}
SUCCESS = {"image": "", "finish_reason": "SUCCESS", "seed": 7}


@pytest.fixture
def operation(document: Document) -> Operation:
    """One whose refusals are 200 as its successes are, told apart by a constant."""
    found = document.operations["generateCore"]
    refusal = found.outcomes["bad_request"]
    told = replace(refusal.representations[JSON], constants=((("name",), "bad_request"),))
    enveloped = replace(refusal, status=200, representations={JSON: told})
    return replace(found, outcomes={**found.outcomes, "bad_request": enveloped})


def answer(body: dict[str, Any], operation: Operation) -> Answer:
    text = json.dumps(body).encode()
    exchange = Exchange("POST", "http://t.test/x", (), b"", 200, (("content-type", JSON),), text)
    return Answer(exchange, operation)


def test_a_refusal_under_the_status_of_a_success_is_none_and_costs_nothing(operation: Operation) -> None:
    refused, granted = answer(REFUSAL, operation), answer(SUCCESS, operation)
    assert not is_success(refused.exchange, operation)
    assert not is_granted(refused.exchange, operation)
    assert is_success(granted.exchange, operation)
    assert is_granted(granted.exchange, operation)
    assert list(RefusedAs("r", "bad_request").findings(refused)) == []
    (text,) = RefusedAs("r", "bad_request").findings(granted)
    assert "came None" in text


def test_a_declared_refusal_under_200_is_no_success_where_no_document_says_so(document: Document) -> None:
    for name in ("generateCore", "textToImage", "getBalance"):
        operation = document.operations[name]
        for outcome in operation.outcomes.values():
            for media_type, each in outcome.representations.items():
                if media_type == JSON:
                    shown = answer(each.value, operation).exchange
                    assert is_granted(shown, operation) == (outcome.status < 300), (name, outcome.name)
    assert is_granted(answer({"data": [1]}, document.operations["generateCore"]).exchange, operation)


@pytest.mark.parametrize("expectation", [IsSuccess("r"), Picture("r", JSON), PictureCount("r", 1)])
def test_what_wants_a_success_finds_the_refusal(operation: Operation, expectation: Expectation) -> None:
    (text,) = expectation.findings(answer(REFUSAL, operation))
    assert "came 200 bad_request" in text


def test_what_looks_at_a_success_says_nothing_of_the_refusal(operation: Operation) -> None:
    with pytest.raises(Unjudged):
        list(Constants("r", {"/finish_reason": "SUCCESS"}).findings(answer(REFUSAL, operation)))
