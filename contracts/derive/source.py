"""What every deriver yields, and how a requirement finds its evidence and its claims."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, cached_property, partial
from typing import Any

from proofsheet.contracts.case import Case, PaidConstraint
from proofsheet.contracts.derive.answer_forms import PaidRequest
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.requirement import LEVELS, Requirement
from proofsheet.spec import evidence, pointers
from proofsheet.spec.document import Difference, Document, Operation

POLICY = "policy"  # it holds whatever the operation
COMPONENT = "component"  # it holds where the same part of the document is used


@dataclass(frozen=True)
class Derived:
    """A requirement, and what answers it: cases of its own, or paid requests that it shares with others.

    `every` says what is expected of the answer to a paid request of the operation, whatever it was sent for
    (None: nothing); `ledger` what is expected of the balance: after each paid picture of the operation (of
    any, where the operation is the balance), or after its refusals.
    """

    requirement: Requirement
    cases: tuple[Case, ...] = ()
    paid: tuple[PaidConstraint, ...] = ()
    every: Callable[[PaidRequest], Expectation | None] | None = None
    ledger: Expectation | None = None
    by_explorers: bool = False  # there is no case of its own to plan
    is_general: bool = False  # every answer is judged by it
    shared: str = ""  # POLICY or COMPONENT, where one operation may speak for others of its policy


@dataclass(frozen=True)
class Source:
    """A document with its claims, from which requirements are derived.

    `seed` decides what is asked for where any would do: the prompts' subjects and the pictures' seeds.
    `prompts` are words that the target is known to judge: `flagged` is refused, `filtered` drawn and blurred.
    """

    document: Document
    claims: tuple[Mapping[str, Any], ...] = ()
    seed: int = 0
    prompts: Mapping[str, str] = field(default_factory=dict)

    @property
    def family(self) -> str:
        return self.document.family

    @cached_property
    def _claimed(self) -> dict[str, tuple[Mapping[str, Any], ...]]:
        """The claims that are encoded at a place of this document."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for claim in self.claims:
            if claim.get("variant") in (None, self.document.name):
                for pointer in claim.get("encoded", ()):
                    found.setdefault(pointer, []).append(claim)
        return {pointer: tuple(each) for pointer, each in found.items()}

    def requirement(
        self,
        operation: Operation,
        topic: str,
        says: str,
        at: str,
        *,
        also: Iterable[str] = (),
        profile: str = "free",
        level: str | None = None,
        most: str = "MUST",
        needs: str | None = None,
    ) -> Requirement:
        """A requirement about what stands at `at`, a pointer below the operation (or absolute: `#/…`), or
        nearest to it where the document does not say so much.

        Its answer judges what stands at `also` as well, where there is such a place. Without a level of its
        own it is advice where the fact is only assumed, else `most`; and never more than the document allows.
        """
        origin = self._nearest(operation, at)
        grade, sources = self._graded(operation.pointer, origin)
        difference = self._difference(topic)
        own = self._level(operation, grade, level) or most
        allowed = difference.level if difference else "MUST"
        return Requirement(
            id=f"{self.family}.{operation.id}.{topic}",
            operation=operation.id,
            level=max(own, allowed, key=LEVELS.index),
            profile=profile,
            says=says,
            pointer=origin,
            grade=grade,
            sources=sources,
            claims=self._claims(operation, origin, also) if self.claims else (),
            needs=needs,
            differs=difference.why if difference else "",
        )

    def _level(self, operation: Operation, grade: str, level: str | None) -> str | None:
        """Where a vendor's page is silent it can be warned; only MUST holds whatever a fact's grade is."""
        silent = self._graded(operation.pointer, operation.pointer)[0] in evidence.ADVISORY
        if silent or (grade == "inherited" and level != "MUST"):
            return "MAY"
        return level or ("MAY" if grade in evidence.ADVISORY else None)

    def _origin(self, operation: Operation, at: str) -> str:
        return self._origins(at[1:] if at.startswith("#") else operation.pointer + at)

    @cached_property
    def _graded(self) -> Callable[[str, str], tuple[str, tuple[str, ...]]]:
        """The grade and the sources of a fact about the operation at a pointer."""

        def known(operation: str, origin: str) -> tuple[str, tuple[str, ...]]:
            grade = evidence.grade_within(self.document.source, operation, origin) or "assumed"
            return grade, tuple(_sources(evidence.evidence(self.document.source, origin) or {}))

        return cache(known)

    @cached_property
    def _origins(self) -> Callable[[str], str]:
        """`pointers.origin` in the document: thousands of requirements stand at hundreds of places."""
        return cache(partial(pointers.origin, self.document.source))

    def _nearest(self, operation: Operation, at: str) -> str:
        """Where `at` stands, or the closest place above it: not every document has every keyword."""
        while at not in ("", "#"):
            with contextlib.suppress(KeyError):
                return self._origin(operation, at)
            at = at.rpartition("/")[0]
        return self._origin(operation, "")

    def _places(self, operation: Operation, also: Iterable[str]) -> Iterator[str]:
        for at in also:
            with contextlib.suppress(KeyError):
                yield self._origin(operation, at)

    def _difference(self, topic: str) -> Difference | None:
        known = self.document.differences
        return next((each for each in known if any(fnmatchcase(topic, name) for name in each.topics)), None)

    def _claims(self, operation: Operation, origin: str, also: Iterable[str]) -> tuple[str, ...]:
        """The claims encoded at these very places, but for those about other operations."""
        places = {origin, *self._places(operation, also)}
        found = (
            claim["id"]
            for place in sorted(places)
            for claim in self._claimed.get(place, ())
            if _concerns(claim, operation)
        )
        return tuple(dict.fromkeys(found))


def _concerns(claim: Mapping[str, Any], operation: Operation) -> bool:
    """Whether a claim is about the operation: it is encoded there, or in no operation at all."""
    places = [each for each in claim["encoded"] if each.startswith("/paths/")]
    return not places or any((each + "/").startswith(operation.pointer + "/") for each in places)


def _sources(node: Mapping[str, Any]) -> Iterable[str]:
    for name in evidence.GRADES:
        if isinstance(node.get(name), list):
            yield from node[name]
