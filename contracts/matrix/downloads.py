"""What is there to download: a line of JSON for each cell, the reports themselves, badges."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from proofsheet.contracts.matrix.columns import Column
from proofsheet.contracts.matrix.tables import Table
from proofsheet.contracts.reports import badge


def cells(tables: Iterable[Table]) -> Iterator[str]:
    """A line of JSON for each requirement at each target where it was asked."""
    for table in tables:
        for row in table.rows:
            for column, line in zip(table.columns, row.cells, strict=True):
                if line:
                    requirement = line.requirement
                    names = ("id", "operation", "level", "profile", "grade", "claims")
                    known = {name: requirement[name] for name in names}
                    where = {"target": column.target, "document": column.document}
                    when = {"date": column.latest.header["date"], "state": line.state}
                    said = {"messages": [text for text, _ in line.messages], "reason": line.reason}
                    yield json.dumps({**where, **when, **known, **said}, ensure_ascii=False)


def badges(column: Column) -> Iterator[tuple[str, str]]:
    """File name and SVG of each profile that was asked for."""
    for profile in column.latest.profiles:
        yield f"{column.slug}-{profile}.svg", badge.badge(column.latest.report, profile)


def reports(column: Column) -> Iterator[tuple[str, Path]]:
    """File name and source of each report, the newest first."""
    for number, view in enumerate(column.runs):
        day = str(view.header["date"])[:10]
        name = f"{column.slug}-{day}{f'-{number}' if number else ''}.jsonl"
        yield name, view.report.path
