"""A speech: what it is made of, how long it is, its file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, ClassVar

from proofsheet.mockserver.media.audio.containers import codec_of, file_of
from proofsheet.mockserver.media.audio.frames import CODECS, sound
from proofsheet.mockserver.media.audio.score import Note, score
from proofsheet.mockserver.media.image.picture import PNG, Picture
from proofsheet.mockserver.media.playable import BARS

MAKER = "proofsheet"  # under this name a file says what it was made of
_LOWEST, _OCTAVE = 95.0, 1.25  # hertz of the lowest voice; how far voices are apart, in octaves
_STEP = 1.18  # from one pitch of a voice to the next


@dataclass(frozen=True)
class Speech:
    """A complete description of a speech; equal values always give equal files.

    `identity` is a digest of all of the request that decides about how it is heard.
    """

    text: str
    voice: str
    speed: float
    media_type: str
    seed: int
    identity: bytes
    title: str
    bytes_held: ClassVar[int] = 0

    @cached_property
    def notes(self) -> list[tuple[Note, int]]:
        """What is heard, and each for how many frames: the ends are rounded, so that nothing adds up."""
        seconds, at, found = CODECS[codec_of(self.media_type)].seconds, 0.0, list[tuple[Note, int]]()
        given = 0
        for each in score(self.text, self.speed):
            at += each.seconds
            count = max(round(at / seconds) - given, 0)
            given += count
            found.append((each, count))
        return found if given else [(found[0][0], 1)]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return sum(count for _, count in self.notes) * CODECS[codec_of(self.media_type)].seconds

    @property
    def levels(self) -> tuple[float, ...]:
        """How loud each of BARS equal parts is, 0 to 1: a vowel in full, a rest hardly."""
        frames = [
            0.35 + 0.13 * note.sound[0] if note.sound else 0.04
            for note, count in self.notes
            for _ in range(count)
        ]
        return tuple(frames[len(frames) * bar // BARS] for bar in range(BARS))

    @property
    def preview(self) -> Picture:
        """What is shown of it where only pictures can be shown."""
        return Picture(512, 256, PNG, self.seed, self.identity, self.title, self.text[:200])

    def without_uploads(self) -> Speech:
        return self

    def filtered(self) -> Speech:
        """The same as a filter leaves it: the same."""
        return self

    @property
    def _tags(self) -> dict[str, str]:
        said = {"text": self.text, "voice": self.voice, "speed": self.speed, "seed": self.seed}
        return {
            "title": self.title,
            "artist": "a mock: nobody speaks here",
            "comment": json.dumps({MAKER: said}, ensure_ascii=False),
        }


def file(speech: Speech) -> bytes:
    """The file of a speech."""
    codec = codec_of(speech.media_type)
    lowest = _pitch(speech)
    frames: list[bytes] = []
    for note, count in speech.notes:
        vowel, step = note.sound or (0, 0)
        made = sound(codec, lowest * _STEP**step, vowel)
        frames += made.lasting(count) if note.sound else [made.silence] * count
    return file_of(speech.media_type, frames, speech._tags)


def _pitch(speech: Speech) -> float:
    digest = blake2b(speech.identity, digest_size=2).digest()
    return float(round(_LOWEST * 2 ** (_OCTAVE * int.from_bytes(digest) / 0xFFFF)))


def said_of(comment: Any) -> dict[str, Any] | None:
    """What a file of the double's own says that it was made of, by its comment; None for others."""
    try:
        found = json.loads(comment)[MAKER]
        return found if isinstance(found["text"], str) else None
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
