"""An answer as a stream of server-sent events: each made of the document's, at a pace, to its end or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from proofsheet.mockserver import bodies
from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.faults import CutOff
from proofsheet.mockserver.sources import Artifact, Context
from proofsheet.mockserver.stream_pace import StreamPace
from proofsheet.mockserver.written_values import Place
from proofsheet.spec import tokens
from proofsheet.spec.events import ARTIFACT, FILE, PARTIAL, PIECES, Event, EventStream

FILE_PIECE = 3 * 4096  # bytes: base64 has no padding within a file


@dataclass(frozen=True)
class Sent:
    """One event as it is sent, whether it hands over a piece, for which a pause may be due, or is none."""

    data: bytes
    is_piece: bool = False
    is_cut: bool = False  # the connection ends here
    tokens: int = 0  # that were written for it


_CALLS = {"tool": ("call", "arguments"), "function": ("function", "function-arguments")}


def sent_events(
    stream: EventStream, context: Context, pace: StreamPace, artifacts: Sequence[Artifact] = ()
) -> list[Sent]:
    """Every event that is sent, in order: up to the error or the cut, whichever comes first in it."""
    most = min((each for each in (pace.error, pace.cut) if each is not None), default=None)
    is_error = pace.error is not None and pace.error == most
    found: list[Sent] = []
    pieces = 0
    for each in _whole(stream, context, artifacts):
        if most is not None and pieces >= most and (each.is_piece or pieces):
            error = stream.error if is_error else None
            found.append(_event(error, context) if error else Sent(b"", is_cut=True))
            break
        found.append(each)
        pieces += each.is_piece
    return found


async def paced(found: Sequence[Sent], call: Call, double: Double) -> AsyncIterator[bytes]:
    """The events one by one. Raises CutOff where the connection is to end, or where an error has no event.

    The call has ended before its last event goes out: who has read that finds it charged and noted.
    """
    pace = call.stream_pace
    pauses = pace.pauses(double.rng)
    for number, each in enumerate(found, 1):
        if each.is_piece and not pace.is_immediate:
            await asyncio.sleep(next(pauses))
        call.sent_tokens += each.tokens
        if number == len(found):
            call.ended()
        if each.is_cut:
            raise CutOff
        yield each.data


def _whole(stream: EventStream, context: Context, artifacts: Sequence[Artifact]) -> Iterator[Sent]:
    known = context.call.known_fields
    for group in stream.groups():
        admitted = [each for each in group if each.when is None or each.when.is_valid(known)]
        if group[0].of in PIECES:
            yield from _pieces({each.of: each for each in admitted}, context)
        elif admitted and group[0].of in (PARTIAL, ARTIFACT, FILE):
            yield from _shown(group[0], context, artifacts)
        elif admitted and group[0].of == "choice":
            for place in _choices(context):
                yield _event(group[0], replace(context, place=place))
        elif admitted:
            yield _event(group[0], context)
    if stream.end is not None:
        yield Sent(b"data: %s\n\n" % stream.end.encode())


def _shown(event: Event, context: Context, artifacts: Sequence[Artifact]) -> Iterator[Sent]:
    """An event for each artifact, or for each of its stages or parts, which are pieces of a stream."""
    for each in artifacts:
        if event.of == ARTIFACT:
            yield _event(event, context, each)
            continue
        if event.of == FILE:
            for piece in _parts(each):
                yield replace(_event(event, context, piece), is_piece=True)
            continue
        for index, pieces in enumerate(each.stages):
            stage = replace(each, pieces=pieces, index=index)
            yield replace(_event(event, context, stage), is_piece=True)


def _parts(artifact: Artifact) -> Iterator[Artifact]:
    """A file in pieces of a size, each with the description of the whole."""
    file = b"".join(artifact.pieces)
    for at in range(0, len(file), FILE_PIECE):
        yield replace(artifact, pieces=(file[at : at + FILE_PIECE],))


def _choices(context: Context) -> list[Place]:
    place = context.place
    return [replace(place, choice=each) for each in place.writing.choices] if place else []


def _pieces(events: dict[str | None, Event], context: Context) -> Iterator[Sent]:
    """A piece of each choice in turn, for as long as any has more."""
    rows = [list(_said(each)) for each in _choices(context)]
    for row in zip_longest(*rows):
        for kind, place in filter(None, row):
            if (event := events.get(kind)) is not None:
                written = 1 if place.piece is not None else _name_tokens(place)
                yield replace(_event(event, replace(context, place=place)), is_piece=True, tokens=written)


def _name_tokens(place: Place) -> int:
    return tokens.count(place.tool.tool.name) if place.tool and place.tool.tool else 0


def _said(place: Place) -> Iterator[tuple[str, Place]]:
    """What a choice says, piece by piece: the kind of each, and the place of it."""
    before = 0
    for part in place.chosen.parts:
        tool = part if part.tool else None
        call, arguments = _CALLS.get(part.kind, ("", part.kind))
        if tool:
            yield call, replace(place, tool=tool)
        for each in part.tokens:
            yield arguments, replace(place, tool=tool, piece=each, before=before)
            before += part.kind == "text"


def _event(event: Event, context: Context, artifact: Artifact | None = None) -> Sent:
    shown = (artifact,) if artifact else ()
    blobs: list[bytes] = []
    value = bodies.filled_in(event.value, event.binds, context, shown, blobs)
    data = bodies.as_sent(value, blobs)
    name = f"event: {event.name}\n" if event.name else ""
    return Sent(b"%sdata: %s\n\n" % (name.encode(), data))
