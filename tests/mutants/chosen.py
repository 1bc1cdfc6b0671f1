"""The suite can fail: a choice of the mutants earns exactly what it declares, and the clean mock nothing.

`make mutants` tries all of them; these are the ones that each stand for a way of seeing a breach: general
checks, outcomes, pictures, seeds, memory of a run, sizes, what nobody can see.
"""

from __future__ import annotations

import pytest
from mutants.catalogue import missed, mutants
from mutants.trial import clean, differences, trial

CHOSEN = (
    "error-wrapped-portkey",  # the form of every refusal
    "error-first-only",  # several faults at once
    "error-400-as-422",  # statuses
    "error-as-html-502",  # a gateway's own page
    "leak-key",  # what no error may show
    "unknown-key-accepted",  # credentials
    "key-before-fields",  # what a proxy may do breaks no MUST
    "body-limit-1-mib",  # below the bound
    "prompt-may-be-empty",  # beyond the bound
    "ratios-dall-e",  # a listed value refused, for nothing
    "bare-key-refused",  # another scheme
    "header-request-id-lost",  # headers
    "charge-for-refusals",  # money
    "picture-truncated",  # pictures: core, so paid ones too
    "seed-off-by-one",  # seeds
    "picture-cached",  # pictures beside each other
)
LEAST = 60


@pytest.mark.parametrize("name", CHOSEN)
def test_mutant_earns_exactly_what_it_declares(name: str) -> None:
    mutant = mutants()[name]
    assert differences(mutant, trial(mutant)) == []


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("document", ["stability", "stability.pages-2024"])
def test_clean_mock_earns_nothing(document: str, seed: int) -> None:
    found = clean(document, "core", seed)
    assert (found.broken, found.advised, found.stopped) == ({}, {}, {})


def test_there_are_mutants_enough() -> None:
    seen = [each for each in mutants().values() if not each.unseen]
    assert len(seen) >= LEAST


def test_each_declares_what_it_is_for() -> None:
    for each in mutants().values():
        assert missed(each, each.breaks | each.advises | each.stops) == [], each.id
        assert bool(each.breaks | each.advises | each.stops) != bool(each.unseen), each.id


def test_what_a_proxy_may_do_breaks_no_must() -> None:
    found = trial(mutants()["key-before-fields"])
    assert {found.levels[name] for name in found.broken} == {"SHOULD"}
