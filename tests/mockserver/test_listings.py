"""Listings: pages whose numbers begin anywhere, and what is shown of them; parts of texts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.listings import TASKS, Listing, listing
from proofsheet.spec.expressions import Expression, UnknownExpression, parse_bind, parse_text
from proofsheet.spec.paging import Page
from proofsheet.spec.tasks import Lists, Where


def shown(listing: Listing) -> dict[str, Any]:
    return {name.removeprefix("$page."): each(listing) for name, each in TASKS.items() if "page" in name}


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        (
            Listing([1, 2], 5, 0, 2, 0),
            {"pages": 3, "first": True, "last": False, "offset": 0, "empty": False},
        ),
        (Listing([5], 5, 2, 2, 0), {"pages": 3, "first": False, "last": True, "offset": 4, "count": 1}),
        (Listing([], 5, 9, 2, 0), {"last": True, "empty": True, "count": 0}),
        (Listing([1, 2], 2, 1, 2, 1), {"pages": 1, "first": True, "last": True, "offset": 0, "number": 1}),
        (Listing([], 0, 0, 10, 0), {"pages": 0, "first": True, "last": True, "empty": True}),
    ],
)
def test_what_a_page_says_of_itself(listing: Listing, expected: dict[str, Any]) -> None:
    assert shown(listing).items() >= expected.items()


def call(fields: object) -> Call:
    """As much of a call as values are taken from."""
    return Call(served=Any, method="", path="", headers={}, path_params={}, query={}, key=None, fields=fields)  # type: ignore[arg-type]


def of(node: object, **fields: Any) -> Any:
    return call(fields).evaluate(parse_text(node))


def test_a_text_is_made_of_several_values() -> None:
    both = "{$request.body#/action} {$request.body#/index}"
    assert of(both, action="UPSCALE", index=2) == "UPSCALE 2"
    assert of(both, action="REROLL") == "REROLL"


def test_a_part_of_a_text_is_what_its_pattern_takes() -> None:
    second = {"source": "$request.body#/content", "match": r"^\S+ (\S+)$"}
    assert of(second, content="17 U2") == "U2"
    assert of(second, content="17  U2") is None
    assert of(second, content=17) is None


def test_templates_are_expressions_too() -> None:
    assert parse_bind("{$task.ahead} before it") == Expression("{$task.ahead} before it")
    assert parse_bind("{$task.ahead} before it").is_template
    with pytest.raises(UnknownExpression):
        parse_bind("{$task.aheads} before it")


@pytest.mark.parametrize(("wanted", "made"), [({}, 2), ({"state": "B"}, 20)])
def test_bodies_are_made_of_what_is_shown(wanted: dict[str, str], made: int) -> None:
    seen: list[int] = []

    async def body_of(number: int) -> dict[str, str]:
        seen.append(number)
        return {"number": str(number), "state": "AB"[number % 2]}

    def value(name: str) -> Expression:
        return Expression(f"$request.body#/{name}")

    where = (Where(("state",), value("state")),)
    role = Lists("look", page=Page(value("page"), value("size"), 0, 2), where=where)
    asked = call({"page": 3, **wanted})
    found = asyncio.run(listing(asked.evaluate, role, list(range(20)), body_of))  # type: ignore[arg-type]
    assert len(seen) == made
    assert [each["number"] for each in found.bodies] == (["13", "15"] if wanted else ["6", "7"])
    assert found.total == (10 if wanted else 20)
