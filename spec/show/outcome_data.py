"""The ways an operation can end: status, name, who refuses, whether it is paid for, the bodies."""

from __future__ import annotations

from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.document import Document, Operation, Outcome
from proofsheet.spec.show.evidence_data import Known


def of_operation(document: Document, operation: Operation) -> list[dict[str, Any]]:
    """An operation's outcomes by status, each with its body in each form (media type)."""
    known = Known(document, operation)
    ordered = sorted(operation.outcomes.values(), key=lambda each: each.status)
    return [_outcome(document, operation, each, known) for each in ordered]


def _outcome(document: Document, operation: Operation, outcome: Outcome, known: Known) -> dict[str, Any]:
    places = {form: _place(operation, outcome, form) for form in outcome.representations}
    first = pointers.get(document.raw, next(iter(places.values())))
    cost = operation.cost
    return {
        "operation": operation.id,
        "status": outcome.status,
        "outcome": outcome.name,
        "summary": first.get("summary", ""),
        "gates": [gate for gate, name in operation.policy.refusals.items() if name == outcome.name],
        **({"charged": outcome.name in cost.charged} if cost else {}),
        "evidence": known.at(next(iter(places.values()))),
        "forms": [
            {
                "type": form or "no body",
                "body": each.value,
                "headers": pointers.get(document.raw, places[form]).get("x-headers", {}),
                "filled": pointers.get(document.raw, places[form]).get("x-bind", {}),
                "evidence": known.at(places[form]),
            }
            for form, each in outcome.representations.items()
        ],
    }


def _place(operation: Operation, outcome: Outcome, form: str) -> str:
    status = str(outcome.status)
    if not form:
        return operation.pointer + pointers.join("responses", status, "x-empty", outcome.name)
    return operation.pointer + pointers.join("responses", status, "content", form, "examples", outcome.name)
