"""What is made of an operation once, for every call: its schemas compiled, its media types in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from proofsheet.spec import media_types
from proofsheet.spec.document import Operation, Parameter, Rule
from proofsheet.spec.schemas import Schema
from proofsheet.spec.security import Reader, reader

_LONGEST_KNOWN = 500  # characters of an Accept header that is remembered with what it takes


class Candidates:
    """Which of an operation's media types an Accept header takes. Only short headers are remembered."""

    def __init__(self, offers: tuple[str, ...]) -> None:
        self._find = partial(media_types.matching, offers=offers)
        self.known = lru_cache(maxsize=256)(self._find)

    def __call__(self, header: str) -> tuple[str, ...]:
        return self.known(header) if len(header) <= _LONGEST_KNOWN else self._find(header)


@dataclass(frozen=True)
class CompiledRule:
    """A rule whose two schemas are compiled."""

    rule: Rule
    when: Schema
    then: Schema


@dataclass(frozen=True)
class Compiled:
    """What the validate and path gates of one operation need, and what its success is offered as."""

    bodies: Mapping[str, Schema]  # by media type
    parameters: tuple[tuple[Parameter, Schema], ...]
    rules: tuple[CompiledRule, ...]
    candidates: Callable[[str], tuple[str, ...]]  # an Accept header to media types of a success, best first
    credential: Reader
    usual: tuple[str, ...]  # those of the vendor's default
    templates: dict[Any, Any] = field(default_factory=dict)  # of its answers, made when one is needed first


def compiled(operation: Operation) -> Compiled:
    """Compile one operation's schemas."""
    usual = media_types.matching(operation.policy.default_accept, operation.success.representations)
    # Where a client takes anything, the default comes before the rest of what is on offer.
    offers = tuple(dict.fromkeys((*usual, *operation.success.representations)))
    return Compiled(
        bodies={each.media_type: Schema(dict(each.schema)) for each in operation.bodies},
        parameters=tuple((each, Schema(dict(each.schema))) for each in operation.parameters),
        rules=tuple(
            CompiledRule(rule, Schema(dict(rule.when)), Schema(dict(rule.then))) for rule in operation.rules
        ),
        candidates=Candidates(offers),
        credential=reader(operation.security),
        usual=usual,
    )
