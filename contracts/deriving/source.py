"""What every deriver yields, and how a requirement finds its evidence and its claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contracts.case import Case, Expect, Wish
from contracts.requirement import Requirement
from spec import facts, pointers
from spec.document import Document, Operation


@dataclass(frozen=True)
class Derived:
    """A requirement, and what answers it: cases of its own, or wishes for pictures shared with others.

    `every` is asked of each paid picture of the operation; `ledger` of the balance: after each paid
    picture of the operation (of any, where the operation is the balance), or after its refusals.
    """

    requirement: Requirement
    cases: tuple[Case, ...] = ()
    wish: Wish | None = None
    also: tuple[Wish, ...] = ()
    every: Expect | None = None
    ledger: Expect | None = None

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """All wishes."""
        return (self.wish, *self.also) if self.wish else self.also


@dataclass(frozen=True)
class Source:
    """A document with its claims, from which requirements are derived."""

    document: Document
    claims: tuple[Mapping[str, Any], ...] = ()

    @property
    def family(self) -> str:
        return self.document.name.partition(".")[0]

    @cached_property
    def _claimed(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for claim in self.claims:
            for pointer in claim.get("encoded", ()):
                found.setdefault(pointer, []).append(claim["id"])
        return {pointer: tuple(ids) for pointer, ids in found.items()}

    def requirement(
        self,
        operation: Operation,
        topic: str,
        says: str,
        at: str,
        *,
        profile: str = "free",
        level: str | None = None,
        most: str = "MUST",
        needs: str | None = None,
    ) -> Requirement:
        """A requirement about what stands at `at`, a pointer below the operation (or absolute: `#/…`).

        Without a level of its own it is what it is at most, or advice where the fact is only assumed.
        """
        place = at[1:] if at.startswith("#") else operation.pointer + at
        origin = pointers.origin(self.document.source, place)
        grade = facts.grade(self.document.source, origin) or "assumed"
        evidence = facts.evidence(self.document.source, origin) or {}
        return Requirement(
            id=f"{self.family}.{operation.id}.{topic}",
            operation=operation.id,
            level=level or ("MAY" if grade == "assumed" else most),
            profile=profile,
            says=says,
            pointer=origin,
            grade=grade,
            sources=tuple(_sources(evidence)),
            claims=self._claims(origin),
            needs=needs,
        )

    def _claims(self, origin: str) -> tuple[str, ...]:
        place = origin
        while place and place not in self._claimed:
            place = place.rpartition("/")[0]
        return self._claimed.get(place, ())


def _sources(evidence: Mapping[str, Any]) -> Iterable[str]:
    for name in facts.GRADES:
        if isinstance(evidence.get(name), list):
            yield from evidence[name]
