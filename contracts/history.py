"""What a run remembers of each exchange, so that later ones can be held against it. Small: no bodies."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


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
    is_open: bool = False  # a task that was not seen to end
    is_free_end: bool = False  # a task that ended in a state that is not charged for
    left: int | None = None  # requests, as its answer says it
    began: float = 0.0  # by the clock of the judge, in seconds
    at: float = field(default_factory=time.monotonic)


History = Sequence[Trace]


@dataclass(eq=False)
class Unjudged(Exception):
    """A requirement on which nothing can be said, yet or ever; `reason` is why."""

    reason: str

    def __str__(self) -> str:
        return self.reason


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
