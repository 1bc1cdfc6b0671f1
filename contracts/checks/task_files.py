"""The files that a task makes: their links lead to them, without a key, and they are what they are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from proofsheet.contracts.checks.extraction import UNTYPED, answered
from proofsheet.contracts.checks.task_facts import is_fetchable, links_of, views
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer, Expectation, OfTrail
from proofsheet.contracts.history import Unjudged
from proofsheet.contracts.trail import END, Trail
from proofsheet.spec.document import Operation, Outcome, Representation
from proofsheet.spec.expressions import Expression


def file_operation(operation: Operation, exchange: Exchange) -> Operation:
    """The fetching of a file as an operation, so that all that judges pictures judges it too."""
    form = Representation(
        media_type=exchange.media_type,
        content_type=exchange.media_type,
        value=None,
        binds=(((), Expression("$artifact.bytes")),),
        headers=(),
        blurred=False,
        schema={},
    )
    outcome = Outcome("file", 200, {exchange.media_type: form})
    outcomes = {"file": outcome}
    return replace(operation, outcomes=outcomes, task=None, cost=None, rules=(), succeeds_as=None)


@dataclass(frozen=True)
class FileComes(Expectation):
    """A file comes, and it is of the kind that was asked for."""

    of = "file"
    kind: str = "image"

    def findings(self, answer: Answer) -> Iterator[str]:
        exchange, kind = answer.exchange, self.kind
        if exchange.status != 200:
            yield f"expected the file at {exchange.url[:200]}, came {answered(exchange)}"
        elif not exchange.body:
            yield f"the file at {exchange.url[:200]} is empty"
        elif exchange.media_type not in UNTYPED and not exchange.media_type.startswith(f"{kind}/"):
            yield f"expected {kind}, came {exchange.media_type}"


class FilesFetched(OfTrail):
    """The links of a task that ended with results can be followed: each is a whole address of the web."""

    def of_trail(self, trail: Trail) -> Iterator[str]:
        links = [each for end, _ in views(trail, END) for each in links_of(end, trail)]
        for each in links:
            if not is_fetchable(each):
                yield f"the link {each[:200]!r} cannot be followed: expected http:// or https:// and a host"
        if not links:
            raise Unjudged("it made nothing")
