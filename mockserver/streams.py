"""An answer as a stream of server-sent events: each made of the document's, at a pace, to its end or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from proofsheet.mockserver import bodies
from proofsheet.mockserver.call import Call
from proofsheet.mockserver.choices import REASONING
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.event_templates import EventTemplate, event_template
from proofsheet.mockserver.faults import CutOff
from proofsheet.mockserver.sources import Artifact, Context
from proofsheet.mockserver.stream_pace import StreamPace
from proofsheet.mockserver.written_values import Place, parts
from proofsheet.spec import tokens
from proofsheet.spec.events import ARTIFACT, FILE, PARTIAL, PIECES, Event, EventStream
from proofsheet.spec.fast_replace import fast_replace

FILE_PIECE = 3 * 4096  # bytes: base64 has no padding within a file


@dataclass(frozen=True)
class Sent:
    """One event as it is sent, whether it hands over a piece, for which a pause may be due, or is none."""

    data: bytes
    is_piece: bool = False
    is_cut: bool = False  # the connection ends here
    tokens: int = 0  # that were written for it


_AT_ONCE = 8  # events in a write
_HANDED = (*PIECES, PARTIAL, FILE)
_NAMED = ("call", "function")  # events that name a tool
_CALLS = {"tool": ("call", "arguments"), "function": ("function", "function-arguments")}


def sent_events(
    stream: EventStream, context: Context, pace: StreamPace, artifacts: Sequence[Artifact] = ()
) -> list[Sent]:
    """Every event that is sent, in order: up to the error or the cut, whichever comes first in it."""
    most = min((each for each in (pace.error, pace.cut) if each is not None), default=None)
    is_error = pace.error is not None and pace.error == most
    found: list[Sent] = []
    pieces = 0
    templates: dict[int, EventTemplate | None] = {}
    for event, place, artifact in _whole(stream, context, artifacts):
        is_piece = event.of in _HANDED and event.at is None
        if most is not None and pieces >= most and (is_piece or pieces):
            error = stream.error if is_error else None
            numbered = replace(context, place=place, event=len(found))
            return [*found, Sent(_event(error, numbered)) if error else Sent(b"", is_cut=True)]
        if id(event) not in templates:
            templates[id(event)] = event_template(event, context)
        template = templates[id(event)]
        if template is not None and place is not None and artifact is None:
            data = template.data(place, len(found))
        else:
            data = _event(event, replace(context, place=place, event=len(found)), artifact)
        unseen = 0 if found else _unseen(stream, context)
        found.append(Sent(data, is_piece, tokens=_tokens(event, place) + unseen))
        pieces += is_piece
    return found if stream.end is None else [*found, Sent(b"data: %s\n\n" % stream.end.encode())]


async def paced(found: Sequence[Sent], call: Call, double: Double) -> AsyncIterator[bytes]:
    """The events, one by one where there is a pace, else several at once: a write costs more than an event.

    Raises CutOff where the connection is to end, or where an error has no event. The call has ended before
    its last event goes out: who has read that finds it charged and noted.
    """
    pace = call.stream_pace
    pauses = pace.pauses(double.rng)
    size = _AT_ONCE if pace.is_immediate else 1
    clock = asyncio.get_running_loop().time
    due = clock()  # by which the pauses add up, whatever sending takes: a slow moment is made good
    for start in range(0, len(found), size):
        group = found[start : start + size]
        if group[0].is_piece and not pace.is_immediate:
            due += next(pauses)
            await asyncio.sleep(due - clock())
        call.sent_tokens += sum(each.tokens for each in group)
        if start + size >= len(found):
            call.ended()
        if data := b"".join([each.data for each in group]):
            yield data
        if group[-1].is_cut:
            raise CutOff


Made = tuple[Event, Place | None, Artifact | None]  # of what in the answer an event is made


def _whole(stream: EventStream, context: Context, artifacts: Sequence[Artifact]) -> Iterator[Made]:
    """Every event of an answer, in order."""
    known = context.call.known_fields
    for group in stream.groups():
        admitted = [each for each in group if each.when is None or each.when.is_valid(known)]
        if group[0].of in PIECES:
            yield from _pieces(admitted, context)
        elif admitted and group[0].of in (PARTIAL, ARTIFACT, FILE):
            yield from ((group[0], context.place, each) for each in _shown(group[0], artifacts))
        elif admitted and group[0].of == "choice":
            for place in _choices(context):
                if not group[0].finishes or place.chosen.finish in group[0].finishes:
                    yield group[0], place, None
        elif admitted:
            yield group[0], context.place, None


def _shown(event: Event, artifacts: Sequence[Artifact]) -> Iterator[Artifact]:
    """Each artifact, or each of its stages or parts, which are pieces of a stream."""
    for each in artifacts:
        if event.of == ARTIFACT:
            yield each
            continue
        if event.of == FILE:
            yield from _parts(each)
            continue
        for index, pieces in enumerate(each.stages):
            yield replace(each, pieces=pieces, index=index)


def _parts(artifact: Artifact) -> Iterator[Artifact]:
    """A file in pieces of a size, each with the description of the whole."""
    file = b"".join(artifact.pieces)
    for at in range(0, len(file), FILE_PIECE):
        yield replace(artifact, pieces=(file[at : at + FILE_PIECE],))


def _choices(context: Context) -> list[Place]:
    place = context.place
    return [replace(place, choice=each) for each in place.writing.choices] if place else []


def _pieces(events: Sequence[Event], context: Context) -> Iterator[Made]:
    """What there is of each choice in turn, for as long as any has more."""
    by_kind: dict[tuple[str | None, str | None], list[Event]] = {}
    for event in events:
        by_kind.setdefault((event.of, event.at), []).append(event)
    rows = [list(_said(each)) for each in _choices(context)]
    for row in zip_longest(*rows):
        for kind, at, place in filter(None, row):
            for event in by_kind.get((kind, at), ()):
                yield event, place, None


def _tokens(event: Event, place: Place | None) -> int:
    """How many tokens were written for an event: one for a piece, those of a tool's name for its start."""
    if place is None or event.of not in PIECES:
        return 0
    if event.at is None and place.piece is not None:
        return 1
    is_start = event.at == "start" if event.of not in _NAMED else event.at is None
    return tokens.count(place.tool.tool.name) if is_start and place.tool and place.tool.tool else 0


def _unseen(stream: EventStream, context: Context) -> int:
    """How many tokens were thought before the first event, where no event shows them."""
    shown = [each for each in stream.events if each.of == REASONING]
    known = context.call.known_fields
    if context.place is None or any(each.when is None or each.when.is_valid(known) for each in shown):
        return 0
    return context.place.writing.thought_tokens


def _said(whole: Place) -> Iterator[tuple[str, str | None, Place]]:
    """What a choice says: the start of each part, its pieces and its end; the kind of each, and its place."""
    before = 0
    for name, place in parts(whole):
        call, kind = _CALLS.get(name, ("", name))
        yield kind, "start", place
        if place.tool:
            yield call, None, place
        for each in place.part.tokens if place.part else ():
            yield kind, None, fast_replace(place, piece=each, before=before)
            before += kind == "text"
        yield kind, "end", place


def _event(event: Event, context: Context, artifact: Artifact | None = None) -> bytes:
    shown = (artifact,) if artifact else ()
    blobs: list[bytes] = []
    value = bodies.filled_in(event.value, event.binds, context, shown, blobs)
    data = bodies.as_sent(value, blobs)
    name = f"event: {event.name}\n" if event.name else ""
    return b"%sdata: %s\n\n" % (name.encode(), data)
