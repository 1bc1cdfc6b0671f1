"""The frames of the proof sheet: every picture that came, with its case and the findings about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.reports.records import Record
from proofsheet.contracts.reports.view import FINDINGS, STATES, Line, View


@dataclass(frozen=True)
class Frame:
    """One picture on the proof sheet; `concerns` are the findings about its case."""

    case: Record
    picture: Mapping[str, Any]
    number: str
    state: str
    concerns: tuple[Line, ...]
    levels: tuple[str, ...]

    @property
    def actual(self) -> str:
        """The size it has; empty if it could not be measured."""
        width = self.picture["width"]
        return f"{width} × {self.picture['height']}" if width is not None else ""

    @property
    def expected(self) -> str:
        """The size it should have, where a case asked for one."""
        wanted = self.picture["expected"]
        return f"{wanted[0]} × {wanted[1]}" if wanted else ""

    @property
    def is_off(self) -> bool:
        """Whether its size is another than expected, and a finding says so: some may differ a little."""
        return bool(self.concerns) and bool(self.actual) and self.expected not in ("", self.actual)


def frames(view: View) -> tuple[Frame, ...]:
    """Every picture, in the order in which they came."""
    lines = {each.id: each for each in view.lines}
    shown = [case for case in view.report.cases if case["response"] and case["response"]["pictures"]]
    return tuple(frame for number, case in enumerate(shown, 1) for frame in _frames(case, str(number), lines))


def _frames(case: Record, number: str, lines: Mapping[str, Line]) -> Iterator[Frame]:
    names = dict.fromkeys(name for name, _ in case["messages"])
    concerns = tuple(lines[name] for name in names if name in lines and lines[name].state in FINDINGS)
    state = min((each.state for each in concerns), key=STATES.index, default="passed")
    asked = [lines[name] for name in case["requirements"] if name in lines]
    levels = tuple(dict.fromkeys(each.requirement["level"] for each in (*concerns, *asked)))
    pictures = case["response"]["pictures"]
    for index, picture in enumerate(pictures):
        letter = chr(ord("A") + index % 26) if len(pictures) > 1 else ""
        yield Frame(case, picture, number + letter, state, concerns, levels)
