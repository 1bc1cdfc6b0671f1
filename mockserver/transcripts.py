"""What is said in an uploaded file: of a speech of the double's own its very text, else a text as long.

Everything follows from the file: the same one is transcribed the same, wherever and whenever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from random import Random

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.media.audio.score import spans
from proofsheet.mockserver.media.audio.upload import Audio
from proofsheet.mockserver.media.text.reply import reply_tokens
from proofsheet.spec import pointers, tokens
from proofsheet.spec.transcription import DIARIZED, Transcription

_SILENT = 0.002  # a sample that is louder is heard
_PACE = 2.4  # words a second, where nobody knows them
_MOST_WORDS = 20_000
_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]*[\s]*|[.!?。！？]+\s*")
_LONGEST = 80  # characters of a part


@dataclass(frozen=True)
class Span:
    """A word or a part of the text, and the seconds from which to which it is said."""

    index: int
    text: str
    start: float
    end: float
    name: int | str = 0  # by which it is known: its index, or an id where it is said who speaks
    voice: str = ""

    @property
    def tokens(self) -> list[int]:
        """A number for each token of it, the same for the same token."""
        return [
            int.from_bytes(blake2b(each.encode("utf-8", "surrogatepass"), digest_size=2).digest()) % 50_000
            for each in tokens.tokens(self.text)
        ]


@dataclass(frozen=True)
class Transcript:
    """What is said in a file of so many seconds, and the form in which it is to be written."""

    text: str
    seconds: float
    form: str
    voices: tuple[str, ...] = ("A",)  # who say a part each, in turn

    @cached_property
    def words(self) -> Sequence[Span]:
        """Each word with its times."""
        found = spans(self.text, self.seconds) if self.text else []
        return [Span(number, *each) for number, each in enumerate(_rounded(found))]

    @cached_property
    def segments(self) -> Sequence[Span]:
        """The sentences, one after another from the first second to the last."""
        parts = list(_parts(self.text)) or ([""] if self.form == DIARIZED else [])
        lengths = [max(len(each.strip()), 1) for each in parts]
        whole, at, found = sum(lengths), 0, list[tuple[str, float, float]]()
        for each, length in zip(parts, lengths, strict=True):
            found.append((each, self.seconds * at / whole, self.seconds * (at + length) / whole))
            at += length
        return [self._span(number, each) for number, each in enumerate(_rounded(found))]

    def _span(self, index: int, said: tuple[str, float, float]) -> Span:
        name = f"seg_{index:03}" if self.form == DIARIZED else index
        return Span(index, *said, name, self.voices[index % len(self.voices)])

    @property
    def written(self) -> str:
        """The text by itself, or as subtitles."""
        if self.form == "srt":
            return "".join(f"{each.index + 1}\n{_cue(each, ',')}" for each in self.segments)
        if self.form == "vtt":
            return "WEBVTT\n\n" + "".join(_cue(each, ".") for each in self.segments)
        return f"{self.text}\n"


def transcript(call: Call, wanted: Transcription) -> Transcript:
    """The transcript of the file that a call brings; a silent one has no word."""
    heard, form = call.sounds.get(wanted.file), str(wanted.form.pick(call.fields))
    if not isinstance(heard, Audio):
        return Transcript("", 0.0, form)
    said: str | None = heard.said["text"] if heard.said else None
    voices: tuple[str, ...] = ("A",)
    if said is None or (wanted.translates and not said.isascii()):
        data = call.files[wanted.file].data
        said, voices = invented(data, heard.seconds, heard.level), ("A", "B")
    return Transcript(said.strip(), heard.seconds, form, _named(call, wanted, voices))


def _named(call: Call, wanted: Transcription, voices: tuple[str, ...]) -> tuple[str, ...]:
    """Who speak, by the names that the call has for them."""
    sent = next(pointers.find(call.fields, wanted.names), None) if wanted.names else None
    known = [each for each in sent if isinstance(each, str)] if isinstance(sent, list) else []
    return (*known, *voices[len(known) :])


def invented(data: bytes, seconds: float, level: float) -> str:
    """A double's words for sound that it does not understand, as many as are said in its time."""
    if level < _SILENT:
        return ""
    random = Random(blake2b(data, digest_size=16).digest())
    count = min(max(1, round(seconds * _PACE)), _MOST_WORDS)
    about = f"a recording of {seconds:.1f} seconds"
    made = f"This is what a mock writes of {about} that it does not understand. "
    found = (made + "".join(reply_tokens(about, random, 2 * count))).split()[:count]
    return " ".join(found).rstrip(",;:") + ("" if found[-1][-1] in ".!?" else ".")


def _parts(text: str) -> Iterator[str]:
    """The sentences of a text, a long one in pieces; together they are the text."""
    for each in _SENTENCE.findall(text):
        words = re.findall(r"\S+\s*", each) if len(each) > _LONGEST else [each]
        piece = ""
        for word in words:
            if piece and len(piece) + len(word) > _LONGEST:
                yield piece
                piece = ""
            piece += word
        if piece.strip():
            yield piece


def _rounded(found: Sequence[tuple[str, float, float]]) -> Iterator[tuple[str, float, float]]:
    return ((text, round(start, 2), round(end, 2)) for text, start, end in found)


def _cue(span: Span, mark: str) -> str:
    return f"{_time(span.start, mark)} --> {_time(span.end, mark)}\n{span.text.strip()}\n\n"


def _time(seconds: float, mark: str) -> str:
    whole = round(seconds * 1000)
    hours, minutes = divmod(whole // 60_000, 60)
    return f"{hours:02}:{minutes:02}:{whole // 1000 % 60:02}{mark}{whole % 1000:03}"
