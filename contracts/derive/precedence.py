"""Two faults at once: which of two gates answers first, for the pairs whose order was observed.

A note (MAY): either refusal is true, a gateway with keys of its own checks them first, and no client is known
that sends two faults and relies on which is named.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.refusals import RefusedAs
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.bounds import UNLISTED
from proofsheet.contracts.derive.samples import case_of, smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.spec.document import Operation


def _key(operation: Operation, case: Case) -> Case:
    return case.sending(credential="wrong")


def _type(operation: Operation, case: Case) -> Case:
    headers = {**case.request.headers, "content-type": "text/plain"}
    return case.sending(form=None, json=None, raw=b"prompt", headers=headers)


def _field(operation: Operation, case: Case) -> Case:
    return case  # whose body is empty


def _path(operation: Operation, case: Case) -> Case:
    return case.sending(path_params=dict.fromkeys(case.request.path_params, UNLISTED))


# gate: the kind of its fault, what is wrong, how to make it so
_FAULTS: dict[str, tuple[str, str, Callable[[Operation, Case], Case]]] = {
    "authenticate": ("unknown", "key", _key),
    "media-type": ("other", "content-type", _type),
    "path": ("enum", "path", _path),
    "validate": ("required", "field", _field),
}
# Fields of a body that cannot be read; and nobody has looked whether a path is seen before a type.
_NEVER = ({"media-type", "validate"}, {"path", "media-type"})


def precedence(source: Source, operation: Operation) -> Iterator[Derived]:
    """One requirement for each pair; where no order is known, none is asked for."""
    body = operation.body
    if body is None or not body.schema.get("required"):
        return
    order = [each for each in operation.policy.precedence if _can_fail(operation, each)]
    for first, second in itertools.combinations(order, 2):
        if {first, second} not in _NEVER:
            yield _pair(source, operation, first, second)


def _can_fail(operation: Operation, gate: str) -> bool:
    bounded = any(each.place == "path" and "enum" in each.schema for each in operation.parameters)
    return gate in _FAULTS and (gate != "path" or bounded)


def _pair(source: Source, operation: Operation, first: str, second: str) -> Derived:
    kind, wrong, _ = _FAULTS[first]
    other = _FAULTS[second][1]
    topic = f"precedence.{wrong}-before-{other}"
    says = f"with a wrong {other} too, the wrong {wrong} is what is refused"
    at = provenance.policy(operation, "x-precedence", operation.policy.precedence.index(first))
    wanted = source.requirement(operation, topic, says, at, level="MAY")
    expect = RefusedAs(wanted.id, operation.policy.outcome(first, kind))
    body = {} if "validate" in (first, second) else smallest(operation)
    case = case_of(operation, topic, body, (expect,))
    for gate in (first, second):
        case = _FAULTS[gate][2](operation, case)
    return Derived(wanted, (case,))
