"""A double that keeps the contract passes everything there is, in both documents."""

from __future__ import annotations

from decimal import Decimal

from judging import Judged

from proofsheet.contracts.client.target import PERMISSIONS
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import plan
from proofsheet.contracts.settings import BUDGET
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

ALL = frozenset(PERMISSIONS)
OWN = (
    *("repeat", "language", "prompt", "image", "limit", "cfg_scale", "negative_prompt", "moves", "cost"),
    *("size", "format", "form", "example", "samples"),
)
# The other kinds pass as a user asks for them: test_shipped_commands.test_everything_that_may_be_allowed.
HERE = ("generateCore", "stableFast3d", "getBalance", "listEngines")
OTHER_KEY = "needs other_key_env in target.toml"


def test_core_is_within_the_budget_and_asks_nothing_twice(document: Document) -> None:
    made = plan(Source(document), "core")  # that it passes is shown by test_shipped_commands
    assert made.price <= BUDGET
    assert len({case.id for case in made.cases}) == len(made.cases)


def test_core_passes_at_its_price() -> None:
    document = Library().load("stability.pages-2024")
    made = plan(Source(document), "core")
    judged = Judged(document, made, rate_limit=False).all()
    assert judged.told() == {}
    assert judged.run.budget.spent == made.price
    assert len({case.id for case in made.cases}) == len(made.cases)


def test_extended_passes_with_every_permission(document: Document) -> None:
    only = tuple(f"stability.{name}.{topic}" for name in HERE for topic in OWN)
    made = plan(Source(document), "extended", only, ALL)
    judged = Judged(document, made, rate_limit=True).all()
    assert judged.told() == {"stability.listEngines.limit.others": [OTHER_KEY]}
    assert {11, 61} <= set(judged.pauses)  # the window and the penalty, and a second each


def test_a_requirement_without_its_permission_is_skipped_and_says_so(document: Document) -> None:
    made = plan(
        Source(document), "extended", ("stability.generateCore.repeat", "stability.listEngines.limit")
    )
    judged = Judged(document, made).all()
    reasons = {reason for messages in judged.told().values() for reason in messages}
    assert reasons == {"needs --allow repeat", "needs --allow burst", f"needs --allow burst; {OTHER_KEY}"}
    assert [case.operation for case in made.cases] == ["generateCore"] * 2  # repeat.forms needs none


def test_without_leave_to_pay_nothing_is_paid(document: Document) -> None:
    made = plan(Source(document), "core", permissions=frozenset())
    assert made.price == Decimal(0)
    assert not any(case.pays for case in made.cases)


def test_the_pictures_of_an_operation_have_prompts_of_their_own(document: Document) -> None:
    made = plan(Source(document), "core", permissions=ALL)
    for operation in document.operations:
        prompts = [case.prompt for case in made.cases if case.pays and case.operation == operation]
        assert len(prompts) == len(set(prompts))
