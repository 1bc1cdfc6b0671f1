"""How much of the menus works: by vendor, by group, and by the family that an entry waits for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from proofsheet.spec.catalogue.grades import GRADES
from proofsheet.spec.catalogue.menu import ASSUMED, PROSE, Entry, Menu


@dataclass(frozen=True)
class Share:
    """So many of so many entries, and how many of them have which grade."""

    covered: int
    entries: int
    grades: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.covered} of {self.entries}"

    @property
    def parts(self) -> str:
        """How well they are known: what a source gives, what stands in a page of ours, what is our own."""
        apart = {PROSE: "in prose", ASSUMED: "assumed"}
        sourced = sum(number for grade, number in self.grades.items() if grade not in apart)
        others = (f"{self.grades.get(grade, 0)} {says}" for grade, says in apart.items())
        return ", ".join([f"{sourced} documented, official or observed", *others])

    @property
    def assumed(self) -> int:
        """How many are served by what is our own."""
        return self.grades.get(ASSUMED, 0)


def share(entries: Iterable[Entry]) -> Share:
    """The covered share of some entries."""
    every = list(entries)
    counts = Counter(entry.grade for entry in every)
    grades = {grade: counts[grade] for grade in GRADES if counts[grade]}
    return Share(sum(entry.is_covered for entry in every), len(every), grades)


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
    """Everything, for programs: shares are `{covered, entries, grades}`."""
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
    return {**known, "planned": entry.planned, "prose": entry.prose, "grade": entry.grade}
