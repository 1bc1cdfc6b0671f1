"""A run's seed: the same plan for the same one, other pictures for another, and hardly another price."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from proofsheet.contracts.client.target import PERMISSIONS
from proofsheet.contracts.derive.picture_prompts import numbered, subject
from proofsheet.contracts.derive.repeated_requests import seed_of
from proofsheet.contracts.derive.samples import price, smallest
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import DEAREST, Plan, plan
from proofsheet.spec.build import operations
from proofsheet.spec.document import Document

ALL = frozenset(PERMISSIONS)
SEEDS = (1, 11, 12, 13, 59, 1000, 4_294_967_295)


def test_the_same_seed_gives_the_same_plan(variant: Document) -> None:
    only = ("stability.generateCore.size", "stability.generateCore.repeat")
    # Of a copy, nothing is shared (tests/derivations.py).
    made = [plan(Source(each), "extended", only, ALL, 5) for each in (variant, replace(variant))]
    assert made[0] == made[1]
    assert plan(Source(variant), "core") == plan(Source(variant), "core", seed=0)


@pytest.fixture(scope="module")
def first(variant: Document) -> Plan:
    return plan(Source(variant), "extended", (), ALL)


def _samples(document: Document) -> Iterator[str]:
    """The texts of the document's own request examples, which the judge sends as they are."""
    for _, _, node in operations(document.raw):
        for content in node.get("requestBody", {}).get("content", {}).values():
            for example in content.get("examples", {}).values():
                yield from (
                    each for each in example["value"].values() if isinstance(each, str) and len(each) > 8
                )


@pytest.mark.parametrize("seed", [1, 12, 1000])
def test_another_seed_asks_for_other_pictures_at_about_the_same_price(
    variant: Document, first: Plan, seed: int
) -> None:
    second = plan(Source(variant), "extended", (), ALL, seed)
    # Which pictures are merged, and which cheaper ones are added, is decided by the seed.
    assert abs(first.price - second.price) <= first.price / 100
    assert (first.risk, first.requirements) == (second.risk, second.requirements)
    free, others = (
        [each for each in made.cases if not each.pays and each.operation != "getBalance"]
        for made in (first, second)
    )
    assert free == others
    known, pictures = (
        {each.id.rpartition("-")[2]: each.prompt for each in made.cases if each.pays}
        for made in (first, second)
    )
    same = {prompt for number, prompt in pictures.items() if prompt and known.get(number) == prompt}
    # What is asked for in given words is the same in every run.
    given = (
        *_samples(variant),
        "🏠",
        "café",
        "שלום",
        "(blue:0.3)",
        "A lighthouse on a cliff",
        "Lighthouse on a cliff overlooking",
    )
    assert [each for each in same if not any(words in each for words in given)] == []


@pytest.mark.parametrize("seed", range(4))
def test_core_costs_no_more_than_three_pictures_of_each_operation(document: Document, seed: int) -> None:
    """Or one, of those that have to be given a picture; and none of those that are dear."""
    made = plan(Source(document), "core", seed=seed)
    most = Decimal(0)
    for each in document.operations.values():
        usual = price(each, smallest(each))
        pictures = 3 if each.id in ("generateUltra", "generateCore", "generateSd3", "textToImage") else 1
        most += pictures * usual if usual <= DEAREST else 0
    assert made.price <= most
    assert {each.operation for each in made.cases if each.cost > DEAREST and each.pays} == set()


@pytest.mark.parametrize("seed", range(4))
def test_core_asks_for_a_wide_picture_another_ratio_every_format_and_both_forms(
    document: Document, seed: int
) -> None:
    """Of the operations of version 2; the default is asked for as well, without a word."""
    made = plan(Source(document), "core", seed=seed)
    for name in ("generateUltra", "generateCore", "generateSd3"):
        requested = [made.requested[each.id] for each in made.cases if each.pays and each.operation == name]
        flat = {each for one in requested for each in one}
        assert () in requested
        assert {"aspect_ratio 16:9", "output_format jpeg", "output_format webp"} <= flat
        assert {"seed largest", "seed fresh", "Accept application/json", "Accept image/*"} <= flat
        assert len({each for each in flat if each.startswith("aspect_ratio")}) >= 2


@pytest.mark.parametrize("seed", range(4))
def test_what_was_found_is_asked_again_by_itself_with_the_same_request(document: Document, seed: int) -> None:
    """`--only` with the seed of a run sends what that run sent, and no more than speaks for it."""
    whole = plan(Source(document), "core", seed=seed)
    part = plan(Source(document), "core", ("stability.generateSd3.form.json",), seed=seed)
    again = {each.id: each.request for each in part.cases if each.pays}
    sent = {each.id: each.request for each in whole.cases if each.pays}
    assert again
    assert again.items() <= sent.items()
    assert part.price < whole.price


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
