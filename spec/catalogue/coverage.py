"""How much of the menus works: by vendor, by group, and by the family that an entry waits for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from proofsheet.spec.catalogue.menu import Entry, Menu


@dataclass(frozen=True)
class Share:
    """So many of so many entries."""

    covered: int
    entries: int

    def __str__(self) -> str:
        return f"{self.covered} of {self.entries}"


def share(entries: Iterable[Entry]) -> Share:
    """The covered share of some entries."""
    found = [entry.is_covered for entry in entries]
    return Share(sum(found), len(found))


def by_group(menu: Menu) -> dict[str, Share]:
    """The share of each group at the top of a menu, in the menu's order; "" are entries outside any."""
    tops = dict.fromkeys(_top(entry) for entry in menu.entries)
    return {top: share(entry for entry in menu.entries if _top(entry) == top) for top in tops}


def _top(entry: Entry) -> str:
    return entry.group.partition(" > ")[0]


def planned(menus: Iterable[Menu]) -> dict[str, int]:
    """How many entries wait for each family, the most wanted first."""
    counts = Counter(entry.planned for menu in menus for entry in menu.entries if entry.planned)
    return {str(family): number for family, number in counts.most_common()}


def as_data(menus: Sequence[Menu]) -> dict[str, Any]:
    """Everything, for programs: shares are `{covered, entries}`."""
    every = [entry for menu in menus for entry in menu.entries]
    return {
        **vars(share(every)),
        "planned": planned(menus),
        "vendors": [
            {
                "vendor": menu.vendor,
                "page": menu.page,
                **vars(share(menu.entries)),
                "groups": {top: vars(found) for top, found in by_group(menu).items()},
                "menu": [_entry_data(entry) for entry in menu.entries],
            }
            for menu in menus
        ],
    }


def _entry_data(entry: Entry) -> dict[str, Any]:
    known = {"group": entry.group, "title": entry.title, "method": entry.method, "means": list(entry.means)}
    return {**known, "planned": entry.planned, "prose": entry.prose}
