"""What a test can do with `proofsheet_mock`, over real HTTP."""

from __future__ import annotations

import io
import socket
import uuid
from typing import Any

import httpx
import pytest
from PIL import Image
from waiting import PATIENCE

from proofsheet.testing_client import ControlError, Mock, NotStarted, Server, control

CORE = "/v2beta/stable-image/generate/core"


def generate(mock: Mock, **fields: str) -> httpx.Response:
    """What an app under test does: one call for a picture."""
    form = {name: (None, value) for name, value in {"prompt": "a lighthouse", **fields}.items()}
    headers = {**mock.headers, "accept": "image/*"}
    with httpx.Client(trust_env=False) as client:
        return client.post(mock.url + CORE, files=form, headers=headers, timeout=500)


def test_calls_are_seen_and_their_pictures_kept(proofsheet_mock: Mock) -> None:
    answer = generate(proofsheet_mock, seed="42")
    assert answer.status_code == 200
    proofsheet_mock.verify(operation="generateCore", fields={"seed": 42}, count=1, no_errors=True)
    (entry,) = proofsheet_mock.journal()
    assert (entry["status"], entry["outcome"], entry["fields"]["prompt"]) == (200, "success", "a lighthouse")
    assert proofsheet_mock.picture(entry) == answer.content
    assert Image.open(io.BytesIO(answer.content)).size == (1536, 1536)


@pytest.mark.parametrize("number", [1, 2])
def test_each_test_has_a_key_and_a_journal_of_its_own(proofsheet_mock: Mock, number: int) -> None:
    assert proofsheet_mock.journal() == []
    generate(proofsheet_mock)
    proofsheet_mock.verify(count=1)


@pytest.mark.parametrize(
    ("wish", "status", "outcome"),
    [
        ({"outcome": "content_moderation"}, 403, "content_moderation"),
        ({"code": 500}, 500, "internal_error"),
        ({"code": 429, "operation": "generateCore"}, 429, "rate_limit_exceeded"),
    ],
)
def test_an_outcome_is_forced_once(
    proofsheet_mock: Mock, wish: dict[str, Any], status: int, outcome: str
) -> None:
    proofsheet_mock.force(**wish)
    assert [generate(proofsheet_mock).status_code for _ in range(2)] == [status, 200]
    proofsheet_mock.verify(outcome=outcome, status=status, count=1)
    proofsheet_mock.verify(outcome="success", at_least=1, at_most=1)


def test_an_outcome_is_forced_for_one_operation_only(proofsheet_mock: Mock) -> None:
    proofsheet_mock.force(code=500, operation="generateUltra", times=3)
    assert generate(proofsheet_mock).status_code == 200


def test_what_was_forced_can_be_dropped(proofsheet_mock: Mock) -> None:
    proofsheet_mock.force(code=500, times=3)
    assert generate(proofsheet_mock).status_code == 500
    proofsheet_mock.drop_forced()
    assert generate(proofsheet_mock).status_code == 200


def test_a_fault_hurts_the_answer_and_the_journal_says_so(proofsheet_mock: Mock) -> None:
    proofsheet_mock.force(fault="reset")
    with pytest.raises(httpx.TransportError):
        generate(proofsheet_mock)
    assert proofsheet_mock.journal()[0]["fault"] == "reset"
    assert "hurt by reset" in proofsheet_mock.report()


def test_credits_are_spent_and_run_out(proofsheet_mock: Mock) -> None:
    assert proofsheet_mock.balance == 1000
    proofsheet_mock.set_balance(4)
    assert [generate(proofsheet_mock).status_code for _ in range(2)] == [200, 402]
    assert proofsheet_mock.balance == 1
    proofsheet_mock.set_balance(None)
    assert proofsheet_mock.balance is None
    assert generate(proofsheet_mock).status_code == 200


def test_the_clock_ends_a_penalty(proofsheet_mock: Mock) -> None:
    with httpx.Client(trust_env=False, headers=proofsheet_mock.headers, timeout=PATIENCE) as client:
        address = proofsheet_mock.url + "/v1/user/balance"
        control(proofsheet_mock.url, "POST", "/clock", body={"frozen": True})  # 151 within its ten seconds
        assert [client.get(address).status_code for _ in range(151)].count(429) == 1
        control(proofsheet_mock.url, "POST", "/clock", body={"frozen": False})
        proofsheet_mock.advance(61)
        assert client.get(address).status_code == 200


def test_a_reset_starts_the_key_anew(proofsheet_mock: Mock) -> None:
    proofsheet_mock.set_balance(1)
    proofsheet_mock.force(code=500)
    generate(proofsheet_mock)
    proofsheet_mock.reset()
    assert (proofsheet_mock.balance, proofsheet_mock.journal()) == (1000, [])
    assert generate(proofsheet_mock).status_code == 200


def test_a_failed_verification_shows_the_closest_call_and_why(proofsheet_mock: Mock) -> None:
    generate(proofsheet_mock, aspect_ratio="1:7")
    with pytest.raises(AssertionError) as failed:
        proofsheet_mock.verify(operation="generateCore", status=200, fields={"seed": 42}, count=1)
    text = str(failed.value)
    assert "expected exactly 1 of 1 calls to match" in text
    assert f"generateCore, POST {CORE} -> 400 bad_request" in text
    assert "status: expected 200, was 400" in text
    assert "fields.seed: expected 42, was absent" in text
    assert "'aspect_ratio': '1:7'" in text


def test_an_error_is_found_among_calls_that_match(proofsheet_mock: Mock) -> None:
    generate(proofsheet_mock)
    proofsheet_mock.force(code=500)
    generate(proofsheet_mock)
    with pytest.raises(AssertionError, match="ended in an error and none should have"):
        proofsheet_mock.verify(status=200, no_errors=True)


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"outcome": "nonsense", "operation": "generateCore"}, "no outcome nonsense; it declares: success"),
        ({"code": 418}, "no outcome status 418"),
        ({"code": 500, "operation": "generateCoar"}, "no operation 'generateCoar'; known: "),
        ({"fault": "explode"}, "'explode' is no fault: expected one of latency"),
        ({"code": 500, "times": 0}, "times: expected a whole number of calls from 1 to 1000000, came 0"),
        ({}, 'give an "outcome", a "code", a "fault", a "task" or an "answer"'),
    ],
)
def test_an_impossible_wish_is_explained(proofsheet_mock: Mock, wish: dict[str, Any], why: str) -> None:
    with pytest.raises(ControlError, match="POST /_mock/schedule: ") as problem:
        proofsheet_mock.force(**wish)
    assert why in str(problem.value)


@pytest.mark.parametrize("misspelt", [{"operation": "generateCoar"}, {"outcome": "sucess"}])
def test_a_misspelt_name_is_no_proof_of_absence(proofsheet_mock: Mock, misspelt: dict[str, str]) -> None:
    with pytest.raises(ControlError, match=r"there is no (operation|outcome) '.*'; known: "):
        proofsheet_mock.verify(**misspelt, count=0)  # type: ignore[arg-type]


def test_credits_must_be_said(proofsheet_mock: Mock) -> None:
    with pytest.raises(
        ControlError, match='credits: expected a number of credits, or null for unlimited, came "many"'
    ):
        proofsheet_mock.set_balance("many")  # type: ignore[arg-type]


def test_calls_with_another_key_are_pointed_out(proofsheet_mock: Mock) -> None:
    stranger = Mock(proofsheet_mock.url, f"sk-{uuid.uuid4()}")
    generate(stranger)
    text = proofsheet_mock.report()
    assert f"No call came with this test's key, {proofsheet_mock.key}." in text
    assert f"POST {CORE} -> 200 success" in text


def test_a_long_report_shows_the_last_calls(proofsheet_mock: Mock) -> None:
    with httpx.Client(trust_env=False, headers=proofsheet_mock.headers, timeout=PATIENCE) as client:
        for _ in range(13):
            client.get(proofsheet_mock.url + "/v1/user/balance")
    lines = proofsheet_mock.report().splitlines()
    assert lines[0] == "(3 earlier calls are left out)"
    assert len(lines) == 11


@pytest.mark.parametrize(
    "url",
    ["https://api.stability.ai", "http://example.org", "http://127.0.0.1:4010/sd", "127.0.0.1:4010", ""],
)
def test_only_a_server_on_this_machine_is_used(url: str) -> None:
    with pytest.raises(NotStarted, match="expected a server on this machine"):
        Server.at(url)


def test_a_server_that_is_not_there_is_reported() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(NotStarted, match=r"no double answers at .*refused"):
            Server.at(url)
        with pytest.raises(ControlError, match="refused"):
            Mock(url, "sk-test").journal()


def test_proxies_of_the_environment_are_left_alone(
    proofsheet_mock: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert proofsheet_mock.journal() == []
    assert Server.at(proofsheet_mock.url + "/").url == proofsheet_mock.url


def test_quiet_would_hide_the_address() -> None:
    with pytest.raises(NotStarted, match="--quiet"):
        Server.start(args=["--quiet"])
