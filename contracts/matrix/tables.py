"""A family's table: its requirements by area, what is documented before what is only assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from proofsheet.contracts.matrix.columns import Column
from proofsheet.contracts.reports.matrix import Matrix, Row, matrix
from proofsheet.contracts.reports.view import FINDINGS, STATES, Line
from proofsheet.contracts.requirement import LEVELS

DOCUMENTED = ("official", "documented", "observed")
_GROUPS = ((True, "documented or observed"), (False, "inherited or assumed"))


@dataclass(frozen=True)
class Area:
    """One operation's requirements, in groups by what they stand on; MUST first in each."""

    name: str
    groups: tuple[tuple[str, tuple[Row, ...]], ...]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for _, rows in self.groups for row in rows)

    @property
    def has_findings(self) -> bool:
        """Whether any target breaks any of it."""
        return any(line and line.state in FINDINGS for row in self.rows for line in row.cells)

    def counts(self, column: int) -> Mapping[str, int]:
        """How many requirements stand how at one target, in the order of STATES."""
        found = Counter(line.state for row in self.rows if (line := row.cells[column]))
        return {state: found[state] for state in STATES if found[state]}


@dataclass(frozen=True)
class Table:
    """One family: its columns, and its requirements in areas."""

    family: str
    columns: tuple[Column, ...]
    matrix: Matrix
    areas: tuple[Area, ...]

    @property
    def rows(self) -> Iterator[Row]:
        for area in self.areas:
            yield from area.rows

    def levels(self, column: int) -> Iterator[tuple[str, Mapping[str, int]]]:
        """For each level, how many requirements stand how at one target."""
        for level in LEVELS:
            lines = (row.cells[column] for row in self.rows)
            found = Counter(line.state for line in lines if line and line.requirement["level"] == level)
            if found:
                yield level, {state: found[state] for state in STATES if found[state]}


def tables(columns: Sequence[Column]) -> tuple[Table, ...]:
    """A table for each family, from the latest run of each column. Columns come sorted by family."""
    return tuple(_table(name, tuple(each)) for name, each in groupby(columns, lambda each: each.family))


def _table(family: str, columns: tuple[Column, ...]) -> Table:
    side_by_side = matrix([each.latest.report for each in columns])
    areas: dict[str, list[Row]] = {}
    for row in side_by_side.rows:
        areas.setdefault(row.requirement["operation"] or "all", []).append(row)
    return Table(family, columns, side_by_side, tuple(_area(name, rows) for name, rows in areas.items()))


def _area(name: str, rows: list[Row]) -> Area:
    found = []
    for is_documented, title in _GROUPS:
        own = [row for row in rows if (row.requirement["grade"] in DOCUMENTED) is is_documented]
        if own:
            found.append((title, tuple(sorted(own, key=_rank))))
    return Area(name, tuple(found))


def _rank(row: Row) -> int:
    return LEVELS.index(row.requirement["level"])


def remark(row: Row, line: Line) -> str:
    """What is different of this requirement at this target: its level, or what it stands on."""
    own: Mapping[str, Any] = line.requirement
    names = (own[name] for name in ("level", "grade") if own[name] != row.requirement[name])
    return ", ".join(names)
