"""The order of refusals under a documented rate: what counts is sent early and late, and its window passes
while the rest is sent."""

from __future__ import annotations

from collections.abc import Iterable

from proofsheet.contracts.case import Case
from proofsheet.spec.document import Document, Operation

Blocks = list[list[Case]]
SHARE = 0.75  # of a window is used by what is sent first; the rest is for what looks at the balance meanwhile


def spread(document: Document, blocks: Iterable[list[Case]]) -> Blocks:
    """The blocks, each the cases of one operation, in another order.

    Where the rate is looked at before the body, each refusal counts: as many blocks of such operations as
    fit into a window come first, the others last.
    """
    first: Blocks = []
    free: Blocks = []
    last: Blocks = []
    sent = 0
    for block in blocks:
        operation = document.operations[block[0].operation]
        if not _counts_refusals(operation):
            free.append(block)
        elif sent + len(block) <= _room(operation):
            first.append(block)
            sent += len(block)
        else:
            last.append(block)
    return [*first, *free, *last]


def _counts_refusals(operation: Operation) -> bool:
    order = operation.policy.precedence
    return "rate-limit" in order and "validate" in order[order.index("rate-limit") :]


def _room(operation: Operation) -> float:
    limit = operation.policy.rate_limit
    return limit.requests * SHARE if limit else 0
