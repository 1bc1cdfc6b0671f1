"""Whether a refusal is the one that was expected, and speaks of what is wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from proofsheet.contracts.checks.extraction import excerpt
from proofsheet.contracts.checks.outcomes import as_answered, in_words, is_outcome, is_refusal, parsed
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation, Outcome

_SAID_OF_IT = "(?:_(?:is_)?(?:empty|missing|required|invalid))?"  # as gateways write a problem in one word


@dataclass(frozen=True)
class RefusedAs(Expectation):
    """The answer is the named outcome: its status, and its name where its example carries it."""

    outcome: str

    def findings(self, answer: Answer) -> Iterator[str]:
        exchange = answer.exchange
        wanted = as_answered(answer.operation, self.outcome, exchange.status)
        if exchange.status != wanted.status:
            yield f"expected {wanted.status} {wanted.name}, came {exchange.status} {excerpt(exchange)}"
            return
        for pointer in _names(wanted):
            body = parsed(exchange)
            came = next(pointers.find(body, pointers.split(pointer)), None)
            if came != wanted.name:
                yield f"expected {pointer} to be {wanted.name!r}, came {came!r}"
                return
        if not is_outcome(exchange, answer.operation, self.outcome):
            came = in_words(exchange, answer.operation)
            yield f"expected {wanted.status} {wanted.name}, came {came} {excerpt(exchange)}"

    def statuses(self, operation: Operation) -> Collection[int]:
        return (operation.outcomes[self.outcome].status,)


def _names(wanted: Outcome) -> list[str]:
    """Where an outcome's example carries the outcome's own name."""
    example = next(iter(wanted.representations.values()))
    value = example.value if isinstance(example.value, dict) else {}
    bound = {tokens[0] for tokens, _ in example.binds if tokens}
    return [
        f"/{key}" for key, each in value.items() if each == wanted.name and key not in bound and key != "id"
    ]


@dataclass(frozen=True)
class NamesFields(Expectation):
    """The refusal's message names each field that is wrong."""

    fields: tuple[str, ...]

    def findings(self, answer: Answer) -> Iterator[str]:
        if not is_refusal(answer.exchange, answer.operation):
            return  # that it was granted is the finding of another
        text = _words(answer.exchange)
        for field in self.fields:
            if not speaks_of(text, field):
                yield f"the message does not name {field}: {excerpt(answer.exchange)}"

    @property
    def named(self) -> tuple[str, ...]:
        return self.fields


@dataclass(frozen=True)
class OmitsFields(Expectation):
    """The refusal's message names none of these fields: nothing is wrong with them."""

    fields: tuple[str, ...]

    def findings(self, answer: Answer) -> Iterator[str]:
        exchange = answer.exchange
        text = _words(exchange)
        for field in self.fields if is_refusal(exchange, answer.operation) else ():
            if speaks_of(text, field):
                yield f"the message names {field}, which is as it should be: {excerpt(exchange)}"

    @property
    def named(self) -> tuple[str, ...]:
        return self.fields


def _words(exchange: Exchange) -> str:
    """What an answer says: of JSON its names and texts, since any character may stand there as an escape."""
    found: list[str] = []
    left = [parsed(exchange)]
    if left == [None]:
        return exchange.body.decode("utf-8", "replace")
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += [*value, *value.values()]
        elif isinstance(value, list):
            left += value
        elif isinstance(value, str):
            found.append(value)
    return "\n".join(found)


def speaks_of(text: str, field: str) -> bool:
    """Whether a text has the name of a field as a word of its own, or as `name_empty` and the like.

    Other letters than ASCII's end a word.
    """
    known = rf"(?<![\w-]){re.escape(field)}{_SAID_OF_IT}(?![\w-])"
    return re.search(known, text, re.IGNORECASE | re.ASCII) is not None
