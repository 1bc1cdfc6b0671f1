"""What can be bound of what is written in reply: a function for each of its runtime expressions."""

from __future__ import annotations

import base64
import itertools
import math
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Any

from proofsheet.mockserver.choices import Choice, Part
from proofsheet.mockserver.classifying import RESULT, Result
from proofsheet.mockserver.media.text.vectors import packed, vector
from proofsheet.mockserver.tool_choice import Tool
from proofsheet.mockserver.transcripts import Span, Transcript
from proofsheet.mockserver.writing import Writing
from proofsheet.spec import tokens
from proofsheet.spec.completion import CUTS
from proofsheet.spec.fast_replace import fast_replace

_LIKELY = (-1.5, -0.0001)  # of a token that was chosen, as a natural logarithm
_LESS = 0.7  # how much less likely each alternative is, at least
_OTHERS = (" the", " a", " mock", " answer", " and", " of", " to", " is", ",", ".")


@dataclass(frozen=True)
class Token:
    """A token, and how likely it was."""

    text: str
    logprob: float
    offset: int = 0  # of its first character in what is written


@dataclass(frozen=True)
class Place:
    """Where in what is written a value is wanted: in one of the choices, of its tools, of its tokens …

    `piece` is what one event of a stream hands over; the tokens there are its own.
    """

    writing: Writing
    choice: Choice | None = None
    tool: Part | None = None
    token: Token | None = None
    alternative: Token | None = None
    piece: str | None = None
    part: Part | None = None
    number: int = 0  # of the part among those of its choice
    vector: int | None = None  # which of the inputs
    result: Result | None = None  # of what is classified
    span: Span | None = None  # a part of what is said in a file, or a word
    before: int = 0  # tokens of the choice before the piece

    @property
    def chosen(self) -> Choice:
        """The choice, or the first."""
        return self.choice or self.writing.choices[0]

    @property
    def finish(self) -> str:
        """How the part ends, one of FINISHES: what cuts a choice cuts its last part."""
        is_last = self.number == len(self.chosen.parts) - 1
        return self.chosen.finish if is_last and self.chosen.finish in CUTS else "stop"

    @property
    def heard(self) -> Span | None:
        """The part of what is said in a file, or the one that the part of the choice is."""
        known = self.writing.transcript
        if self.span is not None or known is None or self.part is None:
            return self.span
        return known.segments[self.number]

    def tokens(self) -> Iterator[Token]:
        """The tokens of the piece, or of all that the choice says as text."""
        found: Sequence[str] = list(self._written())
        if self.piece is not None:
            found = tokens.tokens(self.piece)
        seed = _seed(self.chosen)
        offset = sum(map(len, itertools.islice(self._written(), self.before)))
        for number, each in enumerate(found, self.before):
            yield Token(each, Random(seed + number.to_bytes(4, "big")).uniform(*_LIKELY), offset)
            offset += len(each)

    def _written(self) -> Iterator[str]:
        return (each for part in self.chosen.parts if part.kind == "text" for each in part.tokens)

    def alternatives(self) -> Iterator[Token]:
        """The likeliest tokens in the place of one, that itself first."""
        assert self.token is not None
        logprob = self.token.logprob
        texts = dict.fromkeys((self.token.text, *_OTHERS, *(f" mock{number}" for number in range(20))))
        for text in list(texts)[: self.writing.alternatives or 0]:
            yield Token(text, logprob)
            logprob -= _LESS


def _sealed(text: str) -> str:
    """What was thought, as clients hand it back: nothing that they read."""
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()


def _seed(choice: Choice) -> bytes:
    text = f"{choice.index} {choice.said('text')}"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def parts(place: Place) -> list[tuple[str, Place]]:
    """Each part of a choice, in order: its kind, and its place."""
    return [
        (each.kind, fast_replace(place, part=each, number=number, tool=each if each.tool else None))
        for number, each in enumerate(place.chosen.parts)
    ]


def repeated(name: str, place: Place) -> list[Place] | None:
    """What each item of a list is bound from, by an expression within it; None if nothing here repeats it."""
    source = name.partition(".")[0]
    if source not in _LEVELS:
        return None
    if (found := _LISTS.get(source)) is not None:
        return found(place)
    if place.choice is None and place.writing.transcript is None:  # of which there is one
        return [fast_replace(place, choice=each) for each in place.writing.choices]
    if source == "$tool":
        return [fast_replace(place, tool=each) for each in place.chosen.tools]
    if place.token is None:
        return [fast_replace(place, token=each) for each in place.tokens()]
    return [fast_replace(place, alternative=each) for each in place.alternatives()]


def _spans(name: str) -> Callable[[Place], list[Place]]:
    return lambda place: [
        fast_replace(place, span=each) for each in getattr(place.writing.transcript, name, ())
    ]


_LISTS: Mapping[str, Callable[[Place], list[Place]]] = {
    "$result": lambda place: [fast_replace(place, result=each) for each in place.writing.results],
    "$vector": lambda place: [fast_replace(place, vector=each) for each in range(len(place.writing.inputs))],
    "$segment": _spans("segments"),
    "$word": _spans("words"),
    # of what was thought, where the request wants it
    "$summary": lambda place: [place] if place.part and place.writing.shows_thoughts else [],
}
_LEVELS = (*_LISTS, "$choice", "$tool", "$function", "$token", "$alternative")


def _said(kind: str) -> Callable[[Place], Iterator[Any]]:
    """All that a choice says as text or as refusal; null where it says nothing so."""
    return lambda place: iter([place.chosen.said(kind)])


def _of_tool(value: Callable[[Part], Any]) -> Callable[[Place], Iterator[Any]]:
    return lambda place: iter([value(place.tool)] if place.tool and place.tool.tool else [])


def _of_function(value: Callable[[Tool, str], Any]) -> Callable[[Place], Iterator[Any]]:
    def found(place: Place) -> Iterator[Any]:
        part = place.chosen.function
        yield from [value(part.tool, part.text)] if part and part.tool else []

    return found


def _of_token(
    token: Callable[[Place], Token | None], value: Callable[[Token], Any]
) -> Callable[[Place], Iterator[Any]]:
    return lambda place: iter([value(found)] if (found := token(place)) else [])


def _likely(place: Place) -> Iterator[Any]:
    """The likeliest tokens by their text."""
    if place.token is not None:
        yield {each.text: round(each.logprob, 6) for each in place.alternatives()}


def _of_result(value: Callable[[Result], Iterator[Any]]) -> Callable[[Place], Iterator[Any]]:
    return lambda place: value(place.result) if place.result else iter(())


def _vector(place: Place) -> Iterator[Any]:
    if place.vector is not None:
        written = place.writing
        made = (
            vector(written.inputs[place.vector], written.dimensions)
            if written.vector is None
            else array("f", written.vector)
        )
        yield base64.b64encode(packed(made)).decode() if place.writing.form == "base64" else list(made)


def _of_span(name: str) -> Callable[[Place], Iterator[Any]]:
    return lambda place: iter([getattr(found, name)] if (found := place.heard) else [])


def _of_transcript(value: Callable[[Transcript], Any]) -> Callable[[Place], Iterator[Any]]:
    return lambda place: iter([value(place.writing.transcript)] if place.writing.transcript else [])


def _alternative(place: Place) -> Token | None:
    return place.alternative


def _token(place: Place) -> Token | None:
    return place.token


_TOKEN: Mapping[str, Callable[[Token], Any]] = {
    "text": lambda token: token.text,
    "logprob": lambda token: round(token.logprob, 6),
    "bytes": lambda token: list(token.text.encode("utf-8", "surrogatepass")),
}
WRITTEN: Mapping[str, Callable[[Place], Iterator[Any]]] = {
    "$choice.index": lambda place: iter([place.chosen.index]),
    "$choice.text": _said("text"),
    "$choice.refusal": _said("refusal"),
    "$choice.finish": lambda place: iter([place.writing.finishes[place.chosen.finish]]),
    "$choice.cause": lambda place: iter(
        [found] if (found := place.writing.causes.get(place.chosen.finish)) else []
    ),
    "$choice.tools": lambda place: iter([True] if place.chosen.tools else []),
    "$choice.tokens": lambda place: iter([] if place.writing.alternatives is None else [True]),
    "$choice.function": lambda place: iter([True] if place.chosen.function else []),
    "$function.name": _of_function(lambda tool, text: tool.name),
    "$function.arguments": _of_function(lambda tool, text: text),
    "$part.index": lambda place: iter([place.number]),
    "$part.text": lambda place: iter([place.part.text] if place.part else []),
    "$part.sealed": lambda place: iter([_sealed(place.part.text)] if place.part else []),
    "$summary.text": lambda place: iter([place.part.text] if place.part else []),
    "$part.finish": lambda place: iter([place.writing.finishes[place.finish]]),
    "$tool.index": _of_tool(lambda part: part.index),
    "$tool.id": _of_tool(lambda part: part.tool.id if part.tool else ""),
    "$tool.name": _of_tool(lambda part: part.tool.name if part.tool else ""),
    "$tool.arguments": _of_tool(lambda part: part.text),
    "$vector.index": lambda place: iter([] if place.vector is None else [place.vector]),
    "$vector.values": _vector,
    "$piece.text": lambda place: iter([] if place.piece is None else [place.piece]),
    "$outline.tree": lambda place: iter([place.writing.outline.tree] if place.writing.outline else []),
    "$transcript.duration": _of_transcript(lambda heard: round(heard.seconds, 3)),
    "$transcript.seconds": _of_transcript(lambda heard: math.ceil(heard.seconds)),
    "$transcript.written": _of_transcript(lambda heard: heard.written),
    **{
        f"${of}.{name}": _of_span(name)
        for of in ("segment", "word")
        for name in ("index", "name", "voice", "start", "end", "text", "tokens")
    },
    "$usage.prompt": lambda place: iter([place.writing.prompt_tokens]),
    "$usage.completion": lambda place: iter([place.writing.completion_tokens]),
    "$usage.thought": lambda place: iter([place.writing.thought_tokens]),
    "$usage.total": lambda place: iter([place.writing.prompt_tokens + place.writing.completion_tokens]),
    "$token.offset": lambda place: iter([place.token.offset] if place.token else []),
    "$token.alternatives": _likely,
    **{name: _of_result(value) for name, value in RESULT.items()},
    **{f"$token.{name}": _of_token(_token, value) for name, value in _TOKEN.items()},
    **{f"$alternative.{name}": _of_token(_alternative, value) for name, value in _TOKEN.items()},
}
