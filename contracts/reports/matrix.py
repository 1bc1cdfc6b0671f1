"""Several reports side by side: a row for each requirement, a column for each target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.records import Report
from contracts.reports.markdown import MARKS, VERDICTS, code, plain
from contracts.reports.page import render
from contracts.reports.text import amount, date, line
from contracts.reports.view import Line, View
from contracts.requirement import PROFILES


@dataclass(frozen=True)
class Row:
    """One requirement and how it stands in each report; None where a report does not have it."""

    requirement: dict[str, Any]
    cells: tuple[Line | None, ...]

    @property
    def differs(self) -> bool:
        """Whether targets that were both judged came out differently; what nobody judged says nothing."""
        judged = {
            each.standing for each in self.cells if each and each.standing not in ("skipped", "errored")
        }
        return len(judged) > 1


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
    def differing(self) -> int:
        """The number of rows in which targets differ."""
        return sum(row.differs for row in self.rows)


def matrix(reports: Sequence[Report]) -> Matrix:
    """Put reports side by side, in the order given."""
    views = tuple(map(View, reports))
    lines = [{each.id: each for each in view.lines} for view in views]
    requirements = {each["id"]: each for view in views for each in reversed(view.header["requirements"])}
    order = dict.fromkeys(each["id"] for view in views for each in view.header["requirements"])
    rows = [Row(requirements[name], tuple(found.get(name) for found in lines)) for name in order]
    return Matrix(views, _names(views), tuple(rows))


def _names(views: tuple[View, ...]) -> tuple[str, ...]:
    """What heads each column: the target, and what else it takes to tell two columns apart."""
    targets = [view.header["target"] for view in views]
    named = [
        each if targets.count(each) == 1 else f"{each} {view.header['document']} {date(view.header['date'])}"
        for each, view in zip(targets, views, strict=True)
    ]
    return tuple(
        each if named.count(each) == 1 else f"{each} ({number})" for number, each in enumerate(named, 1)
    )


def html(reports: Sequence[Report]) -> str:
    """The matrix as one self-contained page."""
    return render("matrix.html", matrix=matrix(reports))


def markdown(reports: Sequence[Report]) -> str:
    """The matrix in Markdown; rows in which targets differ are bold."""
    return "\n".join(_markdown(matrix(reports))) + "\n"


def _markdown(found: Matrix) -> Iterator[str]:
    yield f"{found.differing} of {len(found.rows)} requirements differ."
    yield ""
    yield "| requirement | " + " | ".join(plain(name) for name in found.names) + " |"
    yield "|---" * (len(found.names) + 1) + "|"
    yield "| judged by | " + " | ".join(_judged_by(view) for view in found.views) + " |"
    for profile, verdicts in found.profiles:
        cells = " | ".join(f"{VERDICTS[each]} {each}" if each else "not asked" for each in verdicts)
        yield f"| profile **{profile}** | {cells} |"
    for row in found.rows:
        name = f"{row.requirement['level']} {code(row.requirement['id'])}"
        cells = " | ".join(_cell(each) for each in row.cells)
        yield f"| {f'**{name}**' if row.differs else name} | {cells} |"


def _judged_by(view: View) -> str:
    ended = "" if view.ended == "complete" else f", **{view.ended}**"
    name = line(f"{view.header['document']} {view.header['version']}")
    return f"{code(name)}, {amount(view.spent)} credits{ended}"


def _cell(each: Line | None) -> str:
    return f"{MARKS[each.standing]} {each.standing}" if each else ""
