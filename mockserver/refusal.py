"""The no of a gate, and what it complains of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from proofsheet.spec.policy import Policy
from proofsheet.spec.schemas import Flaw


@dataclass(eq=False)
class Refusal(Exception):
    """A gate's no: which gate, what kind of no, and what is wrong. The policy knows the outcome."""

    gate: str
    kind: str = ""
    flaws: tuple[Flaw, ...] = ()
    outcome: str | None = None  # where a rule names its own
    says: str | None = None  # where a rule words its own

    def outcome_of(self, policy: Policy) -> str:
        """The name of the outcome that it leads to. Raises KeyError where the policy has none."""
        return self.outcome or policy.outcome(self.gate, self.kind)


@dataclass(frozen=True)
class Complaint:
    """One thing that a refusal complains of. What the document has no text for is None or empty."""

    message: str | None
    field: str  # as messages print it: `items[0].text`
    location: tuple[str | int, ...]  # the place and the way in it: `("body", "items", 0, "text")`
    codes: tuple[Any, ...] = ()  # one, or none where the document gives it none
