"""The commonest requirement: a request with one fault is refused as the document says of the gate."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from proofsheet.contracts.checks.refusals import NamesFields, RefusedAs, speaks_of
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
    shared: str = "",
    **options: Any,
) -> Derived:
    """The requirement that a request with `body` is refused as `gate` refuses this kind of fault.

    The refusal speaks of `names`, where the document has a place for them. `sent` are fields of the Request
    that differ from a plain one, `shared` that of Derived, `options` those of `Source.requirement`.
    """
    wanted = source.requirement(operation, topic, says, at, **options)
    expects: list[Expectation] = [RefusedAs(wanted.id, operation.policy.outcome(gate, kind))]
    fields = tuple(names)
    if fields and names_fields(operation, kind, *fields, gate=gate):
        expects.append(NamesFields(wanted.id, fields))
    cases = (case_of(operation, topic, body, tuple(expects), **(sent or {})),)
    return Derived(wanted, cases, shared=shared)


_PLACES = ("$refusal.field", "$refusal.location")
_WORDS = ("$refusal.detail", "$refusal.details")


def names_fields(operation: Operation, kind: str, *fields: str, gate: str = "validate") -> bool:
    """Whether a refusal names these fields (or values of the path): in a place for them, in its words by the
    kind of fault, or always in the same ones."""
    outcome = operation.outcomes[operation.policy.outcome(gate, kind)]
    bound = {each.text for form in outcome.representations.values() for _, each in form.binds}
    if bound.intersection(_PLACES):
        return gate == "validate"
    words = list(_wordings(operation, f"{gate}.{kind}")) if bound.intersection(_WORDS) else []
    if words:
        place = "{field}" if gate == "validate" else "{value}"
        return all(place in each or _has(each, fields) for each in words)
    return all(_has(json.dumps(form.value), fields) for form in outcome.representations.values())


def _wordings(operation: Operation, key: str) -> Iterator[str]:
    """The words for a kind of refusal, those for one expected type among them."""
    for name, text in operation.policy.wording.items():
        if name == key or name.startswith(key + "."):
            yield text


def _has(text: str, fields: tuple[str, ...]) -> bool:
    return bool(fields) and all(speaks_of(text, each) for each in fields)


def lists_all(operation: Operation) -> bool:
    """Whether a refusal lists every fault: in one list, or each as an item of one."""
    return any(
        each.text == "$refusal.details" or ("*" in tokens and each.source == "$refusal")
        for outcome in operation.outcomes.values()
        for representation in outcome.representations.values()
        for tokens, each in representation.binds
    )
