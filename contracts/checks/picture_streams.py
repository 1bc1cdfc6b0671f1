"""What is expected of pictures that come as events: earlier stages first, then the picture itself."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.checks.event_streams import OfStream
from proofsheet.contracts.checks.image_facts import ImageFacts, difference, inspect
from proofsheet.contracts.checks.written import event_data, place
from proofsheet.contracts.expectation import Answer
from proofsheet.spec import pointers
from proofsheet.spec.events import ARTIFACT, PARTIAL, Event, EventStream

OTHER = 40  # shades of grey: an earlier stage is coarse, another picture is farther away


@dataclass(frozen=True)
class StreamPictures(OfStream):
    """The picture comes whole and last; its earlier stages, at most so many, count from 0 and show it."""

    most: int

    def of_stream(self, answer: Answer, stream: EventStream) -> Iterator[str]:
        data = [each for _, each in event_data(answer.exchange, stream)]
        done, stages = _of(stream, ARTIFACT), _of(stream, PARTIAL)
        finals = [each for each in data if done and _is(done, each)]
        partials = [each for each in data if stages and _is(stages, each)]
        if len(finals) != 1 or data[-1:] != finals:
            yield f"expected the picture once and last, came {len(finals)} in {len(data)} events"
            return
        if stages:
            yield from self._numbers([_at(stages, each, "$artifact.stage") for each in partials])
        final = _facts(_at(done, finals[0], "$artifact.base64"))
        if isinstance(final, str) or final.problem:
            yield f"the picture: {final if isinstance(final, str) else final.problem}"
            return
        for number, each in enumerate(partials):
            yield from _stage(number, _facts(_at(stages, each, "$artifact.base64")), final)

    def _numbers(self, found: list[Any]) -> Iterator[str]:
        if len(found) > self.most:
            yield f"expected at most {self.most} earlier stages, came {len(found)}"
        if found != list(range(len(found))):
            yield f"expected the earlier stages to count from 0, came {found}"


def _stage(number: int, facts: ImageFacts | str, final: ImageFacts) -> Iterator[str]:
    if isinstance(facts, str) or facts.problem:
        yield f"earlier stage {number}: {facts if isinstance(facts, str) else facts.problem}"
    elif (facts.width, facts.height) != (final.width, final.height):
        yield (
            f"expected an earlier stage of {final.width} x {final.height} pixels, "
            f"came {facts.width} x {facts.height}"
        )
    elif difference(facts.look, final.look) > OTHER:
        yield f"earlier stage {number} shows another picture than the one that came"


def _facts(text: Any) -> ImageFacts | str:
    try:
        return inspect(base64.b64decode(text, validate=True))
    except (ValueError, TypeError):
        return f"expected base64, came {str(text)[:40]!r}"


def _of(stream: EventStream, kind: str) -> Event | None:
    return next((each for each in stream.events if each.of == kind), None)


def _is(event: Event, data: Any) -> bool:
    """Whether data is that of an event, by the member that names it there."""
    if not isinstance(data, Mapping) or not isinstance(event.value, Mapping):
        return False
    return all(data.get(name) == each for name, each in event.value.items() if each == event.name)


def _at(event: Event | None, data: Any, source: str) -> Any:
    at = place(event.binds, source) if event else None
    return next(pointers.find(data, at), None) if at is not None else None
