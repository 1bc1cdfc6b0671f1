"""Cases of one id: none of them is lost."""

from __future__ import annotations

from proofsheet.contracts.case import Case, Request, Step
from proofsheet.contracts.checks.expected import StatusIsOneOf
from proofsheet.contracts.plan.distinct import distinct


def case(field: str, *outcomes: str) -> Case:
    expects = tuple(StatusIsOneOf(f"family.op.{each}", allowed=(200,)) for each in outcomes)
    return Case("op/one", "op", (Step(Request("op", json={field: 1}), expects),))


def test_what_asks_the_same_is_asked_once_for_all_who_expect_something() -> None:
    (found,) = distinct([case("a", "x"), case("a", "x", "y"), case("a", "x")])
    assert found == case("a", "x", "y")


def test_what_asks_something_else_has_an_id_of_its_own() -> None:
    found = distinct([case("a", "x"), case("b", "y"), case("c", "z"), case("b", "z")])
    assert [each.id for each in found] == ["op/one", "op/one-2", "op/one-3"]
    assert [each.request.json for each in found] == [{"a": 1}, {"b": 1}, {"c": 1}]
    assert [len(each.expects) for each in found] == [1, 2, 1]
