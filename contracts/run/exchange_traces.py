"""What a run remembers of an exchange."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from proofsheet.contracts.case import Case, Request
from proofsheet.contracts.checks.extraction import balance, decoding, reported_seed
from proofsheet.contracts.checks.kept_answers import said
from proofsheet.contracts.checks.limit_headers import left
from proofsheet.contracts.checks.outcomes import is_success
from proofsheet.contracts.checks.vectors import beginnings
from proofsheet.contracts.client.target_file import KEYS
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.history import Trace
from proofsheet.contracts.trail import FILE
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation


def trace(case: Case, exchange: Exchange, operation: Operation, began: float) -> Trace:
    """What to remember of the exchange of a case of one step."""
    request = case.request
    succeeded = is_success(exchange, operation)
    draws = succeeded and operation.artifact is not None and not operation.lifecycles
    is_shown = draws and (case.pays or case.step.role == FILE)
    is_paid = succeeded and operation.cost is not None and not operation.lifecycles
    return Trace(
        case=case.id,
        operation=operation.id,
        status=exchange.status,
        speaks=frozenset(each.requirement for each in case.expects),
        charged=case.cost if is_paid and request.credential not in KEYS else Decimal(0),
        balance=_decimal(balance(exchange, operation)),
        seed=reported_seed(exchange, operation) if draws else None,
        asked_seed=_asked_seed(request, operation),
        prompt=case.prompt,
        looks=_looks(exchange, operation, is_shown) if succeeded else (),
        began=began,
        left=left(exchange, operation),
    )


def _looks(exchange: Exchange, operation: Operation, is_shown: bool) -> tuple[bytes, ...]:
    """What pictures, vectors or kept answers are compared by."""
    if operation.kept is not None and operation.kept.keeps is not None:
        return (said(exchange, operation),)
    if operation.embedding is not None:
        return tuple(beginnings(exchange, operation))
    found = decoding(exchange, operation) if is_shown else ()
    return tuple(each.look for each in found if each.look)


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _json(sent: bytes) -> Any:
    """A part of a form that holds JSON; None where it does not."""
    try:
        return json.loads(sent)
    except ValueError:
        return None


def _asked_seed(request: Request, operation: Operation) -> Any:
    artifact = operation.artifact
    seed = artifact.seed if artifact else None
    if artifact is None or seed is None or not seed.field:
        return None
    if isinstance(request.json, dict):
        return next(pointers.find(artifact.read(request.json), seed.field), None)
    first, *rest = seed.field
    sent = {part.name: part.content for part in request.form or ()}.get(first, b"")
    if rest:
        return next(pointers.find(_json(sent), tuple(rest)), None)
    return int(sent) if sent.isdigit() else None
