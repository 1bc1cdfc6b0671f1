"""What a run will ask and cost, told before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from proofsheet.contracts.case import Case
from proofsheet.contracts.explore import Explorer
from proofsheet.contracts.settings import Settings


def priced(found: Settings, further: Sequence[Explorer]) -> str:
    """The plan with its price, the requirements that each picture answers, and what exploring may cost."""
    return "\n".join(_lines(found, further)) + "\n"


def _lines(found: Settings, further: Sequence[Explorer]) -> Iterator[str]:
    made = found.plan
    yield f"{len(made.cases)} requests for {len(made.requirements)} requirements"
    yield ""
    yield from (_paid(case) for case in made.cases if case.pays)
    free = sum(not case.pays for case in made.cases)
    yield f"  {'free':>6}          {free} requests that the contract refuses or gives away"
    if further:
        more = sum((Decimal(getattr(each, "price", 0)) for each in further), Decimal(0))
        yield f"  {more:>6} credits  at most, for exploring with {found.explore} examples an operation"
    yield ""
    yield f"{made.price} credits if the target keeps the contract;"
    yield f"a refusal that it grants by mistake costs up to {made.risk} more, within the budget."


def _paid(case: Case) -> str:
    topics = ", ".join(dict.fromkeys(each.requirement.split(".", 2)[-1] for each in case.expects))
    return f"  {case.cost:>6} credits  {case.id}: {topics}"
