"""What a run remembers of each exchange, so that later ones can be held against it. Small: no bodies."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.extraction import balance, reported_seed, shown
from proofsheet.contracts.client.target_file import KEYS
from proofsheet.contracts.exchange import Exchange
from proofsheet.spec.document import Operation


@dataclass(frozen=True)
class Trace:
    """One exchange in a run's memory."""

    case: str
    operation: str
    status: int
    speaks: frozenset[str]  # requirements
    charged: Decimal = Decimal(0)  # what its answer costs the key itself by the document
    balance: Decimal | None = None
    seed: int | None = None  # as reported
    asked_seed: Any = None
    prompt: str = ""
    looks: tuple[bytes, ...] = ()
    began: float = 0.0  # by the clock of the judge, in seconds
    at: float = field(default_factory=time.monotonic)


History = Sequence[Trace]


@dataclass(eq=False)
class Unjudged(Exception):
    """A requirement on which nothing can be said, yet or ever; `reason` is why."""

    reason: str

    def __str__(self) -> str:
        return self.reason


def trace(case: Case, exchange: Exchange, operation: Operation, began: float) -> Trace:
    """What to remember of an exchange."""
    succeeded = exchange.status == operation.success.status
    draws = succeeded and operation.artifact is not None
    return Trace(
        case=case.id,
        operation=case.operation,
        status=exchange.status,
        speaks=frozenset(each.requirement for each in case.expects),
        charged=case.cost if succeeded and case.credential not in KEYS else Decimal(0),
        balance=_decimal(balance(exchange, operation)),
        seed=reported_seed(exchange, operation) if draws else None,
        asked_seed=_asked_seed(case, operation),
        prompt=case.prompt,
        looks=tuple(each.look for each in shown(exchange, operation)) if draws and case.pays else (),
        began=began,
    )


def remembered(trace: Trace) -> dict[str, Any]:
    """A trace as JSON, for a run that goes on later."""
    return {
        "status": trace.status,
        "seed": trace.seed,
        "asked_seed": trace.asked_seed,
        "prompt": trace.prompt,
        "looks": [base64.b64encode(each).decode() for each in trace.looks],
    }


def recalled(case: str, operation: str, speaks: Iterable[str], memory: Mapping[str, Any]) -> Trace:
    """The trace of an earlier run. Money is left out: what happened to the account meanwhile is not known."""
    looks = tuple(base64.b64decode(each) for each in memory["looks"])
    return Trace(case, operation, speaks=frozenset(speaks), at=0.0, **{**memory, "looks": looks})


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _asked_seed(case: Case, operation: Operation) -> Any:
    seed = operation.artifact.seed if operation.artifact else None
    if seed is None:
        return None
    if isinstance(case.json, dict):
        return case.json.get(seed.field[0])
    sent = {part.name: part.value for part in case.form or ()}
    value = sent.get(seed.field[0], b"")
    return int(value) if value.isdigit() else None
