"""Operations that take a body in several media types: the others are asked what the usual one is.

Their topics begin with the name of the media type: `json.prompt.required`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from proofsheet.contracts.case import Case, PaidConstraint, Step
from proofsheet.contracts.checks.expected import IsSuccess
from proofsheet.contracts.derive.allowed_values import listed
from proofsheet.contracts.derive.bounds import bounds
from proofsheet.contracts.derive.robustness import robustness
from proofsheet.contracts.derive.rules import rules
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.uploads import uploads
from proofsheet.contracts.derive.wrong_types import kinds
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation
from proofsheet.spec.request_bodies import MULTIPART

_NAMES = {MULTIPART: "form", "application/x-www-form-urlencoded": "parameters", "application/json": "json"}
_DERIVERS: tuple[Callable[[Source, Operation], Iterator[Derived]], ...] = (
    *(bounds, listed, rules, kinds, uploads, robustness),
)


def variants(operation: Operation) -> list[Operation]:
    """The operation with each of its bodies alone, the usual one first."""
    return [sent_as(operation, each.media_type) for each in operation.bodies] or [operation]


def sent_as(operation: Operation, media_type: str) -> Operation:
    """The operation with no other body than that in a media type."""
    return replace(
        operation, bodies=tuple(each for each in operation.bodies if each.media_type == media_type)
    )


def other_bodies(source: Source, operation: Operation) -> Iterator[Derived]:
    """What is asked of each body but the usual one: its refusals, and one success."""
    for body in operation.bodies[1:]:
        variant = sent_as(operation, body.media_type)
        prefix = _NAMES.get(body.media_type, body.media_type.replace("/", "-"))
        for deriver in _DERIVERS:
            yield from (_renamed(each, prefix) for each in deriver(source, variant) if each.cases)
        if operation.artifact is not None:
            says, at = f"{body.media_type} is taken", pointers.join("requestBody", "content", body.media_type)
            wanted = source.requirement(operation, f"{prefix}.taken", says, at, profile="core")
            expect = IsSuccess(wanted.id)
            constraint = PaidConstraint(operation.id, expect, None, own=prefix, media_type=body.media_type)
            yield Derived(wanted, paid=(constraint,))


def _renamed(derived: Derived, prefix: str) -> Derived:
    """The requirement and its cases under the names of another body."""
    family, operation, topic = derived.requirement.id.split(".", 2)
    wanted = replace(derived.requirement, id=f"{family}.{operation}.{prefix}.{topic}")
    cases = tuple(_case(each, prefix, wanted.id) for each in derived.cases)
    return Derived(wanted, cases, shared=derived.shared)


def _case(case: Case, prefix: str, requirement: str) -> Case:
    operation, _, name = case.id.partition("/")
    return replace(
        case,
        id=f"{operation}/{prefix}.{name}",
        steps=tuple(_step(each, requirement) for each in case.steps),
    )


def _step(step: Step, requirement: str) -> Step:
    return replace(step, expects=tuple(replace(each, requirement=requirement) for each in step.expects))
