"""Verdicts: a ladder that only climbs, for a requirement and for a profile."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from proofsheet.contracts.requirement import Requirement

UNSENT = "not sent: "  # how the reason begins of what a run that stopped has left


class Status(IntEnum):
    """errored means that the suite or the target broke, not that the contract was."""

    SKIPPED = 0
    PASSED = 1
    FAILED = 2
    ERRORED = 3


@dataclass
class Verdict:
    """What is known of one requirement so far; `status` never goes down."""

    requirement: Requirement
    status: Status = Status.SKIPPED
    reason: str = "not reached"
    messages: list[str] = field(default_factory=list)

    def climb(self, status: Status, message: str = "") -> None:
        """Take note of a result."""
        if status > self.status:
            self.status = status
        if message:
            self.messages.append(message)

    @property
    def is_breach(self) -> bool:
        """Whether this fails the target: advice never does."""
        return self.status is Status.FAILED and self.requirement.level != "MAY"


def summary(verdicts: Iterable[Verdict], excused: Collection[str] = ()) -> str:
    """success, partial (something was skipped, or fails and is excused), failure, or error.

    `excused` are the ids of known deviations: no failure, but nothing that was kept either.
    """
    found = list(verdicts)
    if any(each.status is Status.ERRORED for each in found):
        return "error"
    breaches = [each.requirement.id for each in found if each.is_breach]
    if any(name not in excused for name in breaches):
        return "failure"
    skipped = any(each.status is Status.SKIPPED for each in found)
    return "partial" if breaches or skipped else "success"
