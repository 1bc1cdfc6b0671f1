"""Which requirements a trial asks for: all of a profile, or the fewest that prove a mutant.

The fewest are those of its aim, one of each kind that it breaks everywhere, and all that one other operation
is asked: what it does not break must not be found there. Another `lot` draws other ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from mutants.catalogue import Mutant
from mutants.declaration import covers, topic

from proofsheet.contracts.case import Case
from proofsheet.contracts.plan.plan import Plan
from proofsheet.contracts.requirement import Requirement

SMALL = 200  # cases: a plan of fewer is tried whole
DRAWN = 2  # operations for each aim that is found on all of them
CHARGED = 2  # operations that make something, where it is not known which shows the aim
PROBE = "balance-"  # how the ids of cases begin that ask for the balance between others
_COUNTED = ("conserved", "cost", "moves")  # seen only by what was sent before


def is_whole(mutant: Mutant, whole: Plan) -> bool:
    """Whether its trial takes the whole plan, for it is small, or because it says so."""
    if mutant.whole or mutant.asks or mutant.explore or mutant.stops:
        return True
    return len(whole.cases) < SMALL


def selected(mutant: Mutant, whole: Plan, lot: int) -> Plan:
    """What of a plan proves a mutant."""
    return reduced(whole, _requirements(mutant, whole, lot))


def left_out(whole: Plan, part: Plan) -> set[str]:
    """Operations of which a part of a plan holds not every case: their answers show less."""
    known = {each.id for each in part.cases}
    return {each.operation for each in whole.cases if each.id not in known}


def reduced(whole: Plan, wanted: Container[str]) -> Plan:
    """The cases of a plan that answer some requirements, and those that their answers are compared with."""
    topics = {
        (place(each.requirement), each.after)
        for case in whole.cases
        for each in case.expects
        if each.requirement in wanted and each.after is not None
    }
    probed = any(after == "" for _, after in topics)

    def is_kept(case: Case) -> bool:
        if any(each.requirement in wanted for each in case.expects):
            return True
        if case.id.startswith(PROBE):
            return probed
        expected = ((place(each.requirement), topic(each.requirement)) for each in case.expects)
        return not case.pays and any(
            operation == name and what.startswith(after)
            for operation, what in expected
            for name, after in topics
        )

    return replace(whole, cases=tuple(filter(is_kept, whole.cases)))


def _requirements(mutant: Mutant, whole: Plan, lot: int) -> frozenset[str]:
    asked = [each for each in whole.requirements if each.id not in whole.lacking]
    charged = _charged(mutant, asked, lot)
    found = {each for aim in mutant.aim for each in _aimed(mutant, asked, aim, charged, lot)}
    for each in mutant.every:
        found |= set(drawn([one.id for one in asked if covers([each], one.id)], lot, 1))
    places = {*drawn(sorted({each.operation for each in asked}), lot, 1), *charged}
    found |= {each.id for each in asked if each.operation in places and each.profile != "extended"}
    return frozenset(each for each in found if not is_of_all(each))


def _aimed(
    mutant: Mutant, asked: Iterable[Requirement], aim: str, charged: Sequence[str], lot: int
) -> list[str]:
    """The requirements of an aim: two of them if it is found on every operation, else each."""
    same = [each.id for each in asked if topic(each.id) == aim]
    if aim.split(".")[0] in _COUNTED:
        return [each for each in same if place(each) in charged] or same
    return drawn(same, lot, DRAWN) if covers(mutant.every, f"..{aim}") else same


def _charged(mutant: Mutant, asked: Iterable[Requirement], lot: int) -> list[str]:
    """Operations that make something, where the aim is seen in the balance, or may be in any answer."""
    if not any(each.split(".")[0] in _COUNTED or is_of_all(f"..{each}") for each in mutant.aim):
        return []
    costly = {each.operation for each in asked if topic(each.id).startswith("cost")}
    return drawn(sorted(costly), lot, CHARGED)


def drawn(names: Sequence[str], lot: int, most: int) -> list[str]:
    """Some names, by lot."""
    return sorted(names, key=lambda name: hashlib.blake2b(f"{lot} {name}".encode()).digest())[:most]


def is_of_all(name: str) -> bool:
    """Whether every answer of its operation speaks for a requirement."""
    return topic(name).startswith("answer.")


def place(name: str) -> str:
    """The operation of a requirement's id."""
    return name.split(".")[1]
