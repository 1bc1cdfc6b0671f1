"""What a client does to a task: it moves it where its state lets it, goes on from it once it has ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from proofsheet.contracts.checks.extraction import answered, other_outcome
from proofsheet.contracts.checks.outcomes import is_granted, recognised
from proofsheet.contracts.checks.task_facts import around, end_of, leads, looks_of, views
from proofsheet.contracts.expectation import OfTrail
from proofsheet.contracts.history import Unjudged
from proofsheet.contracts.trail import AGAIN, Extra, Look, Trail
from proofsheet.spec.document import Operation

EARLY = "early "
FOREIGN = f"{EARLY}foreign "


@dataclass(frozen=True)
class Moved(OfTrail):
    """A task in a state that leads to `to` is moved there, and then seen there or further on."""

    operation: str
    to: str

    @property
    def extras(self) -> tuple[Extra, ...]:
        return (Extra(f"move {self.operation}", self.operation),)

    def of_trail(self, trail: Trail) -> Iterator[str]:
        look = looks_of(trail, f"move {self.operation}")[0]
        before, after = around(trail, look)
        if not is_granted(look.exchange, look.operation):
            states = trail.lifecycle.states
            if (
                before is None
                or self.to not in states[before].to
                or _may_have_gone_on(trail, before, after, self.to)
            ):
                raise Unjudged(f"it was in {before} before, and then in {after}")
            came = f"it was in {before}, which leads to {self.to}, and {self.operation} "
            yield came + f"answered {answered(look.exchange)}"
        elif after is not None and not leads(trail.lifecycle, self.to, after):
            yield f"{self.operation} was granted, and then it was in {after}, not in {self.to}"


def _may_have_gone_on(trail: Trail, before: str, after: str | None, to: str) -> bool:
    """Whether it may have left its state by itself before it was to be moved."""
    return after is not None and after != before and to not in trail.lifecycle.states[after].to


@dataclass(frozen=True)
class MoveRefused(OfTrail):
    """A task that has ended is not moved any more."""

    operation: str
    outcome: str

    @property
    def extras(self) -> tuple[Extra, ...]:
        return (Extra(f"late {self.operation}", self.operation, "ended"),)

    def of_trail(self, trail: Trail) -> Iterator[str]:
        yield from _refused(looks_of(trail, f"late {self.operation}")[0], self.outcome)


@dataclass(frozen=True)
class MovedAgain(OfTrail):
    """A task that a client has ended by moving it to `to` is not moved again, and stays there."""

    operation: str
    to: str
    outcome: str

    @property
    def extras(self) -> tuple[Extra, ...]:
        return (Extra(f"again {self.operation}", self.operation, "ended"),)

    def of_trail(self, trail: Trail) -> Iterator[str]:
        if (end := end_of(trail)) != self.to:
            raise Unjudged(f"it ended in {end}")
        look = looks_of(trail, f"again {self.operation}")[0]
        yield from _refused(look, self.outcome)
        later = {found.state for _, found in views(trail, AGAIN)} - {self.to}
        if later:
            yield f"{self.operation} came a second time, and then it was {' and '.join(map(str, later))}"


@dataclass(frozen=True)
class EarlyRefused(OfTrail):
    """What goes on from a task in one of `states` is refused while it is in another."""

    operation: str
    outcome: str
    states: frozenset[str]

    @property
    def extras(self) -> tuple[Extra, ...]:
        return (Extra(f"{EARLY}{self.operation}", self.operation),)

    def of_trail(self, trail: Trail) -> Iterator[str]:
        look = looks_of(trail, f"{EARLY}{self.operation}")[0]
        before, after = around(trail, look)
        if before in self.states or after in self.states | {None}:
            raise Unjudged(f"it was in {before} before, and then in {after}")
        yield from _refused(look, self.outcome)


@dataclass(frozen=True)
class ForeignParent(OfTrail):
    """The key of another account cannot go on from a task that has ended: to it the task does not exist."""

    operation: str
    outcome: str

    @property
    def extras(self) -> tuple[Extra, ...]:
        return (Extra(f"{FOREIGN}{self.operation}", self.operation, "ended", "other"),)

    def of_trail(self, trail: Trail) -> Iterator[str]:
        yield from _refused(looks_of(trail, f"{FOREIGN}{self.operation}")[0], self.outcome)


def granted_early(trail: Trail) -> Iterator[Operation]:
    """The operations that went on from a task by surprise: each started one that nobody follows.

    What another account was granted is not ours to pay.
    """
    for look in trail.looks:
        is_ours = look.role.startswith(EARLY) and not look.role.startswith(FOREIGN)
        if is_ours and is_granted(look.exchange, look.operation):
            yield look.operation


def _refused(look: Look, outcome: str) -> Iterator[str]:
    wanted = look.operation.outcomes[outcome]
    if wanted.status >= 300 or wanted in recognised(look.exchange, look.operation).outcomes:
        yield from other_outcome(look.exchange, look.operation, outcome)
    else:
        yield f"expected {wanted.status} {wanted.name}, came {answered(look.exchange)}"
