"""How a run treats its target: several requests at once, gateways, interrupts, mistakes of its own."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from raw_server import RawServer, Wire, response
from waiting import PATIENCE

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.expected import IsSuccess
from proofsheet.contracts.checks.refusals import RefusedAs
from proofsheet.contracts.client.http_client import HttpClient
from proofsheet.contracts.client.recording_transport import Limits
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.samples import case_of, smallest
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.plan.plan import plan
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.explorer import Attempt
from proofsheet.contracts.run.interrupts import Interrupts
from proofsheet.contracts.run.runner import Result, Run
from proofsheet.contracts.verdict import Status
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

Answer = Callable[[httpx.Request], httpx.Response]
REFUSED = {"id": "0" * 32, "name": "bad_request", "errors": ["no"]}


@pytest.fixture(scope="module")
def document() -> Document:
    return Library().load("stability.pages-2024")


def run(document: Document, answer: Answer, *only: str, **options: Any) -> Run:
    made = plan(Source(document), "free", only or ("stability.generateCore.prompt",))
    client = HttpClient(document, Target("http://target.test", "sk-0123456789"), httpx.MockTransport(answer))
    budget = options.pop("budget", Budget(Decimal(60)))
    options = {"pause": lambda seconds: None, **options}
    return Run(made, client, Oracle(document), budget, **options)


def ended(run: Run) -> list[Result]:
    found = list(run.steps())
    run.client.close()
    return found


def test_concurrent_cases_are_told_in_the_order_of_the_plan(document: Document) -> None:
    both = threading.Barrier(4, timeout=PATIENCE)

    def answer(sent: httpx.Request) -> httpx.Response:
        if sent.method == "POST":
            both.wait()  # goes on only if four are on their way
        return httpx.Response(400, json=REFUSED)

    made = run(document, answer, "stability.generateCore.prompt.required", concurrency=4)
    case = next(each for each in made.plan.cases if each.request.form is not None)
    cases = tuple(replace(case, id=f"n-{n}") for n in range(8))
    made.plan = type(made.plan)(made.plan.requirements, cases)
    assert [each.case.id for each in ended(made)] == [each.id for each in cases]


def test_a_gateway_alone_is_a_target_that_is_down(document: Document) -> None:
    made = run(document, lambda sent: httpx.Response(502, text="bad gateway"))
    found = ended(made)
    assert all(each.exchange is None for each in found)
    assert "to a plain request too" in found[0].reason
    assert len(found) == 3 < len(made.plan.cases)
    assert "not sent: the target does not answer" in {each.reason for each in made.verdicts.values()}
    assert {each.status for each in made.verdicts.values()} <= {Status.ERRORED, Status.SKIPPED}


def test_a_gateway_that_swallows_only_refusals_is_a_finding(document: Document) -> None:
    asked: list[str] = []

    def answer(sent: httpx.Request) -> httpx.Response:
        asked.append(sent.method)
        if sent.method == "GET":
            return httpx.Response(200, json={"credits": 5.0})
        return httpx.Response(502, text="bad gateway")

    made = run(document, answer)
    ended(made)
    assert made.verdicts["stability.generateCore.prompt.required"].status is Status.FAILED
    posts = [each for each in made.plan.cases if each.request.form is not None]
    assert asked.count("POST") == len(posts)  # once each: behind the gateway they may have been granted
    assert made.budget.spent == sum(each.cost for each in posts)


def test_a_gateway_that_comes_back_is_forgiven(document: Document) -> None:
    answers = iter([503, 503])

    def answer(sent: httpx.Request) -> httpx.Response:
        return httpx.Response(next(answers, 400), json=REFUSED)

    pauses: list[float] = []
    made = run(document, answer, "stability.generateCore.prompt.required", pause=pauses.append)
    ended(made)
    assert made.verdicts["stability.generateCore.prompt.required"].status is not Status.ERRORED
    assert sum(pauses) == pytest.approx(5, abs=0.5)


def test_a_mistake_of_ours_errs_one_requirement_and_ends_nothing(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run(document, lambda sent: httpx.Response(400, json=REFUSED))
    judge, calls = made.judging.judge, iter(range(99))

    def breaks(*args: Any) -> Any:
        if next(calls) == 0:
            raise ZeroDivisionError("ours")
        return judge(*args)

    monkeypatch.setattr(made.judging, "judge", breaks)
    found = ended(made)
    assert "the suite itself broke" in found[0].reason
    assert "ZeroDivisionError: ours" in found[0].reason
    assert len([each for each in found if each.exchange]) == len(found)


class Paying:
    """An explorer that pays for pictures and tells of none."""

    def explore(self, attempt: Attempt) -> Any:
        operation = Library().load("stability").operations["generateCore"]
        for number in range(50):
            attempt(case_of(operation, f"explored-{number}", smallest(operation), ()))
        yield from ()


def test_what_an_explorer_paid_is_told_and_stays_in_the_budget(document: Document) -> None:
    budget = Budget(Decimal(10))
    made = run(
        document,
        lambda sent: httpx.Response(200, content=b"", headers={"content-type": "image/png"}),
        "stability.generateCore.prompt.required",
        explorers=(Paying(),),
        budget=budget,
    )
    found = ended(made)
    assert budget.spent <= 10
    assert sum(each.case.cost for each in found if each.paid) == budget.spent


def test_a_body_can_be_sent_slowly(document: Document) -> None:
    pauses: list[float] = []
    bodies: list[bytes] = []

    def answer(sent: httpx.Request) -> httpx.Response:
        bodies.append(sent.read())
        assert int(sent.headers["content-length"]) == len(bodies[-1])
        assert "transfer-encoding" not in sent.headers
        return httpx.Response(400, json=REFUSED)

    operation = document.operations["generateCore"]
    plain = case_of(operation, "slow", smallest(operation), ())
    slow = plain.sending(seconds=2.0)
    client = HttpClient(document, Target("http://target.test"), httpx.MockTransport(answer), pauses.append)
    client.send(slow)
    client.close()
    assert bodies == [plain.request.encoded()[1]]
    assert sum(pauses) == pytest.approx(2.0, abs=0.3)


@pytest.mark.parametrize("retry_after", ["3600", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_a_target_that_asks_for_long_patience_is_left_alone(document: Document, retry_after: str) -> None:
    asked: list[str] = []

    def answer(sent: httpx.Request) -> httpx.Response:
        asked.append(sent.method)
        return httpx.Response(429, json=REFUSED, headers={"retry-after": retry_after})

    made = run(document, answer)
    found = ended(made)
    assert len(asked) == len(found) == 3 < len(made.plan.cases)
    assert all("the target limits the rate: try again later" in each.reason for each in found)
    assert {each.status for each in made.verdicts.values()} <= {Status.ERRORED, Status.SKIPPED}


def test_retry_after_may_be_a_date(document: Document) -> None:
    answers = iter([429])
    pauses: list[float] = []
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)

    def answer(sent: httpx.Request) -> httpx.Response:
        return httpx.Response(next(answers, 400), json=REFUSED, headers={"retry-after": at})

    ended(run(document, answer, "stability.generateCore.prompt.required", pause=pauses.append))
    assert 50 < sum(pauses) <= 100  # nothing else lets it wait for more than five


def strict(document: Document, most: int, after: str = "60", **options: Any) -> tuple[Run, list[str]]:
    """A run against a target that answers so many requests and then none for a minute; and what is said."""
    words: list[str] = []
    left = [most]

    def answer(sent: httpx.Request) -> httpx.Response:
        left[0] -= 1
        if left[0] < 0:
            return httpx.Response(429, json=REFUSED, headers={"retry-after": after})
        return httpx.Response(400, json=REFUSED)

    def pause(seconds: float) -> None:
        left[0] = most

    return run(document, answer, "stability.generateCore", pause=pause, notice=words.append, **options), words


def test_a_stricter_rate_is_said_early_and_is_a_finding(document: Document) -> None:
    made, words = strict(document, 20)
    ended(made)
    verdict = made.verdicts["stability.generateCore.answer.rate"]
    assert (verdict.status, verdict.requirement.level) == (Status.FAILED, "SHOULD")
    said = re.search(
        r"about (\d+) requests a minute passed, documented 150 in 10 s\. (\d+) requests are left: "
        r"about (\d+) minutes at that rate\. Waiting 60 s; with --rate (\d+)/m nothing is refused",
        words[0],
    )
    assert said is not None
    rate, left, minutes, offered = map(int, said.groups())
    assert left == len(made.plan.cases) - 20
    # On a slow machine the twenty take seconds themselves.
    assert 10 <= offered <= rate <= 20
    assert minutes == pytest.approx(left / rate, abs=1)
    assert not [each for each in made.verdicts.values() if each.status is Status.ERRORED]


@pytest.mark.parametrize("after", ["3600", "9" * 400])
def test_what_is_not_waited_for_is_not_said_to_be(document: Document, after: str) -> None:
    made, words = strict(document, 20, after)
    ended(made)
    assert "Not waiting" in words[0]
    assert made._away == 3  # and nothing more is sent


def test_a_rate_within_what_is_documented_is_none(document: Document) -> None:
    made, words = strict(document, 10_000)
    ended(made)
    assert made.verdicts["stability.generateCore.answer.rate"].status is Status.PASSED
    assert words == []


def test_a_web_site_is_not_the_api_and_costs_nothing_more(document: Document) -> None:
    page = httpx.Response(200, html="<html></html>")
    made = run(document, lambda sent: page)
    operation = document.operations["generateCore"]
    cases = tuple(case_of(operation, f"n-{n}", smallest(operation), (), pays=True) for n in range(9))
    made.plan = type(made.plan)(made.plan.requirements, cases)
    sent = ended(made)
    assert [(each.exchange, each.paid) for each in sent] == [(None, True)]
    assert made.budget.spent == cases[0].cost
    assert "this is not the API: a web page came (200 text/html)" in sent[0].reason
    assert Status.ERRORED in {each.status for each in made.verdicts.values()}


def test_a_web_site_that_redirects_is_named_with_where_it_leads(document: Document) -> None:
    moved = httpx.Response(301, html="<html></html>", headers={"location": "https://target.test/"})
    found = ended(run(document, lambda sent: moved))
    assert "(301 text/html, which leads to https://target.test/)" in found[0].reason


def test_a_target_whose_answers_stop_is_not_waited_for_again_and_again(document: Document) -> None:
    def answer(wire: Wire, sent: bytes) -> None:
        wire.send(response(b"{", length=100))
        wire.wait_for_close()

    with RawServer(answer) as server:
        target = Target(server.url, "sk-0123456789")
        client = HttpClient(document, target, limits=Limits(stall=0.1))
        made = run(document, lambda sent: httpx.Response(200), "stability.generateCore")
        stopping = Run(made.plan, client, made.oracle, made.budget)
        found = ended(stopping)
        made.client.close()
    assert len(found) == 3 < len(made.plan.cases)
    assert stopping.verdicts["stability.generateCore.answer.complete"].status is Status.FAILED
    assert "not sent: the answers stop or drip" in {each.reason for each in stopping.verdicts.values()}


def test_a_web_page_of_an_api_is_an_answer(document: Document) -> None:
    def answer(sent: httpx.Request) -> httpx.Response:
        if sent.method == "GET":
            return httpx.Response(200, json={"credits": 5.0})
        return httpx.Response(403, html="<html></html>")

    made = run(document, answer)
    assert all(each.exchange for each in ended(made))
    assert made.verdicts["stability.generateCore.prompt.required"].status is Status.FAILED


def test_no_cookie_is_kept(document: Document) -> None:
    cookies: list[str | None] = []

    def answer(sent: httpx.Request) -> httpx.Response:
        cookies.append(sent.headers.get("cookie"))
        return httpx.Response(400, json=REFUSED, headers={"set-cookie": "session=in; Path=/"})

    ended(run(document, answer))
    assert len(cookies) > 1
    assert set(cookies) == {None}


@pytest.mark.parametrize("probe", [200, 503])
@pytest.mark.parametrize(("status", "paid"), [(502, True), (503, False), (504, True)])
def test_a_picture_that_a_gateway_lost_may_have_been_paid(
    document: Document, status: int, paid: bool, probe: int
) -> None:
    operation = document.operations["generateCore"]

    def answer(sent: httpx.Request) -> httpx.Response:
        return httpx.Response(status if sent.method == "POST" else probe)

    made = run(document, answer)
    case = case_of(operation, "picture", smallest(operation), (), pays=True)
    made.plan = type(made.plan)(made.plan.requirements, (case,))
    assert [each.paid for each in ended(made)] == [paid]
    assert made.budget.spent == (case.cost if paid else 0)


def test_an_interrupt_loses_no_answer_and_sends_no_more(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    cancelled = threading.Event()

    class Pool(ThreadPoolExecutor):
        def submit(self, *args: Any, **options: Any) -> Any:
            future = super().submit(*args, **options)
            future.add_done_callback(lambda done: cancelled.set() if done.cancelled() else None)
            return future

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        if len(sent) > 3:
            assert cancelled.wait(PATIENCE)
        return httpx.Response(400, json=REFUSED)

    monkeypatch.setattr("proofsheet.contracts.run.batches.ThreadPoolExecutor", Pool)

    made = run(document, answer, concurrency=2)
    case = next(each for each in made.plan.cases if each.request.form is not None)
    cases = tuple(replace(case.stepping(expects=()), id=f"n-{n}", cost=Decimal(0)) for n in range(40))
    made.plan = type(made.plan)(made.plan.requirements, cases)
    told: list[Result] = []

    def go() -> None:
        for asked in made.steps():
            told.append(asked)
            made.interrupts.pending = True

    with pytest.raises(KeyboardInterrupt):
        go()
    made.client.close()
    assert len(told) == len(sent) < len(cases)


class Breaking(Paying):
    """One that breaks after it has paid."""

    def explore(self, attempt: Attempt) -> Any:
        yield from super().explore(attempt)
        raise ZeroDivisionError("ours")


def test_what_an_explorer_paid_before_it_broke_is_told(document: Document) -> None:
    answer = httpx.Response(200, content=b"", headers={"content-type": "image/png"})
    only = "stability.generateCore.prompt.required"
    made = run(document, lambda sent: answer, only, explorers=(Breaking(),), budget=Budget(Decimal(10)))
    told: list[Result] = []
    with pytest.raises(ZeroDivisionError):
        told.extend(made.steps())
    made.client.close()
    assert sum(each.case.cost for each in told if each.paid) == made.budget.spent > 0
    explored = [each for each in told if "explored" in each.case.id]
    assert explored
    assert not any(each.messages for each in explored)


def test_what_is_free_is_asked_whatever_was_spent() -> None:
    budget = Budget(Decimal(10), spent=Decimal(12))
    assert budget.hold(Decimal(0))
    assert not budget.hold(Decimal(1))


def test_off_the_main_thread_interrupts_change_nothing() -> None:
    found: list[bool] = []

    def work() -> None:
        interrupts = Interrupts()
        with interrupts.handled(), interrupts.waiting():
            found.append(interrupts.pending)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [False]


def test_the_wait_before_a_case_is_no_part_of_its_time(document: Document) -> None:
    operation = document.operations["listEngines"]
    made = run(document, lambda sent: httpx.Response(200, json=[]))
    before = time.monotonic()
    _, sent = made._attempts.send(case_of(operation, "waits", {}, (), wait=60.0))
    made.client.close()
    assert sent >= before + 60  # by a clock that the pause did not move


def test_a_request_that_is_interrupted_says_that_its_price_counts(document: Document) -> None:
    def interrupt(sent: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    made = run(document, interrupt)
    cases = [case_of(document.operations["generateCore"], "cut", {}, (), cost=Decimal(3))]
    cases += [case_of(document.operations["getBalance"], "cut", {}, ())]
    found = [made._attempts.send(each)[0] for each in cases]
    made.client.close()
    reason = "interrupted before the answer came"
    assert [each.reason for each in found] == [
        f"{reason}; the 3 credits that it may have cost count as spent",
        reason,
    ]
    assert made.budget.spent == 3


def test_what_was_not_waited_for_is_not_judged(document: Document) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    made = run(document, lambda sent: httpx.Response(400, json=REFUSED), pause=interrupt)
    name = "stability.generateCore.prompt.required"
    operation = document.operations["getBalance"]
    case = case_of(operation, "lags", {}, (IsSuccess(name),), patience=2)
    made.plan = type(made.plan)(made.plan.requirements, (case,))
    told: list[Result] = []
    with pytest.raises(KeyboardInterrupt):
        told.extend(made.steps())
    made.client.close()
    assert [(each.messages, each.interrupted) for each in told] == [((), True)]
    assert made.verdicts[name].status is Status.SKIPPED


def test_headers_that_let_somebody_in_are_secrets() -> None:
    extra = {"x-team": "images", "x-gateway-key": "gw-0123456789", "cookie": "id=0123456789"}
    target = Target("http://target.test", "sk-0123456789", extra=extra, keys={"other": "sk-9876543210"})
    assert set(target.secrets) == {"sk-9876543210", "gw-0123456789", "id=0123456789"}


def lists_then_asks(document: Document, pointer: str) -> Case:
    """Two steps: the engines, and what the first of them says to a request without a prompt."""
    listing = case_of(document.operations["listEngines"], "", {}, (IsSuccess("first"),)).step
    field = RefusedAs("second", "bad_request")
    case = case_of(document.operations["textToImage"], "steps", {}, (field,))
    asking = replace(case.step, takes={"engine_id": pointer})
    return replace(case, steps=(listing, asking))


def test_a_step_takes_what_the_answer_before_holds(document: Document) -> None:
    paths: list[str] = []

    def answer(sent: httpx.Request) -> httpx.Response:
        paths.append(sent.url.path)
        if sent.method == "GET":
            return httpx.Response(200, json=[{"id": "engine-of-theirs"}])
        return httpx.Response(400, json={"id": "1", "name": "invalid", "message": "no"})

    made = run(document, answer)
    made.judging.requirements = {"first", "second"}
    (asked,) = [made._judged(*made._attempts.send(lists_then_asks(document, "/0/id")))]
    made.client.close()
    assert paths[1].endswith("/generation/engine-of-theirs/text-to-image")
    assert [each.status for each in asked.exchanges] == [200, 400]
    assert asked.messages == (("second", "expected /name to be 'bad_request', came 'invalid'"),)
    assert [each.operation for each in made.judging.history] == ["listEngines", "textToImage"]


def test_where_a_step_finds_nothing_to_take_the_case_ends(document: Document) -> None:
    made = run(document, lambda sent: httpx.Response(200, json=[]))
    made.judging.requirements = {"first", "second"}
    asked = made._judged(*made._attempts.send(lists_then_asks(document, "/0/id")))
    made.client.close()
    assert len(asked.exchanges) == 1
    assert asked.reason == "the answer before, a 200, holds no /0/id to send as engine_id"
