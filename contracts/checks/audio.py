"""What is expected of speech, and of the text of what was said: formats, times, subtitles, events."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.checks.audio_facts import AudioFacts, heard, listen
from proofsheet.contracts.checks.event_streams import OfStream, place_in
from proofsheet.contracts.checks.expected import OfSuccess
from proofsheet.contracts.checks.written import event_data, values
from proofsheet.contracts.expectation import Answer
from proofsheet.contracts.history import Unjudged
from proofsheet.spec import pointers
from proofsheet.spec.events import EventStream

SILENT = 0.001  # a louder sample is heard
SLOWEST, FASTEST = 8.0, 35.0  # characters a second that people read aloud, by far
_AROUND = 1.5  # seconds of silence that a speech may have besides
_CLOSE = 0.5  # seconds by which decoders differ about a file's length
_TIME = r"(?:(\d{2,}):)?(\d{2}):(\d{2})[,.](\d{3})"
_CUE = re.compile(_TIME + r" --> " + _TIME)


def _in_kind(facts: AudioFacts, wanted: str) -> Iterator[str]:
    """What is wrong with a file that is to be whole, of a format, and heard; nothing where all is well."""
    if facts.problem:
        yield f"expected whole {wanted}, but the file {facts.problem}"
    elif facts.format != wanted:
        yield f"expected {wanted}, came {facts.format}"
    elif facts.level < SILENT:
        yield f"expected to hear something in {facts.seconds:.1f} seconds of {wanted}, came silence"


@dataclass(frozen=True)
class AudioIs(OfSuccess):
    """The answer is a whole file of a format in which something is heard."""

    format: str

    def of_success(self, answer: Answer) -> Iterator[str]:
        yield from _in_kind(heard(answer.exchange), self.format)


@dataclass(frozen=True)
class SaidInTime(OfSuccess):
    """A text takes about as long as people take to say it, by the speed."""

    characters: int
    speed: float

    def of_success(self, answer: Answer) -> Iterator[str]:
        facts = heard(answer.exchange)
        if facts.problem:
            raise Unjudged("there is no whole file to measure")
        least = self.characters / (FASTEST * self.speed)
        most = self.characters / (SLOWEST * self.speed) + _AROUND
        if not least <= facts.seconds <= most:
            said = f"{self.characters} characters at a speed of {self.speed:g}"
            yield f"expected {said} to take {least:.1f} to {most:.1f} seconds, came {facts.seconds:.1f}"


@dataclass(frozen=True)
class LastsAbout(OfSuccess):
    """What sounds is as long as was asked for, but for what encoders add at its ends."""

    seconds: float

    def of_success(self, answer: Answer) -> Iterator[str]:
        facts = heard(answer.exchange)
        if facts.problem:
            raise Unjudged("there is no whole file to measure")
        if abs(facts.seconds - self.seconds) > _CLOSE:
            yield f"expected {self.seconds:g} seconds, came {facts.seconds:.2f}"


@dataclass(frozen=True)
class AudioInEvents(OfStream):
    """The pieces in the events are, one after another, a whole file of a format."""

    format: str

    def of_stream(self, answer: Answer, stream: EventStream) -> Iterator[str]:
        at = place_in(stream, "$artifact.base64")
        data = [each for _, each in event_data(answer.exchange, stream)]
        pieces = [each for one in data if at for each in pointers.find(one, at)]
        try:
            file = b"".join(base64.b64decode(each, validate=True) for each in pieces)
        except (ValueError, TypeError) as error:
            yield f"a piece is no base64: {error}"
            return
        if not pieces:
            yield "no piece of a file came"
            return
        yield from _in_kind(listen(file), self.format)


@dataclass(frozen=True)
class IsTranscribed(OfSuccess):
    """There is a text; it may be empty, for nobody knows what a service hears in a sound."""

    def of_success(self, answer: Answer) -> Iterator[str]:
        texts = values(answer, "$choice.text")
        if len(texts) != 1 or not isinstance(texts[0], str):
            yield f"expected a text, came {texts!r:.80}"


@dataclass(frozen=True)
class DurationIs(OfSuccess):
    """The answer says how long the file is, or how many seconds are paid."""

    seconds: float

    def of_success(self, answer: Answer) -> Iterator[str]:
        found = values(answer, "$transcript.duration")
        if not found:
            yield "expected how long the file is, came nothing"
        for each in found:
            if not _is_time(each) or abs(each - self.seconds) > _CLOSE:
                yield f"expected a duration of {self.seconds:g} seconds, came {each!r:.40}"
        for each in values(answer, "$transcript.seconds"):
            if not _is_time(each) or not self.seconds - _CLOSE <= each <= self.seconds + 1 + _CLOSE:
                yield f"expected {self.seconds:g} seconds to be paid, or the whole ones, came {each!r:.40}"


@dataclass(frozen=True)
class WordsInOrder(OfSuccess):
    """Parts and words come one after another, none ends before it begins or after the file does."""

    source: str  # segment or word
    seconds: float

    def of_success(self, answer: Answer) -> Iterator[str]:
        starts = values(answer, f"${self.source}.start")
        ends = values(answer, f"${self.source}.end")
        texts = values(answer, f"${self.source}.text")
        if not texts and any(values(answer, "$choice.text")):
            yield f"expected each {self.source} with its times, came none"
        if len(starts) != len(texts) or len(ends) != len(texts):
            yield f"expected both times of each {self.source}, came {len(starts)} and {len(ends)}"
        yield from _in_order(list(zip(starts, ends, strict=False)), self.seconds, self.source)


def _in_order(spans: Sequence[tuple[Any, Any]], seconds: float, what: str) -> Iterator[str]:
    before = 0.0
    for number, (start, end) in enumerate(spans, 1):
        if not _is_time(start) or not _is_time(end) or end < start:
            yield f"{what} {number} goes from {start!r:.20} to {end!r:.20}"
            return
        if start < before:
            yield f"{what} {number} begins at {start:g}, before the one before it does, at {before:g}"
            return
        before = start
    if spans and spans[-1][1] > seconds + _CLOSE:
        yield f"{what} {len(spans)} ends at {spans[-1][1]:g}, after {seconds:g} seconds of sound"


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


@dataclass(frozen=True)
class Subtitles(OfSuccess):
    """The body is subtitles of a form: numbered in SRT, under a head in WebVTT, their times in order."""

    form: str  # srt or vtt
    seconds: float

    def of_success(self, answer: Answer) -> Iterator[str]:
        text = answer.exchange.body.decode("utf-8-sig", "replace").replace("\r\n", "\n")
        if self.form == "vtt" and not re.match(r"WEBVTT(?:[ \t][^\n]*)?(?:\n|$)", text):
            yield f"expected WEBVTT in the first line, came {text[:40]!r}"
            return
        if self.form == "srt" and text.startswith("WEBVTT"):
            yield "expected SRT, came WebVTT"
            return
        blocks = [each for each in re.split(r"\n{2,}", text.strip()) if "-->" in each]
        mark = "," if self.form == "srt" else "."
        yield from self._cues(blocks, mark)
        if not blocks and len(text.removeprefix("WEBVTT").strip()) > 0:
            yield f"expected cues, came {text[:80]!r}"

    def _cues(self, blocks: Sequence[str], mark: str) -> Iterator[str]:
        spans = []
        for number, each in enumerate(blocks, 1):
            lines = each.split("\n")
            cue = next(line for line in lines if "-->" in line)
            found = _CUE.match(cue)
            if found is None or cue[found.end(3) : found.end(3) + 1] != mark:
                form = f"00:00:00{mark}000"
                yield f"expected cue {number} to go from {form} --> {form}, came {cue[:60]!r}"
                return
            if self.form == "srt" and lines[0].strip() != str(number):
                yield f"expected cue {number} to be numbered so, came {lines[0][:20]!r}"
                return
            spans.append((_seconds(found.groups()[:4]), _seconds(found.groups()[4:])))
        yield from _in_order(spans, self.seconds, "cue")


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, thousandths = (int(each or 0) for each in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


@dataclass(frozen=True)
class TextInEvents(OfStream):
    """The pieces of the text are, one after another, the text that the last event has."""

    def of_stream(self, answer: Answer, stream: EventStream) -> Iterator[str]:
        data = [each for _, each in event_data(answer.exchange, stream)]
        piece, whole = place_in(stream, "$piece.text"), place_in(stream, "$choice.text")
        pieces = [each for one in data if piece for each in pointers.find(one, piece)]
        wholes = [each for one in data if whole for each in pointers.find(one, whole)]
        if len(wholes) != 1:
            yield f"expected one event with the whole text, came {len(wholes)}"
        elif not all(isinstance(each, str) for each in (*pieces, *wholes)):
            yield "expected texts, came something else"
        elif "".join(pieces).strip() != wholes[0].strip():
            yield f"expected pieces of {wholes[0][:60]!r}, came those of {''.join(pieces)[:60]!r}"
        elif data and next(pointers.find(data[-1], whole or ()), None) is None:
            yield "expected the whole text in the last event"
