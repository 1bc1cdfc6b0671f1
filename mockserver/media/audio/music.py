"""A piece of music: what it is made of, how long it is, its file, its cover and its video."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from itertools import islice

from proofsheet.mockserver.media.audio.cells import Cell, cell_frames, silent_frame
from proofsheet.mockserver.media.audio.containers import codec_of, file_of
from proofsheet.mockserver.media.audio.frames import CODECS
from proofsheet.mockserver.media.audio.style import Style
from proofsheet.mockserver.media.image.picture import Picture
from proofsheet.mockserver.media.playable import BARS
from proofsheet.mockserver.media.video.video import Video

MP3 = "audio/mpeg"
_FPS = 2  # frames a second of its video
MAKER = "proofsheet"  # under this name a file says what it was made of
LONGEST = 600.0  # seconds
_BAR = 8  # steps, of half a beat each
# By four bars each: how much is played. The tune rests, goes one way or another, with a voice or without.
_SECTIONS = ("rest", "verse", "verse", "chorus", "solo", "verse", "chorus")
_WAYS = ((0, 3, 1, 2), (0, 2, 3, 1), (3, 1, 0, 2), (0, 1, 3, 2))  # of chords, a bar each
_RESTS = 90  # of 256: so often the tune rests in a step
_FADING = 4.0  # seconds at the end in which the tune is silent


@dataclass(frozen=True)
class Part:
    """So many seconds of a piece, from some second on."""

    music: Music
    start: float
    seconds: float


@dataclass(frozen=True)
class Music:
    """A complete description of a piece; equal values always give equal files.

    `picture` is its cover: its identity and seed decide about the tune. One that is `joined` is made of parts
    of others and has no tune of its own; `origin` is what it goes on from, up to where.
    """

    picture: Picture
    seconds: float
    style: Style
    words: str = ""
    is_sung: bool = False
    media_type: str = MP3
    joined: tuple[Part, ...] = ()
    tune: bytes = b""  # of another piece, which it has too
    start: float = 0.0  # of the tune, where it goes on from another
    origin: Part | None = None

    @property
    def seed(self) -> int:
        return self.picture.seed

    @property
    def bytes_held(self) -> int:
        """What the uploads weigh that it comes from, in bytes."""
        return self.picture.bytes_held

    @property
    def preview(self) -> Picture:
        """What is shown of it where only pictures can be shown."""
        return self.picture

    def filtered(self) -> Music:
        """The same as a filter leaves it: the same."""
        return self

    def without_uploads(self) -> Music:
        return replace(self, picture=self.picture.without_uploads())

    def still(self, name: str) -> Picture | Video:
        """Its `cover`, or a `video` of it."""
        return Video(self.picture, self.seconds, _FPS, True, music=self) if name == "video" else self.picture

    @property
    def levels(self) -> tuple[float, ...]:
        """How loud each of BARS equal parts is, 0 to 1: by its notes."""
        return tuple(_loudness(self, self.seconds * number / BARS) for number in range(BARS))

    def count(self, codec: str) -> int:
        """How many frames its file has."""
        return max(1, round(min(self.seconds, LONGEST) / CODECS[codec].seconds))

    @cached_property
    def own_tune(self) -> bytes:
        """What decides about the notes."""
        return (
            self.tune
            or blake2b(self.picture.identity + self.seed.to_bytes(8, "big"), digest_size=64).digest()
        )

    @cached_property
    def _tags(self) -> dict[str, str]:
        said = {
            "prompt": self.picture.prompt,
            "seed": self.seed,
            "seconds": self.seconds,
            "words": self.words,
        }
        style = {"beats": self.style.beats, "minor": self.style.is_minor, "voice": self.style.voice}
        comment = json.dumps({MAKER: {**said, **style}}, ensure_ascii=False)
        return {"title": self.picture.title, "artist": "a mock: nobody plays here", "comment": comment}

    def frames(self, codec: str) -> list[bytes]:
        """The frames of its file."""
        if self.joined:
            return list(_joined(self.joined, codec, self.count(codec)))
        return list(islice(_played(self, codec), self.count(codec)))


def file(music: Music) -> bytes:
    """The file of a piece."""
    return file_of(music.media_type, music.frames(codec_of(music.media_type)), music._tags)


def _joined(parts: tuple[Part, ...], codec: str, count: int) -> Iterator[bytes]:
    seconds, given = CODECS[codec].seconds, 0
    for each in parts:
        first, wanted = round(each.start / seconds), round(each.seconds / seconds)
        frames = each.music.frames(codec)[first : first + wanted]
        given += len(frames)
        yield from frames
    yield from [silent_frame(codec)] * max(0, count - given)


def _played(music: Music, codec: str) -> Iterator[bytes]:
    """The steps one after another, each cut or filled up to its time, so that no rounding adds up."""
    seconds, step = CODECS[codec].seconds, 30 / music.style.beats
    first = round(music.start / step) if music.start else 0
    given, silent, number = 0, silent_frame(codec), 0
    while True:
        until = round((number + 1) * step / seconds)
        frames = cell_frames(codec, _cell(music, first + number, number * step))
        wanted = until - given
        yield from frames[:wanted]
        yield from [silent] * (wanted - len(frames))
        given, number = until, number + 1


def _loudness(music: Music, at: float) -> float:
    """How loud about a bar is that begins at a second, 0 to 1."""
    for each in music.joined:
        if at < each.seconds:
            return _loudness(each.music, each.start + at)
        at -= each.seconds
    step = 30 / music.style.beats
    first = round((music.start + at) / step)
    cells = [_cell(music, number, at) for number in range(first, first + _BAR)]
    return 0.35 + 0.6 * sum(each.note is not None for each in cells) / _BAR


def _cell(music: Music, number: int, at: float) -> Cell:
    tune, (bar, step) = music.own_tune, divmod(number, _BAR)
    section = _SECTIONS[bar // 4 % len(_SECTIONS)] if number >= 4 * _BAR else "rest"
    way = _WAYS[tune[0] % len(_WAYS)]
    note = _note(tune, section, bar, step) if at < music.seconds - _FADING else None
    return Cell(
        voice=music.style.voice,
        is_minor=music.style.is_minor,
        chord=way[bar % 4],
        is_light=step % 2 == 1,
        note=note,
        is_sung=music.is_sung and section in ("verse", "chorus") and note is not None,
    )


def _note(tune: bytes, section: str, bar: int, step: int) -> int | None:
    """The note of a step: two bars that are played again, with other ones in the chorus and alone."""
    if section == "rest" and step % 4:
        return None
    first = {"rest": 1, "verse": 1, "chorus": 20, "solo": 40}[section]
    byte = tune[first + (bar % 2 * _BAR + step) % 20]
    return None if byte < _RESTS and step else byte % 4
