"""Cases of one id: what asks the same is asked once, for all that expect something of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from proofsheet.contracts.case import Case, Step


def distinct(cases: Iterable[Case]) -> list[Case]:
    """Each case once, in their order; two that ask differently under one id get ids of their own."""
    found: dict[str, Case] = {}
    for case in cases:
        name, number = case.id, 1
        while name in found and not _asks_the_same(found[name], case):
            number += 1
            name = f"{case.id}-{number}"
        found[name] = _merged(found[name], case) if name in found else replace(case, id=name)
    return list(found.values())


def _asks_the_same(one: Case, other: Case) -> bool:
    def plain(case: Case) -> Case:
        return replace(case.keeping(lambda expect: False), id="")

    return plain(one) == plain(other) and (one.follow is None or one.follow == other.follow)


def _merged(one: Case, other: Case) -> Case:
    return replace(one, steps=tuple(map(_both, one.steps, other.steps)))


def _both(one: Step, other: Step) -> Step:
    return replace(one, expects=(*one.expects, *(each for each in other.expects if each not in one.expects)))
