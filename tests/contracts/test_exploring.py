"""Explorers find what planned cases miss, tell the smallest request of it, and keep within their limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from exploring_runs import explored, plan_for
from mutants.relay import Damage, Forward, Got, Sent

from proofsheet.contracts.case import Case
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.explore.explorers import explorers
from proofsheet.contracts.explore.faulty_requests import FaultyRequests
from proofsheet.contracts.explore.search import SHRINKS
from proofsheet.contracts.explore.valid_requests import ValidRequests
from proofsheet.contracts.run.attempts import Result
from proofsheet.contracts.run.explorer import Stop
from proofsheet.contracts.verdict import Status
from proofsheet.spec.document import Document

ANY = ("generateCore.any.refused", "generateCore.any.text")
CORE = (*ANY, "generateCore.answer.no-5xx")
PROMPT = re.compile(rb'name="prompt"\r\n\r\n([^\r]*)')
FAILS = {
    "do": "refuse-texts",
    "pattern": 'name="prompt"\r\n\r\n[^\r]*[\x80-\xff]',
    "status": 500,
    "body": '{"errors": ["?"], "id": "1", "name": "internal_error"}',
    "content-type": "application/json",
}


@pytest.mark.parametrize(
    ("seed", "names"), [(1, ("generateCore", "textToImage")), (2, ("generateSd3",)), (3, ("generateUltra",))]
)
def test_a_double_that_keeps_the_contract_passes(
    document: Document, seed: int, names: tuple[str, ...]
) -> None:
    topics = [f"{each}.any" for each in names]
    found = explored(document, [*topics, "getBalance.conserved"], seed=seed)
    assert {each.status for each in found.run.verdicts.values()} == {Status.PASSED}
    price = sum(
        (each.price for each in found.run.explorers if not isinstance(each, FaultyRequests)), Decimal(0)
    )
    assert 0 < found.run.budget.spent <= price
    assert not any(each.messages for each in found.told)
    assert len({each.case.id for each in found.told}) == len(found.told)


def test_the_smallest_request_is_told(document: Document) -> None:
    found = explored(document, CORE, FAILS)
    assert found.failed() == {"generateCore.any.text", "generateCore.answer.no-5xx"}
    assert found.passed() == {"generateCore.any.refused"}
    (asked,) = {each.case.id: each for each in found.told if each.messages}.values()
    prompt = PROMPT.search(asked.case.request.encoded()[1])
    assert prompt is not None
    assert len(prompt[1].decode()) == 1
    assert not prompt[1].isascii()
    assert len(asked.case.request.form or ()) <= 2  # the prompt, and the fault
    assert len(found.sent) <= 25 + 12 + 2 * SHRINKS


def test_what_is_wrong_only_far_from_a_bound_is_found(document: Document) -> None:
    found = explored(document, ANY, _far_seeds, seed=5, examples=60)
    asked = found.finding("any.refused")
    assert found.failed() == {"generateCore.any.refused"}
    assert asked.paid
    (_, message), *_ = asked.messages
    assert message.startswith("expected 400 bad_request, came 200")


def _far_seeds(sent: Sent, forward: Forward) -> Got:
    """A seed of more than 32 bits loses what is beyond them."""
    cut = re.sub(rb'(name="seed"\r\n\r\n\d{10})\d+', rb"\1", sent.body)
    found = re.search(rb'name="seed"\r\n\r\n(\d+)', cut)
    is_far = cut != sent.body and found is not None
    return forward(Sent(sent.method, sent.path, sent.headers, _small(cut) if is_far else sent.body))


def _small(body: bytes) -> bytes:
    return re.sub(rb'(name="seed"\r\n\r\n)\d+', rb"\g<1>7", body)


def test_a_refusal_that_is_granted_is_paid_for_once(document: Document) -> None:
    found = explored(document, ANY, _drops_all_but_the_prompt)
    assert found.failed() == {"generateCore.any.refused", "generateCore.any.text"}
    assert [each.paid for each in found.told] == [True, True]
    assert found.run.budget.spent == 2 * 3


def _drops_all_but_the_prompt(sent: Sent, forward: Forward) -> Got:
    from mutants.asked import joined, parts

    mark, _ = parts(sent)
    prompt = b'\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nA boat\r\n'
    plain = sent.having("content-type", "multipart/form-data; boundary=b") if not mark else sent
    return forward(joined(plain, mark or b"--b", [prompt]).having("authorization", KEY_HEADER))


KEY_HEADER = "Bearer sk-mutant-0000000000000001"


def test_the_budget_is_never_passed(document: Document) -> None:
    for budget, spent in (("2.99", 0), ("5.99", 3)):
        found = explored(document, ANY, _drops_all_but_the_prompt, budget=budget)
        assert found.run.budget.spent == spent
        assert len([each for each in found.sent if b"prompt" in each.body]) <= 25
    reasons = {each.reason for each in found.run.verdicts.values() if each.status is Status.SKIPPED}
    assert reasons == {"would pass the budget of 5.99 credits"}


def test_what_is_only_assumed_fails_nobody(document: Document) -> None:
    topics = ("generateSd3.any.refused",)
    found = explored(document, topics, _modes_are_ignored, examples=50)
    assert found.failed() == {"generateSd3.any.refused.assumed"}
    assert found.passed() == {"generateSd3.any.refused", "generateSd3.any.refused.proxies"}
    assert not any(each.is_breach for each in found.run.verdicts.values())


def _modes_are_ignored(sent: Sent, forward: Forward) -> Got:
    """Whoever refuses nothing for its mode: with a message on `mode` alone, a plain request is made of it."""
    got = forward(sent)
    if b"only valid when mode is" not in got.body:
        return got
    return forward(Sent(sent.method, sent.path, sent.headers, _plain(sent)))


def _plain(sent: Sent) -> bytes:
    from mutants.asked import joined, parts

    mark, _ = parts(sent)
    return joined(sent, mark, [b'\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nA boat\r\n']).body


def test_where_a_proxy_may_differ_only_its_own_requirement_speaks(document: Document) -> None:
    found = explored(document, ("generateUltra.any.refused",), _mends_pictures)
    assert found.failed() == {"generateUltra.any.refused.proxies"}
    assert found.finding("proxies").paid


def _mends_pictures(sent: Sent, forward: Forward) -> Got:
    got = forward(sent)
    return (
        forward(Sent(sent.method, sent.path, sent.headers, _plain(sent))) if b"decoded" in got.body else got
    )


def test_a_right_request_that_is_refused_is_a_finding(document: Document) -> None:
    harm = _refuses_fields(b"style_preset", b"negative_prompt", b"output_format", b"aspect_ratio", b"seed")
    found = explored(document, ("generateCore.any.granted",), harm)
    assert found.failed() == {"generateCore.any.granted"}
    assert found.run.budget.spent == 0
    assert len(found.sent) == 1


def _refuses_fields(*names: bytes) -> Damage:
    refusal = b'{"errors": ["unsupported"], "id": "1", "name": "bad_request"}'

    def harm(sent: Sent, forward: Forward) -> Got:
        if not any(b'name="' + name + b'"' in sent.body for name in names):
            return forward(sent)
        return Got(400, (("content-type", "application/json"), ("x-request-id", "1")), refusal)

    return harm


def test_without_leave_to_pay_no_picture_is_asked_for(document: Document) -> None:
    found = explored(document, ("generateCore.any.granted", "getBalance.conserved"), permissions=frozenset())
    assert found.run.budget.spent == 0
    assert found.passed() == {"getBalance.conserved"}
    granted = found.run.verdicts["stability.generateCore.any.granted"]
    assert granted.reason == "needs --allow paid"


def test_the_same_seed_asks_the_same(document: Document) -> None:
    first, again, other = (explored(document, ANY, seed=seed, examples=15).sent for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_the_findings_of_a_seed_are_the_same(document: Document) -> None:
    first, again = (explored(document, CORE, FAILS, seed=7) for _ in range(2))
    assert [each.case for each in first.told] == [each.case for each in again.told]


def test_stop_ends_it_at_once_and_what_was_found_is_told(document: Document) -> None:
    calls: list[Case] = []
    told: list[Result] = []

    def attempt(case: Case) -> Result:
        calls.append(case)
        if len(calls) == 3:
            raise Stop
        return Result(case, (), messages=((case.expects[0].requirement, "wrong"),))

    refused = explorers(Source(document), plan_for(document, *ANY), 1, 25, frozenset())[0]
    with pytest.raises(Stop):
        _take(refused.explore(attempt), told)
    assert len(calls) == 3
    assert [each.case for each in told] == [min(calls[:2], key=lambda case: len(case.request.encoded()[1]))]


def _take(found: Iterator[Result], told: list[Result]) -> None:
    for each in found:
        told.append(each)  # noqa: PERF402 (what was told before it stops is wanted)


def test_what_an_earlier_run_has_paid_for_is_not_asked_again(document: Document) -> None:
    source = Source(document)
    found = plan_for(document, "generateCore.any.granted")
    asked: list[Case] = []

    def attempt(case: Case) -> Result:
        asked.append(case)
        return Result(case, (), paid=True)

    wanted = frozenset({"stability.generateCore.any.granted"})
    assert len(list(ValidRequests(source, wanted, 3).explore(attempt))) == 1
    carried = {each.id for each in asked}
    assert list(ValidRequests(source, wanted, 3, carried).explore(attempt)) == []
    assert len(asked) == 1
    assert explorers(source, found, 3, 0, frozenset({"paid"})) == ()
