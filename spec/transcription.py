"""What an operation writes down of what is said in a file (`x-transcription`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.choices import Choice, choice

DIARIZED = "diarized"  # JSON that says who speaks
FORMS = ("text", "srt", "vtt", "json", DIARIZED)  # how it may be written


@dataclass(frozen=True)
class Transcription:
    """Which field holds the file, how the text is written, and what a second of sound counts in tokens."""

    file: str
    form: Choice  # one of FORMS
    second: float
    translates: bool = False  # into English
    names: tuple[str, ...] | None = None  # where those are named who speak


@dataclass(frozen=True)
class Sound:
    """What an uploaded audio file must be: its name ends in one of `formats`, and so long it is at least."""

    formats: tuple[str, ...]
    min_seconds: float = 0.0
    named: bool = True  # whether a refusal for its format names the field


def transcription(node: Mapping[str, Any] | None) -> Transcription | None:
    """Read `x-transcription`. Raises KeyError and ValueError where it has not the form of one."""
    if node is None:
        return None
    form = choice(node["form"])
    for each in form.table.values() if form.table else (form.constant,):
        if each not in FORMS:
            raise ValueError(f"{each!r} is none of {', '.join(FORMS)}")
    names = pointers.split(node["names"]) if "names" in node else None
    (file,) = pointers.split(node["file"])
    return Transcription(file, form, node.get("second", 0), node.get("translates", False), names)


def sound(node: Mapping[str, Any]) -> Sound:
    """Read `x-audio`."""
    return Sound(tuple(node["formats"]), node.get("min-seconds", 0.0), node.get("named", True))
