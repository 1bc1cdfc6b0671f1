"""What an import changed or could not find, for the person who goes on with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Notes:
    """Remarks by what they say, each with the places it is about, in the order in which they came."""

    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, says: str, place: str) -> None:
        """Note `says` of one more place."""
        places = self.found.setdefault(says, [])
        if place not in places:
            places.append(place)

    def lines(self, most: int = 3) -> Iterator[str]:
        """A line for each remark, with its first places and how many more there are."""
        for says, places in self.found.items():
            more = f" and {len(places) - most} more" if len(places) > most else ""
            yield f"{says}: {', '.join(places[:most])}{more}"
