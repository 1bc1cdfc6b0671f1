"""Which explorers a run has: one module for each source of cases, imported only if it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from contracts.deriving.explored import explored
from contracts.exploring import Explorer
from contracts.plan import Plan
from contracts.requirement import Requirement
from contracts.settings import BadUse, Settings

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
        from contracts.fuzzing import advice

        yield from advice.requirements(found.source)


def explorers(found: Settings, sources: tuple[str, ...], carried: Collection[str]) -> tuple[Explorer, ...]:
    """The explorers for a run; none where --explore is 0. Raises BadUse if a package is missing."""
    chosen: list[Explorer] = []
    if found.explore and "hypothesis" in sources:
        from contracts.exploring import making

        arguments = (found.source, found.plan, found.seed, found.explore, found.permissions)
        chosen += making.explorers(*arguments, carried)
    if found.explore and "schemathesis" in sources:
        chosen += _schemathesis(found, carried)
    return tuple(chosen)


def _schemathesis(found: Settings, carried: Collection[str]) -> list[Explorer]:
    """Its explorer; none if an earlier run told what it found: it would ask, and pay, for that again."""
    from contracts.fuzzing import source, wire

    if any(map(wire.is_ours, carried)):
        return []
    ids = [each.id for each in found.plan.requirements]
    try:
        return [source.explorer(found.document, ids, found.permissions, found.seed, found.explore)]
    except source.MissingSchemathesis as missing:
        raise BadUse(str(missing)) from None
