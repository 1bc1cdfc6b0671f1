"""What the document says once is judged once: of the operations of a policy, one speaks for the others.

Which one depends on the seed and on the requirement, so that every operation is asked something, and another
run asks another one. The extended profile judges each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import replace

from proofsheet.contracts.derive.source import COMPONENT, Derived
from proofsheet.spec.document import Document, Operation

Kind = tuple[Hashable, ...]


def represented(
    document: Document,
    found: Iterable[Derived],
    only: Collection[str],
    is_selected: Callable[[str], bool],
    seed: int,
) -> list[Derived]:
    """`found` without what another operation speaks for: one that is selected, if any is.

    Those that `only` names by their whole ids are asked, each of them.
    """
    every = list(found)
    groups: dict[Kind, list[Derived]] = {}
    for each in every:
        if each.shared:
            groups.setdefault(_kind(document.operations[each.requirement.operation], each), []).append(each)
    representatives: dict[str, tuple[str, ...]] = {}
    for group in groups.values():
        if named := [each.requirement.id for each in group if each.requirement.id in only]:
            others = tuple(each.requirement.operation for each in group if each.requirement.id not in named)
            representatives |= dict.fromkeys(named, others if len(named) == 1 else ())
            continue
        able = [each for each in group if is_selected(each.requirement.id)] or group
        representative = min(able, key=lambda each: _lot(each, seed)).requirement
        asked = (each.requirement.operation for each in able)
        representatives[representative.id] = tuple(each for each in asked if each != representative.operation)
    return [
        _speaking(each, representatives.get(each.requirement.id, ()))
        for each in every
        if not each.shared or each.requirement.id in representatives
    ]


def _speaking(derived: Derived, others: tuple[str, ...]) -> Derived:
    return (
        replace(derived, requirement=replace(derived.requirement, speaks_for=others)) if others else derived
    )


def _kind(operation: Operation, derived: Derived) -> Kind:
    """What operations have in common for which this is one requirement."""
    wanted = derived.requirement
    topic = wanted.id.split(".", 2)[2]
    media_type = operation.body.media_type if operation.body else None
    place = wanted.pointer if derived.shared == COMPONENT else ""
    return operation.policy.name, operation.security, media_type, topic, place, wanted.level, wanted.grade


def _lot(derived: Derived, seed: int) -> bytes:
    """Where an operation stands in the draw for one requirement: the same whoever else takes part."""
    return hashlib.blake2b(f"{seed} {derived.requirement.id}".encode(), digest_size=8).digest()
