"""What is expected of a stream of server-sent events: its form, its end, its pieces, its usage."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.checks.expected import OfSuccess
from proofsheet.contracts.checks.written import (
    adds_up,
    as_json,
    event_data,
    events_of,
    place,
    read_events,
    stream_form,
)
from proofsheet.contracts.expectation import Answer
from proofsheet.spec import pointers
from proofsheet.spec.events import MEDIA_TYPE, Event, EventStream
from proofsheet.spec.schemas import Schema

_FIELDS = ("data", "event", "id", "retry", "")  # of a line; before a colon alone: a comment
_MOST_SAID = 3
_LINE_END = re.compile(r"\r\n|\r|\n")  # no other of Unicode's: JSON may hold those as they are


class OfStream(OfSuccess):
    """Something expected of a success that is a stream."""

    def of_success(self, answer: Answer) -> Iterator[str]:
        found = stream_form(answer.operation)
        if answer.exchange.media_type != MEDIA_TYPE:
            yield f"expected {MEDIA_TYPE}, came {answer.exchange.media_type or 'no content-type'}"
        elif found is not None:
            yield from self.of_stream(answer, found[1])

    @abstractmethod
    def of_stream(self, answer: Answer, stream: EventStream) -> Iterator[str]:
        """What is wrong with a stream, one message each."""


@dataclass(frozen=True)
class StreamForm(OfStream):
    """Every line is one of an event, every event is whole, its data JSON of the documented form."""

    def of_stream(self, answer: Answer, stream: EventStream) -> Iterator[str]:
        found, rest = events_of(answer.exchange, stream), read_events(answer.exchange)[1]
        if rest:
            yield f"the last event has no blank line after it: {rest[:80]!r}"
        lines = _LINE_END.split(answer.exchange.body.decode("utf-8-sig", "replace"))
        odd = [each for each in lines if each and each.partition(":")[0] not in _FIELDS]
        for each in odd[:_MOST_SAID]:
            yield f"a line is none of an event: {each[:80]!r}"
        names = {*(each.name for each in stream.events), *stream.also, *_error_name(stream)}
        for name in sorted({str(name) for name, data in found if name not in names and data != stream.end}):
            yield f"expected events named {', '.join(sorted(map(str, names)))}, came {name}"
        yield from self._data(answer, stream)

    def _data(self, answer: Answer, stream: EventStream) -> Iterator[str]:
        form = stream_form(answer.operation)
        schema = Schema(dict(form[0].schema.get("items", {}))) if form else Schema({})
        said = 0
        for number, (_, data) in enumerate(events_of(answer.exchange, stream), 1):
            if data == stream.end or said == _MOST_SAID:
                continue
            value = as_json(data)
            flaws = schema.flaws(value) if value is not None else []
            if value is None or flaws:
                said += 1
                why = f"{flaws[0].field}: {flaws[0].kind}" if flaws else "no JSON"
                yield f"the data of event {number} is not as documented ({why}): {data[:80]!r}"


@dataclass(frozen=True)
class StreamEnd(OfStream):
    """The mark that ends it comes once and last; without one, the event that the document has last."""

    def of_stream(self, answer: Answer, stream: EventStream) -> Iterator[str]:
        found = events_of(answer.exchange, stream)
        marks = [number for number, (_, data) in enumerate(found) if data == stream.end]
        if stream.end is not None and marks != [len(found) - 1]:
            where = (
                f"{len(marks)} of them" if len(marks) != 1 else f"at {marks[0] + 1} of {len(found)} events"
            )
            yield f"expected data: {stream.end} once and last, came {where}"
        last = [each.name for each in stream.last()]
        if stream.end is None and None not in last and (not found or found[-1][0] not in last):
            yield f"expected the event {' or '.join(map(str, last))} last, came {_last(found)}"


@dataclass(frozen=True)
class StreamPieces(OfStream):
    """Its pieces are a text for each choice, which then ends once; all events are of one call."""

    def of_stream(self, answer: Answer, stream: EventStream) -> Iterator[str]:
        data = event_data(answer.exchange, stream)
        texts, ends = dict[Any, str](), dict[Any, list[Any]]()
        for each in data:
            index, piece, finish = (_value(stream, each, source) for source in _OF_A_CHOICE)
            if isinstance(piece, str):
                if ends.get(index):
                    yield f"a piece of choice {index} comes after its end"
                texts[index] = texts.get(index, "") + piece
            if finish is not None:
                ends.setdefault(index, []).append(finish)
        if not any(texts.values()):
            yield "no piece of any text came"
        if place_in(stream, "$choice.finish") is not None:
            yield from _ends(answer, texts, ends)
        if len(ids := {each for event in data for each in _ids(stream, event)}) > 1:
            yield f"expected one id in all events, came {', '.join(sorted(ids)[:_MOST_SAID])}"


def _last(found: Sequence[tuple[str | None, str]]) -> str:
    return str(found[-1][0]) if found else "nothing"


def _error_name(stream: EventStream) -> tuple[str | None, ...]:
    return (stream.error.name,) if stream.error else ()


def _ids(stream: EventStream, came: Came) -> Iterator[str]:
    """Where the id of the call stands in an event; without it, nothing."""
    for event in matching(stream, came):
        for at, each in event.binds:
            if each.text.endswith("{$call.id}") and each.text.count("{") == 1:
                yield from map(str, list(pointers.find(came[1], at)) or [None])


def _ends(answer: Answer, texts: Mapping[Any, str], ends: Mapping[Any, Sequence[Any]]) -> Iterator[str]:
    wrong = [str(index) for index in texts if len(ends.get(index, ())) != 1]
    if wrong:
        yield f"expected one end of each choice, came another number of them of {', '.join(wrong)}"
    completion = answer.operation.completion
    known = set(completion.finishes.values()) if completion else set()
    for word in {str(word) for each in ends.values() for word in each} - known:
        yield f"expected an end of {', '.join(sorted(known))}, came {word}"


@dataclass(frozen=True)
class StreamUsage(OfStream):
    """The usage comes once, after all pieces, and adds up."""

    def of_stream(self, answer: Answer, stream: EventStream) -> Iterator[str]:
        data = event_data(answer.exchange, stream)
        totals = [
            number for number, each in enumerate(data) if _value(stream, each, "$usage.total") is not None
        ]
        pieces = [
            number for number, each in enumerate(data) if _value(stream, each, "$piece.text") is not None
        ]
        if len(totals) != 1:
            yield f"expected the usage once, came {len(totals)} times"
            return
        if pieces and totals[0] < pieces[-1]:
            yield "the usage comes before the last piece"
        counts = [
            _value(stream, data[totals[0]], f"$usage.{name}") for name in ("prompt", "completion", "total")
        ]
        yield from adds_up(counts)


_OF_A_CHOICE = ("$choice.index", "$piece.text", "$choice.finish")
Came = tuple[str | None, Any]  # the name of an event, and its data


def place_in(stream: EventStream, source: str) -> tuple[str, ...] | None:
    """Where an expression is filled in, in the first event that has it."""
    return next((at for each in stream.events if (at := _place(each, source)) is not None), None)


def _place(event: Event, source: str) -> tuple[str, ...] | None:
    if source == "$piece.text" and event.of != "text":
        return None
    return place(event.binds, source)


def matching(stream: EventStream, came: Came) -> Iterator[Event]:
    """The document's events of the same name."""
    return (each for each in stream.events if each.name == came[0])


def _value(stream: EventStream, came: Came, source: str) -> Any:
    """What stands in an event where an expression is filled in; None where it is nowhere."""
    places = (at for each in matching(stream, came) if (at := _place(each, source)) is not None)
    return next((found for at in places for found in pointers.find(came[1], at) if found is not None), None)
