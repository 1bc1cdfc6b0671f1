"""Which explorers a run has: one module for each source of cases, imported only if it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from proofsheet.contracts.derive.explored import explored
from proofsheet.contracts.explore import Explorer
from proofsheet.contracts.plan.plan import Plan
from proofsheet.contracts.requirement import Requirement
from proofsheet.contracts.settings import BadUse, Settings

WITH = ("hypothesis", "schemathesis")


def widened(found: Settings, sources: tuple[str, ...]) -> Plan:
    """The plan with the requirements that only explorers speak for; unchanged where --explore is 0."""
    if not found.explore:
        return found.plan
    known = {each.id for each in found.plan.requirements}
    more = [each for each in _further(found, sources) if each.id not in known and found.asks(each.id)]
    return replace(found.plan, requirements=(*found.plan.requirements, *more))


def _further(found: Settings, sources: tuple[str, ...]) -> Iterator[Requirement]:
    if "hypothesis" in sources:
        for operation in found.document.operations.values():
            yield from (each.requirement for each in explored(found.source, operation))
    if "schemathesis" in sources:
        from proofsheet.contracts.fuzz import advice

        yield from advice.requirements(found.source)


def explorers(found: Settings, sources: tuple[str, ...], carried: Collection[str]) -> tuple[Explorer, ...]:
    """The explorers for a run; none where --explore is 0. Raises BadUse if a package is missing."""
    chosen: list[Explorer] = []
    if found.explore and "hypothesis" in sources:
        from proofsheet.contracts.explore import hypothesis_explorers

        arguments = (found.source, found.plan, found.seed, found.explore, found.permissions)
        chosen += hypothesis_explorers.explorers(*arguments, carried)
    if found.explore and "schemathesis" in sources:
        chosen += _schemathesis(found, carried)
    return tuple(chosen)


def _schemathesis(found: Settings, carried: Collection[str]) -> list[Explorer]:
    """Its explorer; none if an earlier run told what it found: it would ask, and pay, for that again."""
    from proofsheet.contracts.fuzz import conversion, explorer

    if any(map(conversion.is_ours, carried)):
        return []
    ids = [each.id for each in found.plan.requirements]
    try:
        return [explorer.explorer(found.document, ids, found.permissions, found.seed, found.explore)]
    except explorer.MissingSchemathesis as missing:
        raise BadUse(str(missing)) from None
