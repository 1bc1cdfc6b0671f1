"""The explorers that draw with hypothesis, for a run."""

from __future__ import annotations

from collections.abc import Container

from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.explore.faulty_requests import Refused
from proofsheet.contracts.explore.ledger_histories import Ledger
from proofsheet.contracts.explore.valid_requests import Granted
from proofsheet.contracts.plan.plan import Plan


def explorers(
    source: Source,
    plan: Plan,
    seed: int,
    examples: int,
    permissions: frozenset[str],
    carried: Container[str] = (),
) -> tuple[Refused, Ledger, Granted] | tuple[()]:
    """The explorers for the plan's requirements, in the order in which they are asked; none for 0 examples.

    `carried` are the ids of cases of an earlier run with the same seed: what they tell is not asked again.
    Those that pay have a `price`: what they spend at most where the contract is kept, in credits.
    """
    if examples <= 0:
        return ()
    pays = "paid" in permissions
    wanted = frozenset(each.id for each in plan.requirements if each.needs in (None, *permissions))
    return (
        Refused(source, wanted, seed, examples, carried),
        Ledger(source, wanted, seed, pays, carried),
        Granted(source, wanted, seed, carried),
    )
