"""What a success costs: by a table, for each item, and by the megapixels of result and given pictures."""

from __future__ import annotations

from decimal import Decimal

import pytest

from proofsheet.spec.choices import choice
from proofsheet.spec.cost import Cost, cost


@pytest.mark.parametrize(
    ("count", "result", "given", "expected"),
    [
        (1, None, (), "3"),
        (1, (1024, 1024), (), "3"),
        (1, (1025, 1024), (), "4.5"),
        (1, (2048, 2048), (), "7.5"),
        (1, (64, 64), ((64, 64), (2048, 1024)), "7.5"),
        (2, (2048, 1024), (), "9"),
    ],
)
def test_megapixels_cost_more_and_one_that_is_begun_counts_whole(
    count: int, result: tuple[int, int] | None, given: tuple[tuple[int, int], ...], expected: str
) -> None:
    paid = Cost(choice(3), None, frozenset({"success"}), megapixel=1.5)
    assert paid.total({}, count, result, given) == Decimal(expected)


def test_without_a_price_of_megapixels_the_size_is_no_matter() -> None:
    cost = Cost(choice({"field": "/model", "default": "a", "table": {"a": 1, "b": 2}}), None, frozenset())
    assert cost.total({"model": "b"}, 1, (4096, 4096), [(4096, 4096)]) == 2


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "20"),
        ({"steps": 100}, "23"),
        ({"steps": 30}, "18.8"),
        ({"steps": 0}, "20"),
        ({"model": "new"}, "17"),
    ],
)
def test_each_of_what_a_field_counts_costs_more(fields: dict[str, object], expected: str) -> None:
    by_model = {"field": "/model", "default": "old", "table": {"old": 0.06, "new": 0}}
    paid = cost(
        {"credits": 17, "charged": ["success"], "more": {"of": "/steps", "usual": 50, "credits": by_model}}
    )
    assert paid is not None
    assert paid.total(fields, 1, None, ()) == Decimal(expected)
