"""Events of one kind in one answer: what they have in common is written once, the rest is put in.

A stream has an event for each token, and most of each event is the same in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from proofsheet.mockserver import bodies
from proofsheet.mockserver.sources import Context, values
from proofsheet.mockserver.written_values import WRITTEN, Place
from proofsheet.spec import expressions, json_text
from proofsheet.spec.events import Event
from proofsheet.spec.expressions import Expression

NUMBER = "$event.index"
Value = Callable[[Place, int], Iterable[Any]]  # of a place in what is written, and the event's number
Slot = tuple[Any, Any]  # an object or a list, and the name or number of a value in it


@dataclass(frozen=True)
class Hole:
    """Where a value is put in: what finds it, what stands there without one, and the text behind it."""

    value: Value
    usual: str
    text: str


@dataclass(frozen=True)
class EventTemplate:
    """An event as it is sent, with holes."""

    text: str
    holes: Sequence[Hole]

    def data(self, place: Place, number: int) -> bytes:
        """The event for a place in what is written; `number` is its own in the stream."""
        found = [self.text]
        for hole in self.holes:
            found.append(next(map(json_text.compact, hole.value(place, number)), hole.usual))
            found.append(hole.text)
        return "".join(found).encode("utf-8", "surrogatepass")


def event_template(event: Event, context: Context) -> EventTemplate | None:
    """The template of an event in an answer; None where more than values in their places changes in it."""
    if context.place is None or context.dialogue is not None:
        return None
    fixed = tuple(each for each in event.binds if each[1].is_of_call)
    made = [bodies.filled_in(event.value, fixed, context)]
    found: list[tuple[Value, str]] = []
    for tokens, expression in event.binds:
        place = None if expression.is_of_call else _at(made, ("0", *tokens))
        if place is None:
            continue  # filled in, or left out by a condition
        value = None if "*" in tokens else _value(expression, context)
        if value is None:
            return None
        holder, last = place
        found.append((value, json_text.compact(holder[last])))
        holder[last] = _mark(len(found) - 1)
    name = f"event: {event.name}\n" if event.name else ""
    return _parted(f"{name}data: {json_text.compact(made[0])}\n\n", found)


def _at(value: Any, tokens: Sequence[str]) -> Slot | None:
    """Where a place is, as far as the first `*` in it; None where a condition has left it out."""
    way = list(tokens[: tokens.index("*")] if "*" in tokens else tokens)
    for token in way[:-1]:
        value = value.get(token) if isinstance(value, dict) else value[int(token)]
        if value is None:
            return None
    last: Any = way[-1] if isinstance(value, dict) else int(way[-1])
    return None if isinstance(value, dict) and value.get(last) is None and "*" in tokens else (value, last)


def _value(expression: Expression, context: Context) -> Value | None:
    """What finds a value that differs from event to event; None where that takes more than this."""
    if expression.otherwise or expression.patterns or expression.match or expression.later or expression.form:
        return None
    if expression.is_template:
        return _text(expression.text, context)
    if expression.text == NUMBER:
        return lambda place, number: (number,)
    of_place = WRITTEN.get(expression.text)
    return (lambda place, number: of_place(place)) if of_place else None


def _text(template: str, context: Context) -> Value | None:
    """A text with expressions in it; those of the call are filled in now."""
    known: dict[str, str] = {}
    own: dict[str, Value] = {}
    for each in expressions.embedded(template):
        if each.is_of_call:
            known[each.text] = str(next(values(each, context, None), ""))
        elif (found := _value(each, context)) is not None:
            own[each.text] = found
        else:
            return None

    def filled(place: Place, number: int) -> Iterable[str]:
        ours = {name: str(next(iter(of(place, number)), "")) for name, of in own.items()}
        return (expressions.fill(template, known | ours),)

    return filled


def _mark(index: int) -> str:
    return f"\x00{index}\x00"


def _parted(text: str, found: Sequence[tuple[Value, str]]) -> EventTemplate:
    """A text parted at its marks, in the order in which they stand there."""
    marks = [f'"\\u0000{index}\\u0000"' for index in range(len(found))]
    order = sorted(range(len(found)), key=lambda index: text.index(marks[index]))
    parts, rest = [], text
    for index in order:
        before, _, rest = rest.partition(marks[index])
        parts.append(before)
    texts = [*parts[1:], rest]
    holes = tuple(Hole(*found[index], texts[at]) for at, index in enumerate(order))
    return EventTemplate(parts[0] if parts else rest, holes)
