"""Where an answer holds what was written in reply, by what the document binds, plain or in a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from proofsheet.contracts.checks.extraction import whole_number
from proofsheet.contracts.checks.outcomes import parsed
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer
from proofsheet.spec import events, media_types, pointers
from proofsheet.spec.document import Operation, Representation
from proofsheet.spec.events import Binds, EventStream


def adds_up(counts: Sequence[Any]) -> Iterator[str]:
    """That the tokens read and written are not those in all, if so."""
    read, written, total = map(whole_number, counts)
    if read is None or written is None or read + written != total:
        yield f"expected whole numbers, the third the sum of what was read and written, came {list(counts)}"


def plain_form(operation: Operation) -> Representation | None:
    """The success as JSON."""
    forms = operation.success.representations.items()
    return next((each for name, each in forms if media_types.is_json(name)), None)


def stream_form(operation: Operation) -> tuple[Representation, EventStream] | None:
    """The success as a stream, and its events."""
    forms = operation.success.representations.values()
    return next(((each, each.events) for each in forms if each.events is not None), None)


def place(binds: Binds, source: str) -> tuple[str, ...] | None:
    """Where a runtime expression is filled in."""
    return next((at for at, each in binds if each.text == source and each.otherwise is None), None)


def values(answer: Answer, source: str) -> list[Any]:
    """What stands where an expression is filled in, in a plain answer; nothing where it is nowhere."""
    form = plain_form(answer.operation)
    at = place(form.binds, source) if form else None
    return list(pointers.find(parsed(answer.exchange), at)) if at is not None else []


def read_events(exchange: Exchange) -> tuple[list[tuple[str | None, str]], str]:
    """The events of an answer, and what of it is none. Worked out once."""
    if "events" not in exchange.memo:
        exchange.memo["events"] = events.read(exchange.body)
    found: tuple[list[tuple[str | None, str]], str] = exchange.memo["events"]
    return found


def event_data(exchange: Exchange, stream: EventStream) -> list[Any]:
    """The data of the events that is JSON, in order; None for what is none, without the end mark."""
    return [as_json(data) for _, data in read_events(exchange)[0] if data != stream.end]


def as_json(text: str) -> Any:
    """The JSON value of a text, or None."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
