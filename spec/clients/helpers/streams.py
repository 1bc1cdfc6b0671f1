"""What a client has to know to read a stream of events to its end: read from the document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from proofsheet.spec.choices import Choice
from proofsheet.spec.clients.helpers.following import refusal_places
from proofsheet.spec.clients.helpers.messages import Place, message_places
from proofsheet.spec.document import Document, Operation, Representation
from proofsheet.spec.events import ARTIFACT, MEDIA_TYPE, Event, EventStream

_SEVERAL = ("choice", ARTIFACT)  # of which an answer may have more than one


@dataclass(frozen=True)
class Mark:
    """By what an event is known: its name, and members of its data with what always stands there.

    A member without a value is one that no other event has.
    """

    name: str | None
    has: tuple[tuple[str, Any], ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Streaming:
    """An operation that can answer in events. `asks` is the field, and its value, that asks it to.

    A stream with neither `end` nor `last` ends with its connection: by nothing in it is its last event known.
    """

    operation: str
    method: str
    path: str
    asks: tuple[str, Any] | None
    end: str | None  # the data of a last event that is no JSON
    last: tuple[Mark, ...]  # or by what the last is known
    ends: bool  # whether nothing comes after the first of these
    error: Mark | None
    says: tuple[Place, ...]
    refused: tuple[Place, ...]


def streamings(document: Document) -> Iterator[Streaming]:
    """Of a document, each operation that answers in events, perhaps only if it is asked to."""
    for operation in document.operations.values():
        for form in _streamed(operation):
            yield _streaming(operation, form)
            break


def _streamed(operation: Operation) -> Iterator[Representation]:
    for outcome in operation.outcomes.values():
        form = outcome.representations.get(MEDIA_TYPE)
        if form is not None and form.events is not None:
            yield form


def _streaming(operation: Operation, form: Representation) -> Streaming:
    stream = form.events or EventStream(())
    last, error = stream.last(), stream.error
    values = [each.value for each in stream.events]
    marks = () if stream.end else tuple(_mark(each, stream.events) for each in last)
    return Streaming(
        operation=operation.id,
        method=operation.method,
        path=operation.path,
        asks=_asks(operation),
        end=stream.end,
        last=marks if all(each.name or each.has for each in marks) else (),
        ends=not any(each.of in _SEVERAL for each in last),
        error=_error_mark(error, values) if error else None,
        says=message_places(_as_form(form, error), values[0]) if error else (),
        refused=refusal_places(operation),
    )


def _asks(operation: Operation) -> tuple[str, Any] | None:
    """The field that asks for events, and what it is to be."""
    by = operation.policy.chosen_form
    if by is None or len(by.field) != 1:
        return None
    for value, form in by.table.items():
        if form == MEDIA_TYPE or (isinstance(form, Choice) and MEDIA_TYPE in form.table.values()):
            return by.field[0], {"true": True, "false": False}.get(value, value)
    return None


def _mark(event: Event, events: tuple[Event, ...]) -> Mark:
    """By what an event is told from those that go before: what only its data always has, else its name."""
    others = [each.value for each in events if each.value != event.value]
    bound = {at[0] for at, _ in event.binds if at}
    fixed = {
        name: value
        for name, value in event.value.items()
        if isinstance(value, str | int) and value != "" and name not in bound
    }
    # Where all events are of one kind, what an example of it says tells the last from none.
    own = {
        name: value
        for name, value in fixed.items()
        if others and all(each.get(name) != value for each in others)
    }
    return Mark(None, tuple(own.items())) if own else Mark(event.name)


def _error_mark(error: Event, values: list[Any]) -> Mark:
    """By what an error is told: a member with the event's name, else members that no other event has."""
    if error.name:
        named = tuple(name for name, value in error.value.items() if value == error.name)
        return Mark(None, tuple((name, error.name) for name in named)) if named else Mark(error.name)
    known = {name for each in values for name in each}
    return Mark(None, (), tuple(name for name in error.value if name not in known))


def _as_form(form: Representation, error: Event) -> Representation:
    return replace(form, value=error.value, binds=error.binds, constants=())
