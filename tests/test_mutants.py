"""The suite can fail: each check is heard in a mutant, and some mutants earn exactly what they declare.

`make mutants` tries all of them whole. Here each check is asked for by the few requirements it speaks for.
"""

from __future__ import annotations

import pytest
from mutants.benign import benign
from mutants.catalogue import missed, mutants
from mutants.command import TABLE, table
from mutants.hearing import names
from mutants.record import recorded
from mutants.sources import named, spoken
from mutants.trial import clean, differences, trial

WHOLE = (
    "error-wrapped-portkey",  # the form of every refusal
    "error-first-only",  # several faults at once
    "ratios-dall-e",  # a listed value refused, for nothing
)
LEAST = 60
LIMIT, CREDITS = ("stability.listEngines.limit",), ("stability.generateCore.credits",)
ACCOUNTS = {  # what only further keys, or a wait, can show
    "rate-limit-shared": LIMIT,
    "rate-limit-for-ever": LIMIT,
    "credits-lent": CREDITS,
    "credits-none-403": CREDITS,
}


@pytest.mark.parametrize("check", names())
def test_each_check_speaks_in_a_mutant(check: str) -> None:
    assert check in spoken(), f"no mutant makes the check {check} speak: add one, and a row to checks.yaml"
    row = spoken()[check]
    assert check in trial(mutants()[row.mutant], only=row.only).spoke


def test_no_check_is_listed_that_is_gone() -> None:
    assert set(spoken()) == set(names())


@pytest.mark.parametrize("name", WHOLE)
def test_a_mutant_earns_exactly_what_it_declares(name: str) -> None:
    mutant = mutants()[name]
    assert differences(mutant, trial(mutant)) == []


@pytest.mark.parametrize(("name", "only"), ACCOUNTS.items())
def test_what_only_further_keys_or_a_wait_can_show_is_told(name: str, only: tuple[str, ...]) -> None:
    found = trial(mutants()[name], only=only)
    assert missed(mutants()[name], {*found.broken, *found.advised}) == []
    assert found.stopped == {}


@pytest.mark.parametrize("document", ["stability", "stability.pages-2024"])
def test_the_clean_mock_earns_nothing(document: str) -> None:
    found = clean(document, "core", 1)
    assert (found.broken, found.advised, found.stopped) == ({}, {}, {})


def test_there_are_mutants_enough() -> None:
    seen = [each for each in mutants().values() if not each.unseen]
    assert len(seen) >= LEAST


def test_each_declares_what_it_is_for() -> None:
    for each in mutants().values():
        assert missed(each, each.breaks | each.advises | each.stops) == [], each.id
        assert bool(each.breaks | each.advises | each.stops) != bool(each.unseen), each.id


def test_what_our_sources_name_is_there() -> None:
    gone = {name for each in named() for name in each.mutants} - set(mutants())
    gone |= {name for each in named() for name in each.benign} - set(benign())
    assert gone == set()
    assert all(each.mutants or each.why or each.benign for each in named())


def test_what_was_recorded_of_schemathesis_is_about_mutants_that_are_there() -> None:
    assert set(recorded().found) <= set(mutants())


def test_the_table_is_in_step() -> None:
    told = TABLE.read_text(encoding="utf-8")
    assert told == table(), "write it again: python tests/mutants/run.py --table"
