"""The double: everything that stays the same from call to call, compiled when the documents load."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from proofsheet.mockserver import triggers as trigger_table
from proofsheet.mockserver.callback_queue import CallbackQueue
from proofsheet.mockserver.documents import Documents
from proofsheet.mockserver.language import Language
from proofsheet.mockserver.media.image.renderer import Renderer
from proofsheet.mockserver.settings import UNLIMITED, Settings
from proofsheet.mockserver.state.memory import Clock, MemoryState
from proofsheet.mockserver.state.protocol import State
from proofsheet.mockserver.triggers import Triggers
from proofsheet.spec.document import Document, Operation


@dataclass(frozen=True)
class Double:
    """Documents, settings and the parts that gates, behaviour and replies work with."""

    documents: Documents
    settings: Settings
    state: State
    triggers: Triggers
    language: Language
    renderer: Renderer
    callbacks: CallbackQueue = field(default_factory=CallbackQueue)
    rng: random.Random = field(default_factory=random.Random)
    decoding: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    dialogues: OrderedDict[str, Any] = field(default_factory=OrderedDict)  # by the session's id
    drawing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(4))
    editing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    def operations(self) -> Mapping[str, Operation]:
        """Every operation of every document, by its id where no other has it, else by `document.id`."""
        known = [each for document in self.documents for each in document.operations.values()]
        count = Counter(each.id for each in known)
        return {each.id if count[each.id] == 1 else f"{each.document}.{each.id}": each for each in known}


def names_of(operation: Operation) -> tuple[str, str]:
    """What people may call an operation: its id, and with its document before it."""
    return operation.id, f"{operation.document}.{operation.id}"


def opening(settings: Settings, triggers: Triggers) -> Any:
    """The function that says with how many credits an account starts (None: unlimited)."""

    def credits(account: tuple[str, str]) -> Decimal | None:
        key = account[1]
        known = (settings.keys or {}).get(key)
        if known is not None and known.credits is not None:
            return None if known.credits == UNLIMITED else known.credits
        trigger = triggers.for_key(key)
        fixed = trigger.balance(key) if trigger else None
        return settings.credits if fixed is None else fixed

    return credits


def on_redis(settings: Settings, url: str) -> Any:
    """The memory that all have who are given the same URL. Raises StateUnavailable, ValueError."""
    from proofsheet.mockserver.state.redis.state import RedisState  # its client is loaded only for it

    credits = opening(settings, trigger_table.load())
    return RedisState(url, credits, settings.journal_size, settings.seed, settings.date)


def _memory(settings: Settings, triggers: Triggers) -> State:
    if settings.state is not None:
        state: State = on_redis(settings, settings.state)
        return state
    clock = Clock(start=settings.date)
    return MemoryState(opening(settings, triggers), settings.journal_size, settings.seed, clock)


def double(documents: Documents | Iterable[Document], settings: Settings, state: Any = None) -> Double:
    """A double of `documents`; with the memory that the settings name unless one is given."""
    table = trigger_table.load()
    return Double(
        documents=documents if isinstance(documents, Documents) else Documents.of(documents),
        settings=settings,
        state=state or _memory(settings, table),
        triggers=table,
        language=Language(),
        renderer=Renderer(small=settings.small_artifacts),
        rng=random.Random(settings.seed),
    )
