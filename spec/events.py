"""Server-sent events: which a stream has, in which order, and what ends it (`x-events`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Any

from proofsheet.spec.binds import below, parse_binds
from proofsheet.spec.expressions import Binds
from proofsheet.spec.schemas import Schema

MEDIA_TYPE = "text/event-stream"
DEFAULT_NAME = "message"  # of an event without one
# What an event may hand over a piece of.
PIECES = ("reasoning", "text", "refusal", "call", "arguments", "function", "function-arguments")
PARTIAL, ARTIFACT = "partial", "artifact"  # an earlier stage of a picture, or the picture
FILE = "file"  # a part of the file that is made


@dataclass(frozen=True)
class Event:
    """One event, or one for each `of` something: a choice, or a piece of a kind.

    Or it comes `at` the start or the end of each part of that kind. It is there for requests whose fields
    (with defaults) `when` admits, and for choices that end in one of `finishes`, where it has some.
    """

    value: Any
    binds: Binds
    name: str | None = None
    of: str | None = None  # choice, one of PIECES, PARTIAL, ARTIFACT or FILE
    when: Schema | None = None
    at: str | None = None  # start or end of a part, where an event hands over no piece of it
    finishes: tuple[str, ...] = ()


@dataclass(frozen=True)
class EventStream:
    """The events in order; `end` is the data of a last one that is no JSON, `error` what breaks a stream off.

    Events named as one of `also` may come between them, of which nothing is known.

    Neighbours that hand over pieces go together: what they hand over comes in the order of the answer.
    """

    events: tuple[Event, ...]
    end: str | None = None
    error: Event | None = None
    also: frozenset[str] = frozenset()

    def last(self) -> tuple[Event, ...]:
        """The events that may be the last: of those that depend on how the answer ends, each."""
        found = tuple(takewhile(lambda each: each.finishes, reversed(self.events)))
        return found or self.events[-1:]

    @cached_property
    def groups(self) -> tuple[tuple[Event, ...], ...]:
        """The events, those together that hand over pieces and are neighbours."""
        found: list[list[Event]] = []
        for each in self.events:
            if found and each.of in PIECES and found[-1][0].of in PIECES:
                found[-1].append(each)
            else:
                found.append([each])
        return tuple(tuple(each) for each in found)


def event_stream(example: Mapping[str, Any]) -> EventStream | None:
    """Read `x-events` of an example, whose value lists the data of the events. Raises KeyError, ValueError.

    What is bound within an item of the list is bound into that event, beside what the event itself says.
    """
    node = example.get("x-events")
    if node is None:
        return None
    values, binds = example["value"], example.get("x-bind", {})
    found = [
        _event(value, each, {**below(binds, f"/{index}"), **each.get("bind", {})})
        for index, (value, each) in enumerate(zip(values, node["each"], strict=True))
    ]
    error = node.get("error")
    return EventStream(
        events=tuple(found),
        end=node.get("end"),
        error=_event(error["value"], error, error.get("bind", {})) if error else None,
        also=frozenset(node.get("also", ())),
    )


def _event(value: Any, node: Mapping[str, Any], binds: Mapping[str, Any]) -> Event:
    return Event(
        value=value,
        binds=parse_binds(value, binds),
        name=node.get("event"),
        of=node.get("of"),
        when=Schema(node["when"]) if "when" in node else None,
        at=node.get("at"),
        finishes=tuple(node.get("finish", ())),
    )


def read(body: bytes) -> tuple[list[tuple[str | None, str]], str]:
    """The events of a body, each its name and its data, as a client reads them; and what of it is no event.

    By the HTML standard's rules: lines end with LF, CRLF or CR, a blank line ends an event, data of several
    lines is joined by LF, a line that begins with a colon is a comment. The rest is a last event without its
    blank line, which a client throws away; comments are none of it.
    """
    text = body.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    *whole, rest = text.split("\n\n")
    return [found for each in whole if (found := _read_one(each.split("\n")))], _uncommented(rest)


def _uncommented(rest: str) -> str:
    return "\n".join(each for each in rest.split("\n") if each and not each.startswith(":"))


def _read_one(lines: Sequence[str]) -> tuple[str | None, str] | None:
    fields: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name:
            fields.setdefault(name, []).append(value.removeprefix(" "))
    if "data" not in fields:
        return None
    name = next(reversed(fields.get("event", ())), "")
    return None if name in ("", DEFAULT_NAME) else name, "\n".join(fields["data"])
