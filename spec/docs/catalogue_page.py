"""What the catalogue's page shows: each vendor's menu by group, with links to operations on the site."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from proofsheet.spec.catalogue import coverage
from proofsheet.spec.catalogue.menu import Entry, Menu


def page_data(menus: Sequence[Menu], documents: Collection[str]) -> dict[str, Any]:
    """The values of `catalogue.html`; `documents` are the names that the site has."""
    every = [entry for menu in menus for entry in menu.entries]
    return {
        "total": coverage.share(every),
        "planned": coverage.planned(menus),
        "menus": [(menu, coverage.share(menu.entries), _groups(menu, documents)) for menu in menus],
    }


def _groups(menu: Menu, documents: Collection[str]) -> list[Any]:
    by_top: dict[str, list[Any]] = {}
    for entry in menu.entries:
        top, _, below = entry.group.partition(" > ")
        by_top.setdefault(top, []).append(_entry(entry, below, documents))
    shares = coverage.by_group(menu)
    return [(top, shares[top], entries) for top, entries in by_top.items()]


def _entry(entry: Entry, below: str, documents: Collection[str]) -> dict[str, Any]:
    means = [(name, _link(name, documents)) for name in entry.means]
    known = {"title": entry.title, "planned": entry.planned, "prose": entry.prose, "grade": entry.grade}
    return {**known, "below": below.replace(" > ", " › "), "means": means}


def _link(name: str, documents: Collection[str]) -> str | None:
    document, _, operation = name.rpartition(".")
    return f"{document}/index.html#{operation}" if document in documents else None
