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
from proofsheet.spec.events import EventStream
from proofsheet.spec.expressions import Binds, Pattern

_PING, _MARK = "ping", "[DONE]"


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
    if form is None:
        return []
    at, value = place(form.binds, source), parsed(answer.exchange)
    return list(pointers.find(value, at)) if at is not None else in_parts(form.binds, value, source)


_IN_A_PART = {"$choice.text": ("text", "$part.text"), "$choice.refusal": ("refusal", "$part.text")}


def in_parts(binds: Binds, value: Any, source: str) -> list[Any]:
    """What the items of a list of parts say: all of their text as one, or something of each tool."""
    kind, inner = _IN_A_PART.get(source, ("tool", source))
    found: list[Any] = []
    for at, each in binds:
        items = next(pointers.find(value, at), None) if each.patterns else None
        for item in items if isinstance(items, list) else ():
            pattern = pattern_of(each.patterns, item)
            if pattern is not None and pattern.kind == kind:
                found += _everywhere(pattern.binds, item, inner)
    is_text = bool(found) and source in _IN_A_PART and all(isinstance(each, str) for each in found)
    return ["".join(found)] if is_text else found


def pattern_of(patterns: Sequence[Pattern], item: Any) -> Pattern | None:
    """Which of the document's items one that came is like: it has all that is filled in in that."""
    return next((each for each in patterns if all(_is_there(item, at) for at, _ in each.binds)), None)


def _is_there(item: Any, at: tuple[str, ...]) -> bool:
    return any(True for _ in pointers.find(item, _any_index(at)))


def _everywhere(binds: Binds, item: Any, source: str) -> list[Any]:
    at = place(binds, source)
    return list(pointers.find(item, _any_index(at))) if at is not None else []


def _any_index(at: tuple[str, ...]) -> tuple[str, ...]:
    """The same place in every item of the lists on the way: an example has one, an answer may have more."""
    return tuple("*" if each.isdecimal() else each for each in at)


def read_events(exchange: Exchange) -> tuple[list[tuple[str | None, str]], str]:
    """The events of an answer, and what of it is none. Worked out once."""
    return exchange.once("events", lambda: events.read(exchange.body))


def events_of(exchange: Exchange, stream: EventStream) -> list[tuple[str | None, str]]:
    """The events of an answer without what gateways add and clients pass over.

    That is an event named ping, which keeps a connection open, and after the last event a mark of the end
    where the API has none.
    """
    found, names = read_events(exchange)[0], {each.name for each in stream.events}
    kept = [each for each in found if each[0] != _PING or _PING in names]
    has_mark = stream.end is None and bool(kept) and kept[-1] == (None, _MARK)
    return kept[:-1] if has_mark else kept


def event_data(exchange: Exchange, stream: EventStream) -> list[tuple[str | None, Any]]:
    """The name of each event and its data, in order; None for what is no JSON, without the end mark."""
    return [(name, as_json(data)) for name, data in events_of(exchange, stream) if data != stream.end]


def as_json(text: str) -> Any:
    """The JSON value of a text, or None."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
