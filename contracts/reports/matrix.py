"""Several reports side by side: a row for each requirement, a column for each target."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.reports.html_page import render
from proofsheet.contracts.reports.markdown import MARKS, VERDICTS, code, plain
from proofsheet.contracts.reports.records import Report
from proofsheet.contracts.reports.text import amount, date, line, plural
from proofsheet.contracts.reports.view import LABELS, Line, View
from proofsheet.contracts.requirement import PROFILES

_CONDITIONS: dict[str, Callable[[View], str]] = {
    "document": lambda view: line(f"{view.header['document']} {view.header['version']}"),
    "run": lambda view: "" if view.ended == "complete" else view.ended,
    "profile": lambda view: str(view.header["profile"]),
    "seed": lambda view: "none" if view.header["seed"] is None else str(view.header["seed"]),
    "suite": lambda view: line(view.header["suite"]),
    "date": lambda view: date(view.header["date"]),
    "spent": lambda view: f"{amount(view.spent)} credits, {plural(view.asked, 'request')}",
}
_UNEVEN = {
    "document": "they were not judged by the same document, or not by the same version of it",
    "profile": "not all were asked for the same profile",
    "seed": "the seeds differ, and with them the requests",
    "suite": "they were not judged by the same version of proofsheet",
    "run": "not every run came to its end",
}
_BREAKS = {"known": "failed", "advice": "failed"}


@dataclass(frozen=True)
class Row:
    """One requirement and how it stands in each report; None where a report does not have it."""

    requirement: dict[str, Any]
    cells: tuple[Line | None, ...]

    @property
    def differs(self) -> bool:
        """Whether targets that were both judged came out differently; what nobody judged says nothing.

        A known deviation breaks the requirement as a failure does.
        """
        states = {each.state for each in self.cells if each} - {"skipped", "errored"}
        return len({_BREAKS.get(each, each) for each in states}) > 1

    def cell_text(self, each: Line | None) -> str:
        """How it stands there, and at which level if that is another than in the first report."""
        if each is None:
            return "not asked"
        level = each.requirement["level"]
        here = "" if level == self.requirement["level"] else f" ({level} here)"
        return LABELS.get(each.state, each.state) + here


@dataclass(frozen=True)
class Matrix:
    """The reports as columns and every requirement that any of them has as rows."""

    views: tuple[View, ...]
    names: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def profiles(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The verdict of each report on each profile that any was asked for."""
        for profile in PROFILES:
            found = tuple(each.profiles.get(profile, "") for each in self.views)
            if any(found):
                yield profile, found

    @property
    def conditions(self) -> Iterator[tuple[str, tuple[str, ...], bool]]:
        """How each report came about: the name of a condition, each report's, and whether they differ."""
        for name, condition in _CONDITIONS.items():
            found = tuple(map(condition, self.views))
            if any(found):
                yield name, found, len(set(found)) > 1

    @property
    def uneven(self) -> frozenset[str]:
        """The conditions that should be the same where targets are compared."""
        return frozenset(_UNEVEN)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Why the columns cannot be compared without a second thought."""
        uneven = {name for name, _, differs in self.conditions if differs}
        found = [text for name, text in _UNEVEN.items() if name in uneven]
        missing = sum(None in row.cells for row in self.rows)
        if missing:
            found.append(f"{plural(missing, 'requirement')} not asked everywhere")
        return tuple(found)

    @property
    def differing(self) -> int:
        """The number of rows in which targets differ."""
        return sum(row.differs for row in self.rows)


def matrix(reports: Sequence[Report]) -> Matrix:
    """Put reports side by side, in the order given."""
    views = tuple(map(View, reports))
    order = dict.fromkeys(name for each in reports for name in each.requirements)
    described = ChainMap(*({**each.requirements} for each in reports))  # by the first that has it
    rows = [Row(described[name], tuple(view.by_id.get(name) for view in views)) for name in order]
    return Matrix(views, _names(views), tuple(rows))


def _names(views: tuple[View, ...]) -> tuple[str, ...]:
    """What heads each column: the target, numbered where that is not enough to tell two columns apart."""
    targets = [view.header["target"] for view in views]
    return tuple(
        each if targets.count(each) == 1 else f"{each} ({number})" for number, each in enumerate(targets, 1)
    )


def html(reports: Sequence[Report]) -> str:
    """The matrix as one self-contained page."""
    return render("matrix.html", matrix=matrix(reports))


def markdown(reports: Sequence[Report]) -> str:
    """The matrix in Markdown; rows in which targets differ are bold."""
    return "\n".join(_markdown(matrix(reports))) + "\n"


def _markdown(found: Matrix) -> Iterator[str]:
    yield f"{found.differing} of {len(found.rows)} requirements differ."
    for each in found.warnings:
        yield f"\n**Mind:** {each}."
    yield ""
    yield "| requirement | " + " | ".join(plain(name) for name in found.names) + " |"
    yield "|---" * (len(found.names) + 1) + "|"
    for name, shown, differs in found.conditions:
        mark = "**" if differs and name in _UNEVEN else ""
        cells = " | ".join(f"{mark}{plain(each or 'complete')}{mark}" for each in shown)
        yield f"| {name} | {cells} |"
    for profile, verdicts in found.profiles:
        cells = " | ".join(f"{VERDICTS[each]} {each}" if each else "not asked" for each in verdicts)
        yield f"| verdict on **{profile}** | {cells} |"
    for row in found.rows:
        name = f"{row.requirement['level']} {code(row.requirement['id'])}"
        marks = (f"{MARKS[each.state]} " if each else "" for each in row.cells)
        cells = " | ".join(mark + row.cell_text(each) for mark, each in zip(marks, row.cells, strict=True))
        yield f"| {f'**{name}**' if row.differs else name} | {cells} |"
