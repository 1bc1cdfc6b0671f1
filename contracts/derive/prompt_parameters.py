"""Parameters that a prompt carries in its text: one decides about the picture, an unknown one ends it."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.expected import SizeIs
from proofsheet.contracts.checks.refusals import RefusedAs
from proofsheet.contracts.checks.task_course import Ends
from proofsheet.contracts.derive.picture_prompts import numbered
from proofsheet.contracts.derive.samples import case_of, smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation
from proofsheet.spec.prompt_parameters import MEMBER, PromptParameters
from proofsheet.spec.tasks import Starts

UNKNOWN = "proofsheet"  # no parameter of anybody's
RATIO = "3:2"  # asked for where the document lists none
_FIRST = 100  # number of the subject: those before are of pictures that the plan merges
_AT = "/x-artifact/parameters"


def prompt_parameters(source: Source, operation: Operation) -> Iterator[Derived]:
    """Every requirement on the parameters that the operation's prompt may carry."""
    parameters, field = operation.artifact.parameters if operation.artifact else None, _field(operation)
    if parameters is not None and field is not None:
        yield from _ratio(source, operation, parameters, field)
        yield from _unknown(source, operation, parameters, field)


def _field(operation: Operation) -> str | None:
    """The field that carries them, where the body has it."""
    place = operation.artifact.prompts[0] if operation.artifact and operation.artifact.prompts else ()
    known = operation.body.schema.get("properties", {}) if operation.body else {}
    return place[0] if len(place) == 1 and place[0] in known else None


def _text(source: Source, operation: Operation, parameters: PromptParameters, words: str) -> str:
    number = _FIRST + list(source.document.operations).index(operation.id)
    return f"{numbered(number, source.seed)} {next(iter(parameters.marks))}{words}"


def _ratio(
    source: Source, operation: Operation, parameters: PromptParameters, field: str
) -> Iterator[Derived]:
    """The listed ratio, other than the usual one, whose picture is smallest; or one that is worked out."""
    choice = operation.artifact.size if operation.artifact else None
    if choice is None or choice.field[:1] != (MEMBER,) or not choice.table:
        return
    parameter = parameters.parameters[choice.field[1]]
    known = {
        ratio: sides
        for ratio, sides in choice.table.items()
        if ratio != str(choice.default) and parameter.compiled.is_valid(ratio)
    }
    if not known and choice.otherwise and parameter.compiled.is_valid(RATIO):
        known = {RATIO: choice.pick({MEMBER: {parameter.names[0]: RATIO}})}
    if not known:
        return
    ratio, (width, height) = min(known.items(), key=lambda each: each[1][0] * each[1][1])
    name = min(parameter.names, key=len)
    says = f"{name} {ratio} in the prompt gives a picture of about that ratio"
    at = _AT + pointers.join("parameters", parameter.names[0])
    wanted = source.requirement(
        operation, f"parameters.{parameter.names[0]}", says, at, also=("/x-artifact/size",), profile="core"
    )
    expect = SizeIs(wanted.id, width, height, choice.tolerance)
    text = _text(source, operation, parameters, f"{name} {ratio}")
    yield Derived(wanted, paid=(PaidConstraint(operation.id, expect, None, {field: text}),))


def _unknown(
    source: Source, operation: Operation, parameters: PromptParameters, field: str
) -> Iterator[Derived]:
    """What becomes of a prompt with a parameter that nobody knows: a task fails, a request is refused."""
    text, at = _text(source, operation, parameters, UNKNOWN), f"{_AT}/wording/unknown"
    lifecycle, role = operation.lifecycle, operation.task
    if isinstance(role, Starts) and lifecycle and role.flawed in lifecycle.states:
        charged = operation.cost.charged if operation.cost else {lifecycle.ordinary_end}
        ends = frozenset(lifecycle.finals) - {*charged}
        says = f"a task whose prompt has a parameter that nobody knows ends in {' or '.join(sorted(ends))}"
        wanted = source.requirement(operation, "parameters.unknown", says, at, profile="core")
        own = "unknown parameter"
        constraint = PaidConstraint(
            operation.id, Ends(wanted.id, ends), None, {field: text}, own=own, alone=True
        )
        yield Derived(wanted, paid=(constraint,))
    elif role is None and "validate" in operation.policy.precedence:
        says = "a parameter that nobody knows is refused"
        wanted = source.requirement(operation, "parameters.unknown", says, at)
        outcome = operation.policy.outcome("validate", "prompt-parameter")
        body = smallest(operation, **{field: text})
        case = case_of(operation, "parameters.unknown", body, (RefusedAs(wanted.id, outcome),))
        yield Derived(wanted, (case,))
