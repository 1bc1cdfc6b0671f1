"""What a page promises and who keeps it: a claim is kept where all that was judged of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.matrix.tables import Table
from proofsheet.contracts.reports.view import Line
from proofsheet.spec.load import Library
from proofsheet.spec.load_errors import Unknown

_WORST = ("failed", "known", "advice", "errored", "passed", "skipped")


@dataclass(frozen=True)
class Claim:
    """One statement of pages, in our words, and how it stands at each target.

    Of a `mistake` of the page what is right is judged, and of what is `superseded` what holds today.
    """

    id: str
    says: str
    kind: str
    pages: tuple[str, ...]  # their titles
    cells: tuple[Line | None, ...]


def claims(table: Table, library: Library) -> tuple[Claim, ...]:
    """The claims that requirements of a table stand on; worded as the library has them, else by id alone."""
    texts, pages = _texts(table, library)
    lines: dict[str, list[list[Line]]] = {}
    for row in table.rows:
        for column, line in enumerate(row.cells):
            if line:
                for name in line.requirement["claims"]:
                    lines.setdefault(name, [[] for _ in table.columns])[column].append(line)
    return tuple(_claim(name, texts.get(name, {}), pages, found) for name, found in sorted(lines.items()))


def _claim(name: str, text: Mapping[str, Any], titles: Mapping[str, str], lines: list[list[Line]]) -> Claim:
    pages = tuple(titles.get(each, each) for each in text.get("pages", ()))
    return Claim(name, text.get("says", ""), text.get("kind", "statement"), pages, tuple(map(_worst, lines)))


def _worst(lines: list[Line]) -> Line | None:
    """What shows best how a claim is kept: the worst that was judged, and no skip beside what passed."""
    return min(lines, key=lambda each: _WORST.index(each.state), default=None)


def _texts(table: Table, library: Library) -> tuple[dict[str, Mapping[str, Any]], dict[str, str]]:
    """The claims and the titles of their pages, as far as the documents of a table are here."""
    found: dict[str, Mapping[str, Any]] = {}
    titles: dict[str, str] = {}
    for document in dict.fromkeys((*(each.document for each in table.columns), table.family)):
        with suppress(Unknown):
            found |= {each["id"]: each for each in library.claims(document)}
            titles |= library.claim_pages(document)
    return found, titles
