"""A run's seed: the same plan for the same one, other pictures for another, and never another price."""

from __future__ import annotations

import pytest

from proofsheet.contracts.client.target import PERMISSIONS
from proofsheet.contracts.derive.picture_prompts import numbered, subject
from proofsheet.contracts.derive.repeated_requests import seed_of
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import Plan, plan
from proofsheet.spec.document import Document

ALL = frozenset(PERMISSIONS)
SEEDS = (1, 11, 12, 13, 59, 1000, 4_294_967_295)


def test_the_same_seed_gives_the_same_plan(document: Document) -> None:
    only = ("stability.generateCore.size", "stability.generateCore.repeat")
    made = [plan(Source(document), "extended", only, ALL, 5) for _ in range(2)]
    assert made[0] == made[1]
    assert plan(Source(document), "core") == plan(Source(document), "core", seed=0)


@pytest.fixture(scope="module")
def first(document: Document) -> Plan:
    return plan(Source(document), "extended", (), ALL)


@pytest.mark.parametrize("seed", [1, 12, 1000])
def test_another_seed_asks_for_other_pictures_at_the_same_price(
    document: Document, first: Plan, seed: int
) -> None:
    second = plan(Source(document), "extended", (), ALL, seed)
    assert (first.price, first.risk) == (second.price, second.risk)
    assert first.requirements == second.requirements
    assert [each.id for each in first.cases] == [each.id for each in second.cases]
    free, others = ([each for each in made.cases if not each.pays] for made in (first, second))
    assert free == others
    pictures = zip(first.cases, second.cases, strict=True)
    same = {one.prompt for one, other in pictures if one.pays and one.prompt == other.prompt}
    # What is asked for in given words is the same in every run.
    given = (
        "🏠",
        "café",
        "שלום",
        "(blue:0.3)",
        "A lighthouse on a cliff",
        "Lighthouse on a cliff overlooking",
    )
    assert [each for each in same if not any(words in each for words in given)] == []


@pytest.mark.parametrize("seed", [0, *SEEDS])
def test_the_pictures_of_a_run_have_subjects_of_their_own(seed: int) -> None:
    subjects = [subject(seed), *(numbered(number, seed) for number in range(1, 80))]
    assert len(set(subjects)) == len(subjects)


def test_runs_in_a_row_share_no_picture_of_the_same_number() -> None:
    for number in range(1, 40):
        assert len({numbered(number, seed) for seed in range(200)}) == 200


@pytest.mark.parametrize("seed", [0, *SEEDS])
def test_the_seed_that_is_asked_for_twice_and_its_neighbour_are_in_bounds(
    document: Document, seed: int
) -> None:
    for operation in document.operations.values():
        if operation.artifact and operation.artifact.seed:
            chosen = seed_of(seed, operation.artifact.seed)
            assert operation.artifact.seed.random < chosen < chosen + 1 <= operation.artifact.seed.maximum


def test_the_first_run_asks_for_what_it_always_asked(document: Document) -> None:
    made = plan(Source(document), "core", seed=0)
    assert "A red bicycle leaning on a white wall, photograph" in {each.prompt for each in made.cases}
