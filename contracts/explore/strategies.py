"""Hypothesis strategies of requests, from an operation of a loaded document; docs/explore.md shows their use.

All shrink towards the smallest request: only what is required, the simplest values, the least distance from
a bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from hypothesis import strategies as st

from proofsheet.contracts.derive.faults import Fault, faults
from proofsheet.contracts.explore import value_strategies
from proofsheet.contracts.explore.fault_injection import injected
from proofsheet.contracts.explore.request_sample import Sample
from proofsheet.contracts.explore.valid import kit, requests
from proofsheet.spec.document import Operation

__all__ = ["Fault", "Sample", "Samples", "each_fault", "one_fault", "per_outcome", "valid"]

Samples = st.SearchStrategy[Sample]


def valid(
    operation: Operation,
    texts: value_strategies.Values | None = None,
    most: Decimal | None = None,
    callers: bool = True,
) -> Samples:
    """Any request that the document admits, at a price of at most `most` credits.

    With `callers`, headers that tell who calls are among it.
    `texts` draws what stands in prompts: harmless English if it is not given, since no document tells which
    languages a service takes for English, or what it refuses to draw.
    """
    return _within(
        requests(kit(operation, value_strategies.phrases() if texts is None else texts, callers)), most
    )


def one_fault(
    operation: Operation,
    among: Iterable[Fault] | None = None,
    texts: value_strategies.Values | None = None,
    most: Decimal | None = None,
    callers: bool = True,
) -> Samples:
    """A request with exactly one thing wrong: one of the faults in `among`, or of all that are known.

    The sample's `fault` says what is wrong, its `outcomes` how the document lets it end, its `names` what the
    refusal should speak of. It would cost at most `most` credits if it were granted. Raises ValueError where
    there are no faults: for operations without a body.
    """
    chosen = tuple(faults(operation) if among is None else among)
    if not chosen:
        raise ValueError(f"{operation.id}: no fault is known of its requests")
    parts = kit(operation, value_strategies.phrases() if texts is None else texts, callers)
    return _within(st.one_of([injected(each, parts) for each in chosen]), most)


def each_fault(
    among: Sequence[tuple[Operation, Fault]],
    texts: value_strategies.Values | None = None,
    most: Decimal | None = None,
    callers: bool = True,
) -> list[Samples]:
    """What `one_fault` gives for each fault by itself; what an operation's faults share is made once."""
    chosen = value_strategies.phrases() if texts is None else texts
    operations = {id(each): each for each, _ in among}  # of one id there are several: with other bodies
    kits = {place: kit(each, chosen, callers) for place, each in operations.items()}
    return [_within(st.one_of([injected(fault, kits[id(each)])]), most) for each, fault in among]


def per_outcome(operation: Operation) -> dict[str, Samples]:
    """The strategies by outcome: of all outcomes that a request can bring about by itself.

    Where a fault breaks two things at once (no picture has a side of 641 pixels, which is no multiple of 64
    either), a sample may end in the other of its `outcomes`.
    """
    by_name: dict[str, list[Fault]] = {}
    for fault in faults(operation):
        for name in _outcomes(operation, fault):
            by_name.setdefault(name, []).append(fault)
    found = {name: _ending(one_fault(operation, each), name) for name, each in by_name.items()}
    return {operation.success.name: valid(operation), **found}


_GATES = {"path": "path", "media-type": "media-type", "key": "authenticate"}


def _outcomes(operation: Operation, fault: Fault) -> set[str]:
    if fault.place != "rule":
        return {operation.policy.outcome(_GATES.get(fault.place, "validate"), fault.kind)}
    rule = operation.rules[fault.rule]
    return {rule.outcome or operation.policy.outcome("validate", "required")}


def _ending(samples: Samples, outcome: str) -> Samples:
    return samples.filter(lambda each: outcome in each.outcomes)


def _within(samples: Samples, most: Decimal | None) -> Samples:
    return samples if most is None else samples.filter(lambda each: each.cost <= most)
