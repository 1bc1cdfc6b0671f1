"""How a run treats its target: several requests at once, gateways, interrupts, mistakes of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from contracts.asking import Asker
from contracts.budget import Budget
from contracts.case import Case
from contracts.deriving.source import Source
from contracts.exploring import Attempt
from contracts.oracle import Oracle
from contracts.plan import plan
from contracts.running import Asked, Run
from contracts.samples import request, smallest
from contracts.target import Target
from contracts.verdict import Status
from spec.document import Document
from spec.load import Library

Answer = Callable[[httpx.Request], httpx.Response]
REFUSED = {"id": "0" * 32, "name": "bad_request", "errors": ["no"]}


@pytest.fixture(scope="module")
def document() -> Document:
    return Library().load("stability")


def run(document: Document, answer: Answer, *only: str, **options: Any) -> Run:
    made = plan(Source(document), "free", only or ("stability.generateCore.prompt",))
    asker = Asker(document, Target("http://target.test", "sk-0123456789"), httpx.MockTransport(answer))
    budget = options.pop("budget", Budget(Decimal(60)))
    options = {"pause": lambda seconds: None, **options}
    return Run(made, asker, Oracle(document), budget, **options)


def ended(run: Run) -> list[Asked]:
    found = list(run.steps())
    run.asker.close()
    return found


def test_concurrent_cases_are_told_in_the_order_of_the_plan(document: Document) -> None:
    both = threading.Barrier(4, timeout=30)

    def answer(sent: httpx.Request) -> httpx.Response:
        if sent.method == "POST":
            both.wait()  # goes on only if four are on their way
        return httpx.Response(400, json=REFUSED)

    made = run(document, answer, "stability.generateCore.prompt.required", concurrency=4)
    case = next(each for each in made.plan.cases if each.form is not None)
    cases = tuple(Case(f"n-{n}", case.operation, case.expects, form=case.form) for n in range(8))
    made.plan = type(made.plan)(made.plan.requirements, cases)
    assert [each.case.id for each in ended(made)] == [each.id for each in cases]


def test_a_gateway_alone_is_a_target_that_is_down(document: Document) -> None:
    made = run(document, lambda sent: httpx.Response(502, text="bad gateway"))
    found = ended(made)
    assert all(each.exchange is None for each in found)
    assert "to a plain request too" in found[0].reason
    assert "does not answer" in found[-1].reason
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
    posts = sum(each.form is not None for each in made.plan.cases)
    assert asked.count("POST") == posts + 2  # asked again for the first one only


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
            attempt(request(operation, f"explored-{number}", smallest(operation), ()))
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
    plain = request(operation, "slow", smallest(operation), ())
    slow = Case(**{**{name: getattr(plain, name) for name in Case.__dataclass_fields__}, "slow": 2.0})
    asker = Asker(document, Target("http://target.test"), httpx.MockTransport(answer), pauses.append)
    asker.ask(slow)
    asker.close()
    assert bodies == [plain.encoded()[1]]
    assert sum(pauses) == pytest.approx(2.0, abs=0.3)
