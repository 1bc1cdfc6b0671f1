"""An answer leads back to its outcome: by status, media type, and the constants of the examples."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from support import documents

from proofsheet.spec.document import Document, Operation
from proofsheet.spec.expressions import Expression
from proofsheet.spec.load import Library
from proofsheet.spec.recognise import recognise


def _headers(headers: Any) -> dict[str, str]:
    return {name.lower(): "x" if isinstance(each, Expression) else each for name, each in headers}


@pytest.fixture(scope="module", params=documents())
def document(request: pytest.FixtureRequest, library: Library) -> Document:
    return library.load(request.param)


def test_every_example_is_recognised_as_its_own_outcome(document: Document) -> None:
    for operation in document.operations.values():
        for outcome in operation.outcomes.values():
            for form in outcome.representations.values():
                body = form.value if form.media_type == "application/json" else None
                found = recognise(operation, outcome.status, form.content_type, body, _headers(form.headers))
                assert outcome in found.outcomes, (operation.id, outcome.name, found.mismatch)
                assert found.responder == form.responder
                assert form.responder or found.outcome is outcome


@pytest.fixture(scope="module")
def ultra(library: Library) -> Operation:
    return library.load("stability").operations["generateUltra"]


def test_a_constant_tells_outcomes_of_one_status_apart(ultra: Operation) -> None:
    filtered = copy.deepcopy(ultra.outcomes["content_filtered"].representations["application/json"].value)
    assert (
        recognise(ultra, 200, "application/json; type=image/png", filtered).outcome
        is ultra.outcomes["content_filtered"]
    )
    filtered["finish_reason"] = "DONE"
    found = recognise(ultra, 200, "application/json", filtered)
    assert found.outcome is None
    assert "expected 'SUCCESS' at /finish_reason, came 'DONE'" in found.mismatch


def test_beside_bytes_the_headers_decide_and_without_them_both_are_possible(ultra: Operation) -> None:
    found = recognise(ultra, 200, "Image/PNG", None, {"finish-reason": "CONTENT_FILTERED"})
    assert found.outcome is ultra.outcomes["content_filtered"]
    assert [each.name for each in recognise(ultra, 200, "image/png", None).outcomes] == [
        "success",
        "content_filtered",
    ]
    assert "finish-reason" in recognise(ultra, 200, "image/png", None, {}).mismatch


@pytest.mark.parametrize(
    ("status", "media_type", "says"),
    [
        (418, "application/json", "status 418 is not declared"),
        (400, "text/html", "text/html is not declared for 400"),
    ],
)
def test_what_matches_no_outcome_is_described(
    ultra: Operation, status: int, media_type: str, says: str
) -> None:
    found = recognise(ultra, status, media_type, {})
    assert (found.outcomes, found.outcome) == ((), None)
    assert says in found.mismatch


def test_a_gateways_error_is_the_gateways_in_any_status(library: Library) -> None:
    operation = library.load("gptnb.gateway").operations["generateCore"]
    body = operation.outcomes["gateway_quota"].representations["application/json"].value
    assert recognise(operation, 403, "application/json", body).responder == "gateway"
    assert recognise(operation, 418, "application/json", body).responder == "gateway"
    assert "content_moderation" not in [
        each.name for each in recognise(operation, 403, "application/json", body).outcomes
    ]


def test_of_two_outcomes_the_one_that_says_more_wins(library: Library) -> None:
    fetch = library.load("midjourney").operations["fetchTask"]
    body = dict(fetch.outcomes["failed"].representations["application/json"].value)
    assert recognise(fetch, 200, "application/json", body).outcome is fetch.outcomes["failed"]
    body["failReason"] = "任务超时"
    assert recognise(fetch, 200, "application/json", body).outcome is fetch.outcomes["timed_out"]
    body["failReason"] = "[Something else] unheard of"
    assert recognise(fetch, 200, "application/json", body).outcome is fetch.outcomes["failed"]


def test_an_answer_without_a_body_has_an_outcome(library: Library) -> None:
    fetch = library.load("midjourney.bare").operations["fetchTask"]
    assert recognise(fetch, 200, "", None).outcome is fetch.outcomes["task_unknown"]
    assert recognise(fetch, 401, "", None).outcome is fetch.outcomes["unauthorized"]


def test_what_starts_no_task_is_a_refusal_also_under_200(library: Library) -> None:
    document = library.load("midjourney")
    action = document.operations["submitAction"]
    assert {"not_found", "no_account", "invalid", "queue_full", "banned"} <= action.refusals
    assert not {"submitted", "queued", "window"} & action.refusals
    assert action.success.name == "submitted"
    assert "wrong_state" in document.operations["cancelTask"].refusals
