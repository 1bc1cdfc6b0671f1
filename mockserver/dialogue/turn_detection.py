"""What is heard: a buffer of samples, and where in it somebody begins and ends to speak."""

from __future__ import annotations

import array
from dataclasses import dataclass, field

from proofsheet.mockserver.media.audio.pcm import FRAME, RATES, levels, milliseconds, samples

MOST_SECONDS = 600  # of sound that a buffer keeps


@dataclass(frozen=True)
class Detection:
    """How turns are told by the level: a threshold from 0 to 1, and times in milliseconds."""

    threshold: float
    silence: float
    padding: float


@dataclass(frozen=True)
class Turn:
    """A beginning of speech, or its end, at so many milliseconds of all that was heard."""

    kind: str  # started | stopped
    at: int


@dataclass
class AudioBuffer:
    """The sound of one connection."""

    form: str = "pcm16"
    kept: array.array[int] = field(default_factory=lambda: array.array("h"))
    before: float = 0.0  # milliseconds that were heard before what is kept
    is_speech: bool = False
    _looked: int = 0  # samples of what is kept whose level is known
    _quiet: float = 0.0

    @property
    def length(self) -> float:
        """Milliseconds that are kept."""
        return milliseconds(len(self.kept), self.form)

    def add(self, data: bytes) -> None:
        """Hear more. Raises ValueError where it is no sound of this form."""
        self.kept += samples(data, self.form)
        most = MOST_SECONDS * RATES[self.form]
        if len(self.kept) > most:
            self._drop(len(self.kept) - most)

    def turns(self, by: Detection) -> list[Turn]:
        """The turns in what was added since."""
        fresh = self.kept[self._looked :]
        found: list[Turn] = []
        for number, level in enumerate(levels(fresh, self.form)):
            at = self.before + milliseconds(self._looked, self.form) + number * FRAME
            if level >= by.threshold:
                self._quiet = 0.0
                if not self.is_speech:
                    self.is_speech = True
                    found.append(Turn("started", max(0, round(at - by.padding))))
            elif self.is_speech:
                self._quiet += FRAME
                if self._quiet >= by.silence:
                    self.is_speech, self._quiet = False, 0.0
                    found.append(Turn("stopped", round(at + FRAME)))
        size = RATES[self.form] * FRAME // 1000
        self._looked += len(fresh) // size * size
        return found

    def clear(self) -> float:
        """Forget what is kept; returns how many milliseconds it was."""
        length = self.length
        self._drop(len(self.kept))
        self.is_speech, self._quiet = False, 0.0
        return length

    def _drop(self, count: int) -> None:
        self.before += milliseconds(count, self.form)
        del self.kept[:count]
        self._looked = max(0, self._looked - count)
