"""The suite can fail: each check is heard in a mutant, and some mutants are found by what they declare alone.

`make mutants` tries all of them whole. Here each check is asked for by the few requirements it speaks for.
"""

from __future__ import annotations

from typing import Any

import pytest
from mutants.benign import benign
from mutants.catalogue import HOME, Mutant, mutants
from mutants.command import TABLE, table
from mutants.declaration import Trial, declared, differences, missed
from mutants.hearing import names
from mutants.judging import clean, proof, trial
from mutants.record import recorded
from mutants.sources import named, spoken

from proofsheet.spec.yaml_reader import read

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
def test_a_mutant_is_found_by_what_it_declares_and_by_nothing_else(name: str) -> None:
    mutant = mutants()[name]
    assert differences(mutant, proof(mutant)) == []


FAMILIES = read(HOME / "families.yaml").value["mutants"]
TRIED = [  # each on another of its families, as far as there are
    f"{each['id']}--{each['documents'][at % len(each['documents'])]}" if "documents" in each else each["id"]
    for at, each in enumerate(FAMILIES)
]


@pytest.mark.parametrize("name", TRIED)
def test_what_goes_wrong_on_any_family_is_found_there(name: str) -> None:
    mutant = mutants()[name]
    assert differences(mutant, trial(mutant)) == []


def _mutant(**fields: Any) -> Mutant:
    return Mutant("x", "", "", "wire", **{"aim": ("seed.fresh",), **fields})


def _found(*broken: str, passed: tuple[str, ...] = (), **fields: Any) -> Trial:
    return Trial({f"f.{each}": ["why"] for each in broken}, {}, {}, passed=frozenset(passed), **fields)


@pytest.mark.parametrize(
    ("mutant", "found", "said"),
    [
        (_mutant(), _found(), "misses its aim: seed.fresh"),
        (_mutant(also=("*.enum",)), _found("a.style.enum"), "misses its aim: seed.fresh"),
        (_mutant(), _found("a.seed.fresh", "a.key.none"), "found beyond: f.a.key.none"),
        (
            _mutant(every=("*.enum",)),
            _found("a.seed.fresh", "a.style.enum", passed=("f.b.mode.enum",)),
            "was not found on every operation: f.b.mode.enum",
        ),
        (
            _mutant(also=("*.enum",)),
            Trial({"f.a.x.enum": []}, {"f.a.seed.fresh": []}, {}),
            "only advises: seed.fresh",
        ),
        (
            _mutant(),
            Trial({"f.a.seed.fresh": []}, {}, {"f.a.key.none": "down"}),
            "can no longer be judged: f.a.key.none",
        ),
    ],
)
def test_a_declaration_fails_by_what_is_not_found_and_by_what_has_nothing_to_do_with_it(
    mutant: Mutant, found: Trial, said: str
) -> None:
    assert said in differences(mutant, found)


def test_a_declaration_holds_for_operations_and_fields_that_come_later() -> None:
    mutant = _mutant(every=("*.enum",))
    more = _found("a.seed.fresh", "new.other.enum", "a.style.enum", passed=("f.new.key.none",))
    assert differences(mutant, more) == []


def test_what_is_written_down_is_what_was_found_everywhere_and_what_went_with_it() -> None:
    found = _found("a.seed.fresh", "a.x.enum", "b.y.enum", "b.key.none", passed=("f.a.key.none",))
    assert declared(_mutant(), found) == {"every": ["*.enum"], "also": ["key.none"], "stops": []}


@pytest.mark.parametrize(("name", "only"), ACCOUNTS.items())
def test_what_only_further_keys_or_a_wait_can_show_is_told(name: str, only: tuple[str, ...]) -> None:
    found = trial(mutants()[name], only=only)
    assert missed(mutants()[name], {*found.broken, *found.advised}) == []
    assert found.stopped == {}


def test_the_clean_mock_earns_nothing() -> None:
    found = clean(
        "stability.pages-2024", "core", 1
    )  # a quarter of its family, which is judged whole by its command
    assert (found.broken, found.advised, found.stopped) == ({}, {}, {})


def test_there_are_mutants_enough() -> None:
    seen = [each for each in mutants().values() if not each.unseen]
    assert len(seen) >= LEAST


def test_each_declares_what_it_is_for() -> None:
    for each in mutants().values():
        assert bool(each.aim) != bool(each.unseen), each.id


def test_one_of_each_file_is_tried_whole() -> None:
    files = {path.name: read(path).value.get("mutants", ()) for path in HOME.glob("*.yaml")}
    alone = {name: [each for each in found if "documents" not in each] for name, found in files.items()}
    ids = {name: [each["id"] for each in found] for name, found in alone.items() if found}
    firsts = {name: mutants()[found[0]] for name, found in ids.items()}
    large = [name for name, each in firsts.items() if each.document == "stability" and not each.unseen]
    assert [name for name in large if not any(mutants()[each].whole for each in ids[name])] == []


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
