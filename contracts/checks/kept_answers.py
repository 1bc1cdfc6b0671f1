"""What is expected of answers that are kept: shown as they came, gone once deleted, part of what goes on.

And what they were made of, listed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.checks.expected import OfSuccess
from proofsheet.contracts.checks.extraction import whole_number
from proofsheet.contracts.checks.outcomes import in_words, is_outcome, parsed
from proofsheet.contracts.checks.written import values
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.contracts.history import History, Unjudged
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation

_SAID = {
    "text": "$choice.text",
    "refusal": "$choice.refusal",
    "tools": "$tool.name",
    "arguments": "$tool.arguments",
    "tokens read": "$usage.prompt",
    "tokens in all": "$usage.total",
}


def said(exchange: Exchange, operation: Operation) -> bytes:
    """What an answer that is kept says, packed: to compare by, and small."""
    kept, answer = operation.kept, Answer(exchange, operation)
    found: dict[str, Any] = {name: values(answer, source) for name, source in _SAID.items()}
    if kept is not None and kept.keeps is not None:
        found["id"] = list(pointers.find(parsed(exchange), kept.keeps.id))
    return json.dumps(found).encode()


def _earlier(history: History, keeper: Operation) -> list[dict[str, Any]]:
    """What was kept, the last first. Raises Unjudged where nothing was."""
    found = [json.loads(each.looks[0]) for each in history if each.operation == keeper.id and each.looks]
    if not found:
        raise Unjudged("no answer was kept")
    return found[::-1]


@dataclass(frozen=True)
class ShownAgain(OfSuccess):
    """What is shown of a kept answer is what was answered; more may be beside it."""

    keeper: Operation
    compares = True

    def of_success(self, answer: Answer) -> Iterator[str]:
        wanted = _earlier(answer.history, self.keeper)[0]
        came = json.loads(said(answer.exchange, self.keeper))
        for name, value in wanted.items():
            if came[name] != value:
                yield f"expected the {name} as answered, {value!r:.60}, came {came[name]!r:.60}"


@dataclass(frozen=True)
class ItemsListed(OfSuccess):
    """Among the items that a kept answer was made of is all that was `sent`, its texts."""

    sent: tuple[str, ...]

    def of_success(self, answer: Answer) -> Iterator[str]:
        found = set(_texts(values(answer, "$kept.items")))
        for each in self.sent:
            if each not in found:
                yield f"expected what was sent, {each!r:.60}, among the items, came {len(found)} other texts"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


@dataclass(frozen=True)
class GoesOn(OfSuccess):
    """An answer that goes on from the one before has read more than that for the same request."""

    keeper: Operation
    compares = True

    def of_success(self, answer: Answer) -> Iterator[str]:
        own, *others = _earlier(answer.history, self.keeper)
        read = [whole_number(next(iter(each["tokens read"]), None)) for each in (own, *others[:1])]
        if len(read) < 2 or None in read:
            raise Unjudged("the answers do not say how many tokens were read")
        if not int(read[0] or 0) > int(read[1] or 0):
            yield f"expected more than {read[1]} tokens to be read where it goes on, came {read[0]}"


@dataclass(frozen=True)
class Gone(Expectation):
    """What was deleted is refused by this outcome."""

    outcome: str

    def findings(self, answer: Answer) -> Iterator[str]:
        if not is_outcome(answer.exchange, answer.operation, self.outcome):
            wanted = answer.operation.outcomes[self.outcome]
            came = in_words(answer.exchange, answer.operation)
            yield f"expected {wanted.status} {wanted.name} of what was deleted, came {came}"

    def statuses(self, operation: Operation) -> Collection[int]:
        return (operation.outcomes[self.outcome].status,)
