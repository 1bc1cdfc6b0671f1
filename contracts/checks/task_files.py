"""The files that a task makes: their links lead to them, without a key, and they are what they are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from proofsheet.contracts.checks.extraction import UNTYPED, answered
from proofsheet.contracts.checks.outcomes import is_granted
from proofsheet.contracts.checks.task_facts import links_of, unfetchable, views
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer, Expectation, OfTrail
from proofsheet.contracts.history import Unjudged
from proofsheet.contracts.trail import END, FILE, SUBMIT, Trail
from proofsheet.spec.document import Operation, Outcome, Representation
from proofsheet.spec.expressions import Expression
from proofsheet.traffic.multipart import Malformed, Part, parts

MOST_PARTS = 100
_TYPES = {"music": "audio"}  # what media types begin with, where not as the kind of artifact


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
        elif exchange.media_type not in UNTYPED and not exchange.media_type.startswith(
            f"{_TYPES.get(kind, kind)}/"
        ):
            yield f"expected {kind}, came {exchange.media_type}"


class FilesFetched(OfTrail):
    """The links of a task that ended with results can be followed: each is a whole address of the web."""

    def of_trail(self, trail: Trail) -> Iterator[str]:
        links = [each for end, _ in views(trail, END) for each in links_of(end, trail)]
        yield from unfetchable(links)
        if not links:
            raise Unjudged("it made nothing")


def uploaded(trail: Trail, field: str) -> Part:
    """The file that a task was submitted with. Raises Unjudged where there is none."""
    for look in trail.roles(SUBMIT):
        sent = look.exchange
        if not is_granted(sent, look.operation):
            continue
        header = next((value for name, value in sent.request_headers if name.lower() == "content-type"), "")
        try:
            found = parts(header, sent.request_body, MOST_PARTS)
        except Malformed:
            found = []
        for each in found:
            if each.name == field:
                return each
    raise Unjudged("no file was taken")


@dataclass(frozen=True)
class FileGivenBack(OfTrail):
    """What is fetched are the very bytes that were uploaded."""

    field: str

    def of_trail(self, trail: Trail) -> Iterator[str]:
        sent = uploaded(trail, self.field).data
        looks = list(trail.roles(FILE))
        if not looks:
            raise Unjudged("it was not fetched")
        for each in looks:
            came = each.exchange
            if came.status != 200:
                yield f"expected the file at {came.url[:200]}, came {answered(came)}"
            elif came.body != sent:
                other = _difference(sent, came.body)
                yield f"expected the {len(sent)} bytes that were uploaded, came {other}"


@dataclass(frozen=True)
class FileDescribed(OfTrail):
    """Views say how large the file is that was uploaded, and what it is called."""

    field: str

    def of_trail(self, trail: Trail) -> Iterator[str]:
        sent = uploaded(trail, self.field)
        wanted = {"size": len(sent.data), "name": sent.filename}
        for _, found in views(trail):
            for name, value in wanted.items():
                came = found.get(f"$task.file-{name}")
                if came not in (None, value):
                    yield f"expected {value!r:.100} as its {name}, came {came!r:.100}"


def _difference(sent: bytes, came: bytes) -> str:
    same = next((at for at, (one, other) in enumerate(zip(sent, came, strict=False)) if one != other), None)
    at = min(len(sent), len(came)) if same is None else same
    return f"{len(came)} bytes, others from byte {at} on"
