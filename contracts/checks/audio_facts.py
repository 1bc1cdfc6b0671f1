"""What an audio file is: decoded to its end."""

from __future__ import annotations

import array
from dataclasses import dataclass

from proofsheet.contracts.checks.audio_files import cut_off, format_of
from proofsheet.contracts.checks.decoded_media import decoded, size_problem
from proofsheet.contracts.exchange import Exchange

_RAW = 24_000  # samples a second of a file without a header, of 16 bits


@dataclass(frozen=True)
class AudioFacts:
    """A file's facts; `problem` says why it is no whole audio file, and then the others may be missing.

    `level` is its loudest sample, from 0 to 1.
    """

    problem: str | None = None
    format: str = ""  # mp3, aac, opus, ogg, flac, wav; pcm: none of them
    seconds: float = 0.0
    level: float = 0.0


def heard(exchange: Exchange) -> AudioFacts:
    """The facts of an answer's body, worked out once."""
    return exchange.once("audio", lambda: listen(exchange.body))


def listen(data: bytes) -> AudioFacts:
    """The facts of a file; never raises."""
    kind = format_of(data)
    if problem := size_problem("audio", data):
        return AudioFacts(problem)
    if kind == "pcm":
        return _raw(data)
    found = decoded("audio", data, kind)
    if problem := cut_off(data):
        found["problem"] = problem
    return AudioFacts(format=kind, **found)


def _raw(data: bytes) -> AudioFacts:
    if printed := _printed(data[:64]):
        return AudioFacts(f"is text and no audio: {printed!r}")
    samples = array.array("h", data[: len(data) // 2 * 2])
    loudest = max(map(abs, samples), default=0)
    return AudioFacts(cut_off(data), "pcm", len(samples) / _RAW, loudest / 32_768)


def _printed(data: bytes) -> str:
    """The text that some bytes are, if they are one."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        return ""
    return text if text.strip("\0").strip() and text.isprintable() else ""
