"""The commonest requirement: a request with one fault is refused as the document says of the gate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from proofsheet.contracts.checks.refusals import NamesFields, RefusedAs
from proofsheet.contracts.derive.samples import case_of
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec.document import Operation


def refused(
    source: Source,
    operation: Operation,
    topic: str,
    says: str,
    at: str,
    gate: str,
    kind: str,
    body: Mapping[str, Any],
    *,
    names: Iterable[str] = (),
    sent: Mapping[str, Any] | None = None,
    **options: Any,
) -> Derived:
    """The requirement that a request with `body` is refused as `gate` refuses this kind of fault.

    The refusal speaks of `names`, where there are any. `sent` are fields of the Request that differ from a
    plain one, `options` those of `Source.requirement`.
    """
    wanted = source.requirement(operation, topic, says, at, **options)
    expects: list[Expectation] = [RefusedAs(wanted.id, operation.policy.outcome(gate, kind))]
    if fields := tuple(names):
        expects.append(NamesFields(wanted.id, fields))
    return Derived(wanted, (case_of(operation, topic, body, tuple(expects), **(sent or {})),))
