"""The site's files: pages that lead to each other, one stylesheet, one script, and what is downloaded."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from proofsheet.contracts.matrix.claims import claims
from proofsheet.contracts.matrix.columns import Column, slug
from proofsheet.contracts.matrix.downloads import badges, cells, reports
from proofsheet.contracts.matrix.tables import Table, remark
from proofsheet.contracts.reports import html_page
from proofsheet.contracts.reports.drift import Drift, drift
from proofsheet.contracts.reports.records import Record
from proofsheet.contracts.reports.view import FINDINGS, Line
from proofsheet.spec.load import Library

_HOME = Path(__file__).parent / "pages"
STYLE, SCRIPT, CELLS = "matrix.css", "matrix.js", "matrix.jsonl"
_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
OURS = "made-by-proofsheet.txt"  # by which we know a folder of our own that may be written anew


class Foreign(OSError):
    """The folder holds what is not ours; it is left as it is."""


@dataclass(frozen=True)
class Site:
    """All that is shown."""

    tables: tuple[Table, ...]
    library: Library

    def write(self, out: Path) -> int:
        """Write the site into a folder that is empty, missing or was written by us; the number of files.

        Raises OSError.
        """
        _cleared(out)
        count = 0
        for name, content in self.files():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            count += 1
        return count

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Each file's path in the site, and its bytes."""
        yield OURS, b"This folder is written anew by `proofsheet matrix`.\n"
        yield STYLE, f"{html_page.style()}\n{(_HOME / STYLE).read_text(encoding='utf-8')}".encode()
        yield SCRIPT, html_page.script(_HOME / SCRIPT).encode()
        yield CELLS, "".join(f"{each}\n" for each in cells(self.tables)).encode()
        yield "index.html", self._page("index.html", "", tables=self.tables)
        for table in self.tables:
            yield f"{table.family}.html", self._page("family.html", "", table=table)
            found = claims(table, self.library)
            yield f"{table.family}.claims.html", self._page("claims.html", "", table=table, claims=found)
            for number, column in enumerate(table.columns):
                yield from self._column(table, column, number)

    def _column(self, table: Table, column: Column, number: int) -> Iterator[tuple[str, bytes]]:
        for name, svg in badges(column):
            yield f"badges/{name}", svg.encode()
        for name, path in reports(column):
            yield f"reports/{name}", path.read_bytes()
        changes = tuple(_changes(column))
        yield f"{column.slug}.runs.html", self._page("runs.html", "", column=column, changes=changes)
        for area in table.areas:
            lines = [line for row in area.rows if (line := row.cells[number])]
            if lines:
                values = {"column": column, "area": area, "lines": lines}
                yield cell_page(column, area.name), self._page("cells.html", "../", **values)

    def _page(self, template: str, root: str, **values: Any) -> bytes:
        return self._pages.get_template(template).render(root=root, **values).encode()

    @cached_property
    def _pages(self) -> Environment:
        made = html_page.environment(_HOME)
        made.globals.update(
            policy=Markup(_POLICY), cell_page=cell_page, finding_states=FINDINGS, remark=remark
        )
        made.globals.update(shown=shown, badges=badges, downloads=reports)
        return made


def cell_page(column: Column, area: str) -> str:
    """The page that has what an area's requirements came to at one target."""
    return f"{column.slug}/{slug(area)}.html"


def shown(column: Column, line: Line) -> tuple[Record, ...]:
    """The cases that show how a requirement stands: those that break it, else the smallest that keeps it."""
    kept = [each for each in column.latest.cases_by_requirement.get(line.id, ()) if each["response"]]
    return line.evidence or tuple(sorted(kept, key=_weight)[:1])


def _weight(case: Mapping[str, Any]) -> tuple[bool, int]:
    return not case["response"]["pictures"], len(case["request"]["body"] or "")


def _changes(column: Column) -> Iterator[Drift]:
    """What changed from each run to the one after it, the newest first."""
    for new, old in zip(column.runs, column.runs[1:], strict=False):
        yield drift(old, new)


def _cleared(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()):
        if not (out / OURS).is_file():
            raise Foreign(
                f"{out} holds other files; expected an empty folder, or one written by this command"
            )
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
