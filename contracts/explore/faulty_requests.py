"""Requests with one fault, at random: each is refused as the document says, and no text in them does harm."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.expected import IsRefusal
from proofsheet.contracts.derive.bounds import bounds
from proofsheet.contracts.derive.explored import LEVELS, TEXT
from proofsheet.contracts.derive.faults import weighed
from proofsheet.contracts.derive.other_bodies import variants
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.explore.request_sample import Sample
from proofsheet.contracts.explore.search import Kind, RequirementSearch
from proofsheet.contracts.explore.strategies import Samples, each_fault
from proofsheet.contracts.explore.value_strategies import unicode_texts
from proofsheet.contracts.run.explorer import Attempt
from proofsheet.spec.document import Operation

if TYPE_CHECKING:
    from proofsheet.contracts.run.attempts import Result

SMALLER = 150  # attempts at smaller requests for an operation, all its findings together
FEWER = 5  # one in so many examples is of a level other than MUST


@dataclass(frozen=True)
class FaultyRequests:
    """The explorer of refusals: about `examples` requests for each operation, the same for the same seed.

    A refusal that the target grants by mistake costs what a success costs, so the first one ends the search
    for its requirement, and is told as it is: to shrink it would be to pay for it again.
    """

    source: Source
    requirements: Container[str]
    seed: int
    examples: int
    carried: Container[str] = ()

    def explore(self, attempt: Attempt) -> Iterator[Result]:
        """Search operation by operation. Raises Stop where `attempt` does."""
        for operation in self.source.document.operations.values():
            if operation.body is not None:
                yield from self._operation(operation, attempt)

    def _operation(self, operation: Operation, attempt: Attempt) -> Iterator[Result]:
        known: set[Kind] = set()
        left = SMALLER
        names = {each: f"{self.source.family}.{operation.id}.{each}" for each in (*LEVELS.values(), TEXT)}
        wanted = {topic: name for topic, name in names.items() if name in self.requirements}
        for topic, samples, examples in self._searches(operation, wanted) if wanted else ():
            name = wanted[topic]
            case = partial(_case, topic, name)
            search = RequirementSearch(
                attempt, name, samples, case, self.seed, examples, carried=self.carried
            )
            yield from search.run(known, left)
            left -= max(len(search.results) - examples, 0)

    def _searches(
        self, operation: Operation, wanted: Container[str]
    ) -> Iterator[tuple[str, list[Samples], int]]:
        """(topic, samples, how many) for each level that is wanted, and for texts of all kinds."""
        few = max(self.examples // FEWER, 1)
        bodies = [(each, weighed(self.source, each)) for each in variants(operation)]
        most = _dearest(self.source, operation)
        for level, topic in LEVELS.items():
            found = [(each, fault) for each, levels in bodies for fault in levels.get(level, ())]
            if found and topic in wanted:
                # Headers may be wrong in ways that no document knows: an organization that there is not.
                samples = each_fault(found, most=most, callers=False)
                yield topic, samples, self.examples if level == "MUST" else few
        grave = [(each, fault) for each, levels in bodies for fault in levels.get("MUST", ())]
        if grave and TEXT in wanted:
            yield TEXT, each_fault(grave, unicode_texts(), most), max(self.examples // 2, 1)


def _dearest(source: Source, operation: Operation) -> Decimal:
    """What the dearest planned refusal of an operation would cost: no other may cost more."""
    planned = bounds(source, operation)
    return max((case.cost for each in planned for case in each.cases), default=Decimal(0))


def _case(topic: str, requirement: str, sample: Sample) -> Case:
    expects = (IsRefusal(requirement),) if topic == TEXT else tuple(sample.refused(requirement))
    return sample.case(topic, expects)
