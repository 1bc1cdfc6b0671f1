"""Pictures on a transparent ground, or on an opaque one, as the request says."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.edited_pictures import IsCutOut, IsOpaque
from proofsheet.contracts.derive.answer_forms import PaidRequest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec.artifact import TRANSPARENT
from proofsheet.spec.choices import Choice
from proofsheet.spec.document import Operation


def backgrounds(source: Source, operation: Operation) -> Iterator[Derived]:
    """One requirement, which every picture answers whose request says what is to be behind it."""
    choice = operation.artifact.background if operation.artifact else None
    if choice is None or not choice.field:
        return
    says = "a picture is transparent behind its subject where that is asked for, and nowhere else"
    at = "/x-artifact/background"
    wanted = source.requirement(operation, "picture.background", says, at, profile="core")
    transparent = [key for key, each in choice.table.items() if each == TRANSPARENT]
    asked = PaidConstraint(operation.id, None, None, {choice.field[0]: transparent[0]} if transparent else {})
    yield Derived(wanted, paid=(asked,), every=partial(_expected, wanted.id, choice))


def _expected(id: str, choice: Choice, request: PaidRequest) -> Expectation | None:
    value = request.body.get(choice.field[0])
    if value is None or str(value) == choice.default or not request.is_plain:
        return None  # what the default gives is the service's choice
    return IsCutOut(id) if choice.pick(request.body) == TRANSPARENT else IsOpaque(id)
