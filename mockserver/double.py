"""The double: everything that stays the same from call to call, compiled when the documents load."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from proofsheet.mockserver import triggers as trigger_table
from proofsheet.mockserver.language import Language
from proofsheet.mockserver.media.image import Studio
from proofsheet.mockserver.settings import UNLIMITED, Settings
from proofsheet.mockserver.state.memory import State
from proofsheet.mockserver.triggers import Triggers
from proofsheet.spec import media_types
from proofsheet.spec.document import Document, Operation, Parameter, Rule
from proofsheet.spec.schemas import Schema


@dataclass(frozen=True)
class CompiledRule:
    """A rule whose two schemas are compiled."""

    rule: Rule
    when: Schema
    then: Schema


@dataclass(frozen=True)
class Checks:
    """What the validate and path gates of one operation need."""

    bodies: Mapping[str, Schema]  # by media type
    parameters: tuple[tuple[Parameter, Schema], ...]
    rules: tuple[CompiledRule, ...]
    candidates: Callable[[str], tuple[str, ...]]  # an Accept header to media types of a success, best first
    usual: tuple[str, ...]  # those of the vendor's default


def checks(operation: Operation) -> Checks:
    """Compile one operation's schemas."""
    usual = media_types.matching(operation.policy.default_accept, operation.success.representations)
    # Where a client takes anything, the default comes before the rest of what is on offer.
    offers = tuple(dict.fromkeys((*usual, *operation.success.representations)))
    return Checks(
        bodies={each.media_type: Schema(dict(each.schema)) for each in operation.bodies},
        parameters=tuple((each, Schema(dict(each.schema))) for each in operation.parameters),
        rules=tuple(
            CompiledRule(rule, Schema(dict(rule.when)), Schema(dict(rule.then))) for rule in operation.rules
        ),
        candidates=lru_cache(maxsize=256)(lambda header: media_types.matching(header, offers)),
        usual=usual,
    )


@dataclass(frozen=True)
class Double:
    """Documents, settings and the parts that gates, behaviour and replies work with."""

    documents: tuple[Document, ...]
    settings: Settings
    state: State
    triggers: Triggers
    language: Language
    checks: Mapping[str, Checks]
    studio: Studio
    rng: random.Random = field(default_factory=random.Random)
    decoding: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    drawing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(4))

    def operations(self) -> Mapping[str, Operation]:
        """Every operation of every document by its id."""
        return {name: each for document in self.documents for name, each in document.operations.items()}


def opening(settings: Settings, triggers: Triggers) -> Any:
    """The function that says with how many credits a key starts (None: unlimited)."""

    def credits(key: str) -> Decimal | None:
        known = (settings.keys or {}).get(key)
        if known is not None and known.credits is not None:
            return None if known.credits == UNLIMITED else known.credits
        trigger = triggers.for_key(key)
        told = trigger.balance(key) if trigger else None
        return settings.credits if told is None else told

    return credits


def double(documents: tuple[Document, ...], settings: Settings, state: Any = None) -> Double:
    """A double of `documents`; with a memory of its own unless one is given."""
    table = trigger_table.load()
    return Double(
        documents=documents,
        settings=settings,
        state=state or State(opening(settings, table), settings.journal_size, settings.seed),
        triggers=table,
        language=Language(),
        checks={name: checks(each) for doc in documents for name, each in doc.operations.items()},
        studio=Studio(),
        rng=random.Random(settings.seed),
    )
