"""Whether a refusal is the one that was expected, and speaks of what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.contracts.checks.extraction import excerpt, parsed
from proofsheet.contracts.exchange import Exchange
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation, Outcome


def outcome(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """The answer is the named outcome: its status, and its name where its example carries it."""
    wanted = operation.outcomes[params["outcome"]]
    if exchange.status != wanted.status:
        yield f"expected {wanted.status} {wanted.name}, came {exchange.status} {excerpt(exchange)}"
        return
    for pointer in _names(wanted):
        body = parsed(exchange)
        came = next(pointers.find(body, pointers.split(pointer)), None)
        if came != wanted.name:
            yield f"expected {pointer} to be {wanted.name!r}, came {came!r}"


def _names(wanted: Outcome) -> list[str]:
    """Where an outcome's example carries the outcome's own name."""
    example = next(iter(wanted.representations.values()))
    value = example.value if isinstance(example.value, dict) else {}
    bound = {tokens[0] for tokens, _ in example.binds if tokens}
    return [
        f"/{key}" for key, each in value.items() if each == wanted.name and key not in bound and key != "id"
    ]


def names(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """The refusal's message names each field that is wrong."""
    if exchange.status < 400:
        return  # that it was granted is the outcome check's finding
    text = exchange.body.decode("utf-8", "replace")
    for field in params["fields"]:
        if not _speaks_of(text, field):
            yield f"the message does not name {field}: {excerpt(exchange)}"


def passes_over(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """The refusal's message names none of these fields: nothing is wrong with them."""
    text = exchange.body.decode("utf-8", "replace")
    for field in params["fields"] if exchange.status >= 400 else ():
        if _speaks_of(text, field):
            yield f"the message names {field}, which is as it should be: {excerpt(exchange)}"


def _speaks_of(text: str, field: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(field)}(?![\w-])", text, re.IGNORECASE) is not None
