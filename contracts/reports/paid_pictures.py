"""What was judged of each artifact that came: what was asked for, what it is, and by which requirements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.reports.picture_frames import Frame, frames
from proofsheet.contracts.reports.view import View

GENERAL = "answer.picture"  # held against every picture that comes as bytes, and listed with no case


@dataclass(frozen=True)
class Judged:
    """One artifact. Topics are ids of requirements without family and operation."""

    case: str
    asked: str
    came: str
    kept: tuple[str, ...]
    broken: tuple[str, ...]
    unjudged: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """`19 judged, all kept`, or which were not."""
        count = f"{len(self.kept) + len(self.broken)} judged"
        broken = f", not kept: {', '.join(self.broken)}" if self.broken else ", all kept"
        return count + broken


def judged(view: View) -> tuple[Judged, ...]:
    """The artifacts of a report, in the order in which they came."""
    known = {each.id for each in view.lines}
    return tuple(_judged(each, known) for each in frames(view))


def _judged(frame: Frame, known: set[str]) -> Judged:
    case = frame.case
    messages = dict.fromkeys(_topic(name) for name, _ in case["messages"] if name in known)
    unjudged = dict.fromkeys(_topic(name) for name, _ in case.get("unjudged", ()) if name in known)
    spoken = [_topic(name) for name in case["requirements"] if name in known]
    if case["response"]["media_type"].startswith("image/"):
        spoken += [GENERAL for name in known if name.endswith(f".{case['operation']}.{GENERAL}")]
    kept = [each for each in dict.fromkeys(spoken) if each not in {**messages, **unjudged}]
    return Judged(
        case["id"],
        " ".join(_asked(frame.picture)),
        " ".join(_came(frame.picture)),
        tuple(kept),
        tuple(messages),
        tuple(unjudged),
    )


def common(found: tuple[Judged, ...]) -> tuple[str, ...]:
    """The topics on which every picture was judged."""
    spoken = [(*each.kept, *each.broken) for each in found]
    return tuple(each for each in spoken[0] if all(each in one for one in spoken)) if spoken else ()


def _topic(requirement: str) -> str:
    return requirement.split(".", 2)[-1]


def _asked(picture: Mapping[str, Any]) -> Iterator[str]:
    if wanted := picture["expected"]:
        yield f"{wanted[0]}x{wanted[1]}"
    if wanted := picture.get("expected_format"):
        yield str(wanted)


def _came(picture: Mapping[str, Any]) -> Iterator[str]:
    kind = picture.get("kind", "image")
    if kind != "image" and not picture["why"]:
        seconds = picture.get("seconds")
        yield f"{kind} {picture['format']}" + (f" {seconds:.1f} s" if seconds else "")
        return
    if picture["width"] is None:
        yield f"no {kind}"
        return
    yield f"{picture['width']}x{picture['height']} {picture['format']} {picture['mode']}"
    if picture.get("sharpness") is not None:
        yield f"sharpness {picture['sharpness']}"
    if picture["seed"] is not None:
        yield f"seed {picture['seed']}"
