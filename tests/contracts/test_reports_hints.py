"""What a report says first when all findings have one cause: another site, another key, a redirect."""

from __future__ import annotations

from typing import Any

import pytest

from proofsheet.contracts.reports.hints import hints


def case(status: int, media_type: str = "application/json", key: bool = True, **more: Any) -> dict[str, Any]:
    sent = [["authorization", "Bearer $KEY"]] if key else []
    answer = {"status": status, "media_type": media_type, "headers": [["location", "https://x.example/"]]}
    return {
        "request": {"url": "https://x.example/v1", "headers": sent},
        "response": answer,
        "reason": "",
        "paid": False,
        **more,
    }


def of_our_mock() -> dict[str, Any]:
    """The mock's answer to a path that it does not serve."""
    found = case(404, "application/problem+json")
    excerpt = '{"title": "Proofsheet: no such path"}'
    return {**found, "response": {**found["response"], "excerpt": excerpt}}


def silent(reason: str) -> dict[str, Any]:
    return {"request": None, "response": None, "reason": reason, "paid": False}


@pytest.mark.parametrize(
    ("cases", "says"),
    [
        ([silent("this is not the API: a web page came (200 text/html)")], "is this the address of the API"),
        ([case(301)] * 20, "redirected, first to https://x.example/"),
        ([case(404)] * 20, "right base path"),
        ([case(404), *[of_our_mock()] * 20], "(proofsheet serve recraft)"),
        ([case(400)] * 20 + [case(401)] * 3, "3 were refused with 401: is it the right key"),
        ([silent("cannot connect: [Errno 111] Connection refused")], "is it up? (cannot connect"),
        ([silent("cannot connect: [SSL: WRONG_VERSION_NUMBER] x")], "try http:// for https://"),
        ([silent("what answers does not speak HTTP: b'SSH-2.0'")], "try http:// for https://"),
    ],
)
def test_one_cause_is_told(cases: list[dict[str, Any]], says: str) -> None:
    assert says in " ".join(hints(cases, "recraft"))


@pytest.mark.parametrize(
    "cases",
    [
        [],
        [case(200, "text/html")] * 2,
        [case(200), *[case(401)] * 9],
        [case(401, key=False)] * 9,
        [case(304)] * 9,
        [*[case(404)] * 8, *[case(400)] * 2],
        [silent("would pass the budget of 0 credits")],
        [silent("interrupted before the answer came")],
    ],
)
def test_nothing_is_said_without_a_common_cause(cases: list[dict[str, Any]]) -> None:
    assert hints(cases, "recraft") == ()


def test_a_target_that_goes_away_is_told_with_what_to_do() -> None:
    gone = silent("cannot connect: [Errno 111] Connection refused")
    (said,) = hints([case(200), case(400), *[gone] * 3], "recraft", "the target does not answer")
    assert "the target does not answer: cannot connect: [Errno 111] Connection refused" in said
    assert "--resume" in said
