"""Schemathesis as a source of cases: what it finds, what it may send, what it costs, and how it ends."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path

import httpx
import pytest
import requests
from fuzzed import EXAMPLES, PAID, Fuzzed, fuzzed
from mutants.relay import Damage, Forward, Got, Sent
from mutants.trial import KEY, true_document

import proofsheet.contracts.fuzz.explorer as source
from proofsheet.contracts.explore import Stop
from proofsheet.contracts.fuzz import advice, engine
from proofsheet.contracts.fuzz.conversion import KEY as STAND_IN
from proofsheet.contracts.run.runner import Asked
from proofsheet.contracts.verdict import Status

ROOT = Path(__file__).parents[2]
PLACES = {
    "generateCore": "generate/core",
    "generateUltra": "generate/ultra",
    "generateSd3": "generate/sd3",
    "textToImage": "text-to-image",
}
HTML = b"<!doctype html><title>Sorry</title><p>The gateway is tired."


@cache
def clean() -> Fuzzed:
    return fuzzed()


def answering(status: int, kind: str, body: bytes) -> Damage:
    """A damage: what generateCore refuses with 400 is answered like this instead."""

    def damage(sent: Sent, forward: Forward) -> Got:
        got = forward(sent)
        if got.status != 400 or "generate/core" not in sent.path:
            return got
        return Got(status, got.headers, b"").holding(body, kind)

    return damage


def test_the_clean_double_earns_nothing_not_even_advice() -> None:
    found = clean()
    assert found.failed() == {}
    left = {name for name, each in found.run.verdicts.items() if each.status is not Status.PASSED}
    assert {name.split(".", 2)[2] for name in left} <= {"answer.picture"}  # nothing paid for, no picture seen
    assert len(found.run.verdicts) > 10 * len(left)
    assert found.run.asked == len(found.wire) > 50


def test_nothing_is_paid_and_no_operation_is_asked_more_than_its_share() -> None:
    found = clean()
    assert found.cost == found.run.budget.spent == 0
    shares = Counter(each.case.operation for each in found.told)
    assert shares.keys() == set(true_document().operations)
    sent = Counter(sent.path.partition("?")[0] for sent, _ in found.wire)
    assert max(sent.values()) <= (engine.LISTED + engine.DRAWN) * EXAMPLES


def test_paid_operations_are_only_asked_what_is_refused() -> None:
    paths = [
        each.path for each in true_document().operations.values() if each.id in PAID and "{" not in each.path
    ]
    statuses = [status for sent, status in clean().wire if sent.path.partition("?")[0] in paths]
    assert len(statuses) > 20
    assert min(statuses) >= 400


def test_operations_that_cost_nothing_are_asked_what_they_grant() -> None:
    granted = [sent.path for sent, status in clean().wire if status == 200]
    assert {"/v1/user/balance", "/v1/engines/list", "/v1/user/account"} <= set(granted)


def test_all_goes_through_the_run_to_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a connection of its own")

    monkeypatch.setattr(requests.Session, "send", never)
    monkeypatch.setattr(socket.socket, "connect", never)
    monkeypatch.setattr(socket, "create_connection", never)
    before = set(threading.enumerate())
    found = fuzzed(examples=1)
    assert found.wire
    assert found.failed() == {}
    assert {each.name for each in set(threading.enumerate()) - before if "proofsheet" in each.name} == set()
    assert not [each for each in threading.enumerate() if each.name.startswith("schemathesis")]


def test_the_key_is_set_by_the_run_and_the_stand_in_never_leaves() -> None:
    for sent, _ in clean().wire:
        assert STAND_IN not in sent.header("authorization")
        assert "x-proofsheet-operation" not in dict(sent.headers)
        assert "x-schemathesis-testcaseid" not in dict(sent.headers)
    assert any(sent.header("authorization") == f"Bearer {KEY}" for sent, _ in clean().wire)


def test_the_same_seed_makes_the_same_requests_and_another_others() -> None:
    first, second, other = (
        [(sent.method, sent.path, sent.headers, sent.body) for sent, _ in each.wire]
        for each in (clean(), fuzzed(), fuzzed(seed=2, examples=1))
    )
    assert first == second
    assert first != other


WRONG = {
    "generateCore": (500, "application/json", b'{"id":"1","name":"x","errors":["y"]}', "answer.no-5xx"),
    "generateUltra": (418, "application/json", b'{"id":"1","name":"x","errors":["y"]}', "answer.status"),
    "generateSd3": (400, "text/html", HTML, "answer.media-type"),
    "textToImage": (400, "application/json", b'{"error":{"message":"no"}}', "answer.schema"),
}


@cache
def wrong() -> Fuzzed:
    """Four operations, each of which is wrong in a way of its own wherever it refuses with 400."""

    def damage(sent: Sent, forward: Forward) -> Got:
        got = forward(sent)
        name = next((name for name in WRONG if PLACES[name] in sent.path), None)
        if got.status != 400 or name is None:
            return got
        status, kind, body, _ = WRONG[name]
        return Got(status, got.headers, b"").holding(body, kind)

    return fuzzed(damage, examples=2)


@pytest.mark.parametrize("operation", WRONG)
def test_what_is_wrong_is_found_with_its_smallest_request(operation: str) -> None:
    found, (status, _, _, breach) = wrong(), WRONG[operation]
    name = f"stability.{operation}.{breach}"
    assert name in found.failed("MUST", "SHOULD")
    shown = next(each for each in found.told if name in dict(each.messages))
    hit = [sent for sent, code in found.wire if code == status and PLACES[operation] in sent.path]
    assert len(shown.case.request.raw or b"") <= min(len(each.body) for each in hit)
    assert shown.exchange is not None
    assert shown.exchange.status == status


def test_what_is_right_beside_it_is_not_blamed() -> None:
    assert {name.split(".")[1] for name in wrong().failed()} == set(WRONG)


def test_a_page_that_is_labelled_a_picture_is_found_and_asked_for_no_more_than_thrice() -> None:
    found = fuzzed(answering(200, "image/png", HTML), examples=2)
    assert "stability.generateCore.answer.picture" in found.failed("MUST")
    assert "stability.generateCore.fuzz.negative_data_rejection" in found.failed("MAY")
    assert sum(status == 200 for sent, status in found.wire if "core" in sent.path) == 3
    assert found.run.budget.spent == 9  # as the run must suppose


def test_without_the_permission_to_pay_the_first_wrong_grant_is_the_last() -> None:
    found = fuzzed(answering(200, "image/png", HTML), permissions=frozenset(), examples=1)
    assert sum(status == 200 for sent, status in found.wire if "core" in sent.path) == 1


def test_the_budget_is_never_passed_and_what_was_not_asked_has_not_passed() -> None:
    found = fuzzed(answering(200, "image/png", HTML), budget=Decimal(4), examples=1)
    assert found.run.budget.spent == 3
    ultra = found.run.verdicts["stability.generateUltra.fuzz.status_code_conformance"]
    assert ultra.status is Status.SKIPPED
    assert ultra.reason == "would pass the budget of 4 credits"
    assert not any("generate/ultra" in sent.path for sent, _ in found.wire)
    free = found.run.verdicts["stability.getBalance.fuzz.status_code_conformance"]
    assert free.status is Status.PASSED


def test_an_interrupt_ends_it_at_once_and_keeps_what_was_found() -> None:
    def interrupt(count: int) -> None:
        if count == 40:
            raise KeyboardInterrupt

    found = fuzzed(answering(500, "text/plain", b"oh"), before=interrupt)
    assert found.interrupted
    assert len(found.wire) == 40
    assert "stability.generateCore.answer.no-5xx" in found.failed("MUST")
    assert not [
        each for each in threading.enumerate() if each.name.startswith(("schemathesis", "proofsheet"))
    ]


def test_a_target_that_is_down_is_asked_three_times() -> None:
    def down(count: int) -> None:
        raise httpx.ConnectError("nobody there")

    found = fuzzed(before=down, examples=1)
    assert found.run.asked == 0
    assert found.wire == []
    assert found.run.budget.spent == 0


def test_a_request_that_the_target_does_not_survive_is_told() -> None:
    def falls(sent: Sent, forward: Forward) -> Got:
        if "user/balance" in sent.path and sent.method == "GET":
            raise httpx.ReadError("reset")
        return forward(sent)

    found = fuzzed(falls, examples=1)
    verdict = found.run.verdicts["stability.getBalance.fuzz.not_a_server_error"]
    assert verdict.status is Status.ERRORED
    assert "reset" in verdict.reason
    assert any(each.unreachable and each.case.request.raw is not None for each in found.told)


def test_a_stop_passes_through_after_what_was_found() -> None:
    sent = 0

    def attempt(case: object) -> Asked:
        nonlocal sent
        sent += 1
        raise Stop

    explorer = source.explorer(true_document(), (), frozenset(), seed=1, examples=2)
    with pytest.raises(Stop):
        list(explorer.explore(attempt))
    assert sent == 1
    assert not [
        each for each in threading.enumerate() if each.name.startswith(("schemathesis", "proofsheet"))
    ]


def test_a_mistake_of_schemathesis_is_told_as_an_error_and_not_as_a_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(engine.Engine, "_schema", broken)
    found = fuzzed(examples=1)
    verdict = found.run.verdicts["stability.getBalance.fuzz.not_a_server_error"]
    assert verdict.status is Status.ERRORED
    assert verdict.reason == "schemathesis broke: RuntimeError: no such luck"
    assert found.wire == []


def test_without_schemathesis_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "find_spec", lambda name: None)
    with pytest.raises(source.MissingSchemathesis) as problem:
        source.explorer(true_document(), (), frozenset(), seed=1, examples=1)
    assert "pip install 'proofsheet[fuzz]'" in str(problem.value)


def test_it_is_imported_without_schemathesis_and_hypothesis() -> None:
    heavy = "{'schemathesis', 'hypothesis'}"
    code = f"import sys, proofsheet.contracts.fuzz.explorer; print({heavy} & set(sys.modules))"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert made.stdout == "set()\n"


def test_every_check_of_schemathesis_is_advice_or_has_a_reason_to_be_silent() -> None:
    import schemathesis.checks

    schemathesis.checks.load_all_checks()
    builtin = {
        name for name in schemathesis.checks.CHECKS.get_all_names() if not name.startswith("proofsheet")
    }
    assert builtin == (advice.CHECKS.keys() | advice.SILENT.keys()) - {"max_response_time"}
    assert all(advice.SILENT.values())
