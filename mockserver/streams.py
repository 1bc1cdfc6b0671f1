"""An answer as a stream of server-sent events: each made of the document's, at a pace, to its end or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any, NamedTuple

from proofsheet.mockserver.answer_templates import Known, template
from proofsheet.mockserver.call import Call
from proofsheet.mockserver.choices import REASONING
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.faults import CutOff
from proofsheet.mockserver.sources import Artifact, Context
from proofsheet.mockserver.stream_pace import StreamPace
from proofsheet.mockserver.template_parts import Template, dumped
from proofsheet.mockserver.written_values import Place, parts
from proofsheet.spec import tokens
from proofsheet.spec.events import ARTIFACT, FILE, PARTIAL, PIECES, Event, EventStream
from proofsheet.spec.fast_replace import fast_replace

FILE_PIECE = 3 * 4096  # bytes: base64 has no padding within a file


class Sent(NamedTuple):
    """One event as it is sent, whether it hands over a piece, for which a pause may be due, or is none."""

    data: bytes
    is_piece: bool = False
    is_cut: bool = False  # the connection ends here
    tokens: int = 0  # that were written for it


_HANDED = (*PIECES, PARTIAL, FILE)
_NAMED = ("call", "function")  # events that name a tool
_CALLS = {"tool": ("call", "arguments"), "function": ("function", "function-arguments")}


def sent_events(
    known: Known,
    stream: EventStream,
    context: Context,
    pace: StreamPace,
    artifacts: Sequence[Artifact] = (),
) -> list[Sent]:
    """Every event that is sent, in order: up to the error or the cut, whichever comes first in it."""
    most = min((each for each in (pace.error, pace.cut) if each is not None), default=None)
    is_error = pace.error is not None and pace.error == most
    found: list[Sent] = []
    pieces = 0
    for event, made, place, shown, texts in _whole(known, stream, context, artifacts):
        is_piece = event.of in _HANDED and event.at is None
        count = _tokens(event, place) + (0 if found else _unseen(stream, context))
        for text in texts or (None,):
            if most is not None and pieces >= most and (is_piece or pieces):
                error = stream.error if is_error else None
                numbered = fast_replace(context, place=place, event=len(found))
                return [*found, Sent(_template(known, error).text(numbered)) if error else _CUT]
            if text is None:
                text = made.text(fast_replace(context, place=place, event=len(found)), shown)
            found.append(Sent(text, is_piece, False, count))
            pieces += is_piece
    return found if stream.end is None else [*found, Sent(b"data: %s\n\n" % stream.end.encode())]


_CUT = Sent(b"", is_cut=True)


def _template(known: Known, event: Event) -> Template:
    """The template of an event as it is sent."""
    place = "event", id(event)
    found: Template | None = known.get(place)
    if found is None:
        name = f"event: {event.name}\n" if event.name else ""
        found = known[place] = template(known, event).within(f"{name}data: ".encode(), b"\n\n")
    return found


def paced(found: Sequence[Sent], call: Call, double: Double) -> AsyncIterator[bytes]:
    """The events, one by one where there is a pace, else all at once: a write costs more than an event.

    Raises CutOff where the connection is to end, or where an error has no event. The call has ended before
    its last event goes out: who has read that finds it charged and noted.
    """
    # Python looks through tuples of plain values for garbage once, through others for as long as they live.
    return _paced([tuple(each) for each in found], call, double)


async def _paced(found: Sequence[Any], call: Call, double: Double) -> AsyncIterator[bytes]:
    pace = call.stream_pace
    pauses = pace.pauses(double.rng)
    size = len(found) if pace.is_immediate else 1
    clock = asyncio.get_running_loop().time
    due = clock()  # by which the pauses add up, whatever sending takes: a slow moment is made good
    for end in range(size, len(found) + size, size):
        group = found[end - size : end]
        data, is_piece, is_cut, tokens = group[0] if size == 1 else _together(group)
        if is_piece and not pace.is_immediate:
            due += next(pauses)
            await asyncio.sleep(due - clock())
        call.sent_tokens += tokens
        if end >= len(found):
            call.ended()
        if data:
            yield data
        if is_cut:
            raise CutOff


def _together(found: Sequence[Any]) -> Sent:
    data, _, cuts, counts = zip(*found, strict=True)
    return Sent(b"".join(data), is_cut=cuts[-1], tokens=sum(counts))


class Made(NamedTuple):
    """An event of an answer: its template and of what it is made; or several that are known as text."""

    event: Event
    template: Template
    place: Place | None
    shown: Sequence[Artifact] = ()
    texts: Sequence[bytes] = ()


def _whole(
    known: Known, stream: EventStream, context: Context, artifacts: Sequence[Artifact]
) -> Iterator[Made]:
    """Every event of an answer, in order."""
    fields = context.call.known_fields
    for group in stream.groups:
        admitted = [each for each in group if each.when is None or each.when.is_valid(fields)]
        first = group[0]
        if first.of in PIECES:
            yield from _pieces(known, admitted, context)
            continue
        made = _template(known, first)
        if not admitted:
            continue
        if first.of in (PARTIAL, ARTIFACT, FILE):
            yield from (Made(first, made, context.place, [each]) for each in _shown(first, artifacts))
        elif first.of == "choice":
            for place in _choices(context):
                if not first.finishes or place.chosen.finish in first.finishes:
                    yield Made(first, made, place)
        else:
            yield Made(first, made, context.place)


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


def _pieces(known: Known, events: Sequence[Event], context: Context) -> Iterator[Made]:
    """What there is of each choice in turn, for as long as any has more."""
    by_kind: dict[tuple[str | None, str | None], list[Event]] = {}
    for event in events:
        by_kind.setdefault((event.of, event.at), []).append(event)
    choices = _choices(context)
    together = len(choices) == 1
    rows = [_said(known, by_kind, context, each, together) for each in choices]
    for row in zip_longest(*rows):
        for step in filter(None, row):
            yield from step


def _tokens(event: Event, place: Place | None) -> int:
    """How many tokens were written for an event: one for a piece, those of a tool's name for its start."""
    if place is None or event.of not in PIECES:
        return 0
    if event.at is None and event.of not in _NAMED:
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


_Events = Mapping[tuple[str | None, str | None], Sequence[Event]]  # by what they hand over, and where


def _said(
    known: Known, events: _Events, context: Context, whole: Place, together: bool
) -> Iterator[list[Made]]:
    """The events of what a choice says: of the start of each part, of its pieces, of its end."""
    before = 0
    for name, place in parts(whole):
        call, kind = _CALLS.get(name, ("", name))
        yield _of_part(known, events.get((kind, "start"), ()), place)
        if place.tool:
            yield _of_part(known, events.get((call, None), ()), place)
        own = _of_part(known, events.get((kind, None), ()), place)
        texts = place.part.tokens if place.part else ()
        yield from _in_pieces(own, context, place, texts, before, together)
        before += len(texts) if kind == "text" else 0
        yield _of_part(known, events.get((kind, "end"), ()), place)


def _of_part(known: Known, events: Sequence[Event], place: Place) -> list[Made]:
    return [Made(each, _template(known, each), place) for each in events]


def _in_pieces(
    own: Sequence[Made], context: Context, place: Place, texts: Sequence[str], before: int, together: bool
) -> Iterator[list[Made]]:
    """The events of each piece; what does not change from one to the next is written once."""
    here = fast_replace(context, place=place)
    fixed = [each._replace(template=each.template.fixed(here)) for each in own]
    around = [each.template.around_piece for each in fixed]
    if len(fixed) == 1 and around[0] is not None:
        first, last = around[0]
        made = [first + dumped(each) + last for each in texts]
        yield from ([fixed[0]._replace(texts=each)] for each in ([made] if together else zip(made)) if each)
        return
    for number, each in enumerate(texts, before):
        piece = fast_replace(place, piece=each, before=number)
        yield [one._replace(place=piece) for one in fixed]
