"""Callbacks: requests that go out when a task comes into a state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from proofsheet.spec.expressions import Expression, embedded


@dataclass(frozen=True)
class Callback:
    """A request that goes out when a task comes into one of `states`; its body is what a view answers."""

    name: str
    url: str  # a runtime expression in braces, of the submission
    method: str
    states: frozenset[str]
    headers: Mapping[str, str] = field(default_factory=dict)  # values may be runtime expressions
    attempts: int = 1  # until it is answered with a 2xx
    retry_seconds: float = 0.0  # from one to the next
    retry_is_known: bool = False  # whether the document says how often it is sent
    part: tuple[str, ...] = ()  # of what the view shows, where it is not all

    @cached_property
    def places(self) -> tuple[Expression, ...]:
        """Where in the submission the parts of its URL stand."""
        return embedded(self.url)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that must be sent for it to go anywhere."""
        pointed = (each.text.partition("#/")[2] for each in self.places)
        return tuple(each.rpartition("/")[2] for each in pointed if each and "~" not in each)
