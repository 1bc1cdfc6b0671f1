"""Requests without a fault, at random: each is granted. They are paid for, so there are few."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.expected import FormatIs, IsSuccess, Picture, SeedIs
from proofsheet.contracts.checks.task_facts import binds
from proofsheet.contracts.derive.explored import GRANTED
from proofsheet.contracts.derive.samples import price, smallest
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.derive.task_requests import view_of
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.explore.request_sample import Sample
from proofsheet.contracts.explore.search import RequirementSearch
from proofsheet.contracts.explore.strategies import Samples, valid
from proofsheet.contracts.plan.task_cases import followed
from proofsheet.contracts.run.explorer import Attempt
from proofsheet.spec import pointers
from proofsheet.spec.document import Document, Operation

if TYPE_CHECKING:
    from proofsheet.contracts.run.attempts import Result

PICTURES = 1  # for each operation
_TRIES = 50  # examples until there is one that asks for more than the smallest request does


@dataclass(frozen=True)
class ValidRequests:
    """The explorer of successes: one picture for each operation, never shrunk, at the plain price at most."""

    source: Source
    requirements: Container[str]
    seed: int
    carried: Container[str] = ()

    @property
    def price(self) -> Decimal:
        """Credits that it spends at most."""
        return sum((PICTURES * _plain(each) for each, _ in self._searched()), Decimal(0))

    def explore(self, attempt: Attempt) -> Iterator[Result]:
        """Ask operation by operation. Raises Stop where `attempt` does."""
        for operation, name in self._searched():
            samples, case = [_samples(operation)], partial(_case, self.source.document, name)
            search = RequirementSearch(
                attempt, name, samples, case, self.seed, _TRIES, PICTURES, self.carried
            )
            yield from search.run(set(), 0)

    def _searched(self) -> Iterator[tuple[Operation, str]]:
        for operation in self.source.document.operations.values():
            name = f"{self.source.family}.{operation.id}.{GRANTED}"
            if name in self.requirements:
                yield operation, name


def _plain(operation: Operation) -> Decimal:
    return price(operation, smallest(operation))


def _samples(operation: Operation) -> Samples:
    """Those that ask for more than the smallest request does, which is planned."""
    least = _fields(smallest(operation))
    samples = valid(operation, most=_plain(operation), callers=False)
    return samples.filter(lambda each: _fields(each.body) > least)


def _fields(value: Any) -> int:
    """How many fields a body has, those within objects and lists included."""
    if isinstance(value, Mapping):
        return len(value) + sum(map(_fields, value.values()))
    return sum(map(_fields, value)) if isinstance(value, list) else 0


_NO_MEDIA = ("text", "slides", "upload")  # kinds of artifact whose files no reader of media reads


def _case(document: Document, requirement: str, sample: Sample) -> Case:
    """With the plain path: that others are answered is not documented for each. A task is followed."""
    plain = replace(sample, paths={})
    if plain.operation.lifecycles:
        case = plain.case(GRANTED, pays=True)
        return followed(document, case, tuple(_of_task(document, plain, requirement)))
    return plain.case(GRANTED, tuple(_expects(plain, requirement)), pays=True)


def _of_task(document: Document, sample: Sample, requirement: str) -> Iterator[Expectation]:
    operation, artifact = sample.operation, sample.operation.artifact
    view, lifecycle = view_of(document, operation), operation.lifecycle
    assert artifact is not None
    yield IsSuccess(requirement)
    if artifact.kind not in _NO_MEDIA:
        yield FormatIs(requirement, str(artifact.media.pick(sample.body)))
    if view and lifecycle and binds(view, lifecycle, "$artifact.seed"):
        yield from _seed(sample, requirement)


def _expects(sample: Sample, requirement: str) -> Iterator[Expectation]:
    artifact = sample.operation.artifact
    assert artifact is not None
    accept = sample.headers.get("accept") or sample.operation.policy.default_accept
    kind = str(artifact.media.pick(sample.body))
    yield IsSuccess(requirement)
    if artifact.kind in _NO_MEDIA:
        return
    media_type = accept if accept in sample.operation.success.representations else kind
    yield Picture(requirement, media_type)
    yield from _seed(sample, requirement)


def _seed(sample: Sample, requirement: str) -> Iterator[Expectation]:
    artifact = sample.operation.artifact
    if artifact is not None and artifact.seed is not None:
        at = artifact.seed.field
        known = pointers.find(artifact.read(sample.body), at) if at else iter(())
        wanted = next(known, artifact.seed.random)
        fixed = None if wanted == artifact.seed.random else wanted
        yield SeedIs(requirement, seed=fixed, maximum=artifact.seed.maximum)
