"""What is expected of a stream whose events have numbers, or come at the start and the end of parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.checks.event_streams import Came, OfStream, matching
from proofsheet.contracts.checks.written import event_data, in_parts, place
from proofsheet.contracts.expectation import Answer
from proofsheet.spec import pointers
from proofsheet.spec.events import EventStream

NUMBER, NUMBER_OF_PART = "$event.index", "$part.index"
_WHOLE = {
    **dict.fromkeys(("reasoning", "text", "refusal"), "$part.text"),
    "arguments": "$tool.arguments",
}
_IN_THE_END = {"text": "$choice.text", "refusal": "$choice.refusal", "arguments": "$tool.arguments"}
_AT = ("start", None, "end")  # of a part, in this order


@dataclass(frozen=True)
class StreamNumbers(OfStream):
    """The events are numbered, from 0 and without a gap."""

    def of_stream(self, answer: Answer, stream: EventStream) -> Iterator[str]:
        came = [_at(stream, each, NUMBER) for each in event_data(answer.exchange, stream)]
        for wanted, number in enumerate(came):
            if number != wanted or isinstance(number, bool):
                yield f"expected the event {wanted + 1} to have the number {wanted}, came {number!r:.40}"
                return


@dataclass(frozen=True)
class StreamOrder(OfStream):
    """Of each part come its start, its pieces and its end, in this order and none of them missing."""

    def of_stream(self, answer: Answer, stream: EventStream) -> Iterator[str]:
        for part in _parts(answer, stream):
            came = [str(each.name) for each in part.steps]
            missing = [name for name in _ends(stream, part.kind) if name not in came]
            if missing:
                yield f"expected {', '.join(missing)} of part {part.number}, which did not come"
            order = [_AT.index(each.at) for each in part.steps]
            if order != sorted(order):
                names = ", ".join(dict.fromkeys(came))
                yield f"expected start, pieces and end of part {part.number} in this order, came {names}"


@dataclass(frozen=True)
class StreamWhole(OfStream):
    """What an end says of a part is what its pieces were, and so is what the last event says of all."""

    def of_stream(self, answer: Answer, stream: EventStream) -> Iterator[str]:
        parts = _parts(answer, stream)
        for part in parts:
            for name in dict.fromkeys(each.name for each in part.steps if each.at == "end"):
                found = [each.text for each in part.steps if each.name == name and each.text is not None]
                if found and "".join(found) != part.pieces:
                    wanted = f"{name} of part {part.number} to say {part.pieces!r:.60}"
                    yield f"expected {wanted}, came {''.join(found)!r:.60}"
        yield from _of_the_end(answer, stream, parts)


def _of_the_end(answer: Answer, stream: EventStream, parts: Sequence[Part]) -> Iterator[str]:
    *_, last = event_data(answer.exchange, stream) or [(None, None)]
    known = matching(stream, last)
    event = next((each for each in known if any(one.patterns for _, one in each.binds)), None)
    for kind, source in _IN_THE_END.items() if event else ():
        wanted = [each.pieces for each in parts if each.kind == kind]
        if kind != "arguments" and wanted:
            wanted = ["".join(wanted)]
        found = in_parts(event.binds, last[1], source) if event else []
        if found != wanted:
            yield f"expected {source[1:]} in the last event to be {wanted!r:.80}, came {found!r:.80}"


@dataclass(frozen=True)
class Step:
    """An event of a part: its name, whether it is at the start or the end of it, and what it says of it."""

    name: str | None
    at: str | None
    text: str | None


@dataclass(frozen=True)
class Part:
    """What came of a part: its number, of what kind it is, and its events."""

    number: str
    kind: str
    steps: tuple[Step, ...]

    @property
    def pieces(self) -> str:
        """All of its pieces as one."""
        return "".join(each.text or "" for each in self.steps if each.at is None)


def _parts(answer: Answer, stream: EventStream) -> list[Part]:
    """The parts of a stream in the order in which they begin; those of no known kind are left out."""
    found: dict[str, list[Came]] = {}
    for came in event_data(answer.exchange, stream):
        number = _at(stream, came, NUMBER_OF_PART)
        if number is not None:
            found.setdefault(str(number), []).append(came)
    kinds = {number: _kind(stream, [name for name, _ in events]) for number, events in found.items()}
    return [
        Part(number, kind, tuple(_step(stream, kind, each) for each in found[number]))
        for number, kind in kinds.items()
        if kind is not None
    ]


def _kind(stream: EventStream, names: Sequence[str | None]) -> str | None:
    """Of what kind a part is: that of the events that only one kind has."""
    of = {kind: {each.name for each in stream.events if each.of == kind} for kind in _WHOLE}
    for kind, known in of.items():
        others = {name for other, those in of.items() if other != kind for name in those}
        if any(name in known - others for name in names):
            return kind
    return None


def _step(stream: EventStream, kind: str, came: Came) -> Step:
    event = next((each for each in matching(stream, came) if each.of == kind), None)
    if event is None:
        return Step(came[0], None, None)
    at = place(event.binds, "$piece.text" if event.at is None else _WHOLE[kind])
    text = next(pointers.find(came[1], at), None) if at is not None else None
    return Step(came[0], event.at, text if isinstance(text, str) else None)


def _at(stream: EventStream, came: Came, source: str) -> Any:
    places = (at for each in matching(stream, came) if (at := place(each.binds, source)) is not None)
    return next((found for at in places for found in pointers.find(came[1], at)), None)


def _ends(stream: EventStream, kind: str) -> list[str]:
    """The names of the events that every part of a kind has, however few its pieces and whoever asks."""
    known = [each for each in stream.events if each.of == kind and each.at is not None]
    return [str(each.name) for each in known if each.when is None]
