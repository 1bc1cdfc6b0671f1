"""The explorers of a run, and the requirements that only they speak for."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace

from proofsheet.contracts.derive.explored import explored
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.explore.faulty_requests import FaultyRequests
from proofsheet.contracts.explore.ledger_histories import LedgerHistories
from proofsheet.contracts.explore.valid_requests import ValidRequests
from proofsheet.contracts.plan.plan import Plan, is_selected


def explorers(
    source: Source,
    plan: Plan,
    seed: int,
    examples: int,
    permissions: frozenset[str],
    carried: Container[str] = (),
) -> tuple[FaultyRequests, LedgerHistories, ValidRequests] | tuple[()]:
    """The explorers for the plan's requirements, in the order in which they are asked; none for 0 examples.

    `carried` are the ids of cases of an earlier run with the same seed: what they tell is not asked again.
    Those that pay have a `price`: what they spend at most where the contract is kept, in credits.
    """
    if examples <= 0:
        return ()
    pays = "paid" in permissions
    wanted = frozenset(each.id for each in plan.requirements if each.needs in (None, *permissions))
    return (
        FaultyRequests(source, wanted, seed, examples, carried),
        LedgerHistories(source, wanted, seed, pays, carried),
        ValidRequests(source, wanted, seed, carried),
    )


def widened(source: Source, plan: Plan, only: Iterable[str] = ()) -> Plan:
    """The plan with what only explorers speak for, whatever its profile; `only` keeps requirements."""
    known = {each.id for each in plan.requirements}
    operations = source.document.operations.values()
    every = [each for operation in operations for each in explored(source, operation)]
    names = tuple(only)
    more = [each.requirement for each in every if each.requirement.id not in known]
    return replace(
        plan, requirements=(*plan.requirements, *(each for each in more if is_selected(each.id, names)))
    )
