"""What a service looks at before it draws: a prompt's language, and what it asks for; by permission only.

Which prompts are flagged is no part of a contract, and none that would be is written here: `Source.prompts`
has those of a target that says which words it flags.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.expected import Constants, IsSuccess
from proofsheet.contracts.checks.task_course import Ends
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.answer_forms import forms
from proofsheet.contracts.derive.refusals import refused
from proofsheet.contracts.derive.samples import prompted, smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.success_markers import markers
from proofsheet.contracts.derive.task_requests import goes_on
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation, Outcome

FOREIGN = "Ein altes Haus am See mit einem roten Dach und einem kleinen Boot vor dem Steg"
FLAGGED, FILTERED = "flagged", "filtered"


def moderation(source: Source, operation: Operation) -> Iterator[Derived]:
    """Refusals, which are free unless the target draws all the same; and pictures that come blurred."""
    if operation.artifact is None or not operation.artifact.prompts or goes_on(operation):
        return  # whether there is a task to go on from is looked at before its prompt
    says = f"a prompt in another language ({FOREIGN[:14]}…) is refused"
    yield from _refused(source, operation, "language", "language", says, FOREIGN)
    says = "a prompt that the target flags is refused"
    text, more = source.prompts.get(FLAGGED), f"+{FLAGGED}-prompt"
    yield from _refused(source, operation, "moderation", "moderation.flagged", says, text, more)
    for outcome in operation.outcomes.values():
        if outcome.status == operation.success.status and _is_blurred(outcome):
            yield from _blurred(source, operation, outcome)


def _refused(
    source: Source, operation: Operation, gate: str, topic: str, says: str, text: str | None, more: str = ""
) -> Iterator[Derived]:
    if gate not in operation.policy.precedence:
        return
    at = provenance.policy(operation, "x-refusals", gate)
    also = provenance.refusal(operation, gate)
    needs = f"moderation{more}"
    outcome, lifecycle = operation.policy.outcome(gate, ""), operation.lifecycle
    if lifecycle is not None and outcome in lifecycle.states:  # it is taken, and ends so
        wanted = source.requirement(operation, topic, says, at, also=also, profile="extended", needs=needs)
        ends, fields = Ends(wanted.id, frozenset({outcome})), prompted(operation, text or "")
        own = PaidConstraint(operation.id, ends, None, fields, topic, alone=True)
        yield Derived(wanted, paid=(own,)) if text else Derived(wanted)
        return
    fault = (gate, "", smallest(operation, **prompted(operation, text or "")))
    options: dict[str, Any] = {"also": also, "profile": "extended", "needs": needs}
    found = refused(source, operation, topic, says, at, *fault, **options)
    yield found if text else Derived(found.requirement)


def _is_blurred(outcome: Outcome) -> bool:
    return any(each.blurred for each in outcome.representations.values())


def _blurred(source: Source, operation: Operation, outcome: Outcome) -> Iterator[Derived]:
    """In each form: a success all the same, that says what became of it, and is paid for where it says so."""
    text = source.prompts.get(FILTERED, "")
    for form in forms(operation):
        body, headers = markers(operation, outcome, form.media_type)
        content = pointers.join("responses", outcome.status, "content", form.media_type)
        at = f"{content}/examples{pointers.join(outcome.name)}"
        marks = ", ".join(f"{name} {value}" for name, value in {**body, **headers}.items())
        wanted = source.requirement(
            operation,
            f"{FILTERED}.{form.name}",
            f"a picture that the target filters comes and says so: {marks}",
            at,
            also=(f"{at}/value", f"{at}/x-blurred", f"{at}/x-headers"),
            profile="extended",
            needs=f"moderation+{FILTERED}-prompt",
        )
        fields = prompted(operation, text)
        expects = (Constants(wanted.id, body=body, headers=headers), IsSuccess(wanted.id))
        request = (form.accept, fields, f"{FILTERED}.{form.name}")
        paid = tuple(PaidConstraint(operation.id, each, *request, alone=True) for each in expects)
        yield Derived(wanted, paid=paid if text else ())
