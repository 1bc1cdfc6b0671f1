"""Whether an answer has the members that its request is to be answered, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from proofsheet.contracts.checks.outcomes import is_success, parsed
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.contracts.history import Unjudged
from proofsheet.spec import pointers


@dataclass(frozen=True)
class MembersShown(Expectation):
    """Each of these places of a success has a value: in every item of a list."""

    places: tuple[tuple[str, ...], ...]

    def findings(self, answer: Answer) -> Iterator[str]:
        for at in self.places:
            *way, last = at
            for holder in pointers.find(_success(answer), tuple(way)):
                if isinstance(holder, dict) and holder.get(last) is None:
                    yield f"expected {pointers.join(*at)}, which is not there"


@dataclass(frozen=True)
class MembersLeftOut(MembersShown):
    """None of these places of a success has a value."""

    def findings(self, answer: Answer) -> Iterator[str]:
        for at in self.places:
            if any(each is not None for each in pointers.find(_success(answer), at)):
                yield f"expected no {pointers.join(*at)}: the request did not ask for it"


def _success(answer: Answer) -> object:
    if not is_success(answer.exchange, answer.operation):
        raise Unjudged("there is no success to look at")
    return parsed(answer.exchange)
