"""What a document requires, derived once in a process for each seed: the slow half of making a plan."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.spec.document import Operation

Derive = Callable[[Source, Operation], Iterator[Derived]]
MOST = 300  # operations: those of the largest family for ten seeds


def kept(derive: Derive) -> Derive:
    """`derive`, which gives for the same document (not an equal one) what it gave before.

    What is derived is frozen, so that tests may share it. A copy of the document is derived anew.
    """
    known: OrderedDict[Any, tuple[Source, list[Derived]]] = OrderedDict()

    def derived(source: Source, operation: Operation) -> Iterator[Derived]:
        key = (
            *(id(source.document), source.seed, tuple(source.prompts.items())),
            *(tuple(map(id, source.claims)), operation.id),
        )
        if key not in known:
            known[key] = (source, list(derive(source, operation)))  # the source, so that no id is used again
            if len(known) > MOST:
                known.popitem(last=False)
        yield from known[key][1]

    return derived
