"""Media types: reading Content-Type and Accept, and choosing a representation (RFC 9110, 8.3 and 12)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class MediaType:
    """`type/subtype` in lower case, its parameters, and its quality as an Accept entry."""

    name: str
    parameters: dict[str, str]
    quality: float = 1.0

    @property
    def specificity(self) -> int:
        """How exact a range is: 0 for */*, 1 for type/*, 2 for type/subtype."""
        return 0 if self.name == "*/*" else 1 if self.name.endswith("/*") else 2

    def covers(self, name: str) -> bool:
        """Whether this range includes the media type `name`; parameters do not count."""
        if self.name == "*/*" or self.name == name:
            return True
        return self.name.endswith("/*") and name.startswith(self.name[:-1])


def parse(text: str) -> MediaType:
    """One media type or range; never fails: what cannot be read matches nothing."""
    name, *rest = (part.strip() for part in text.split(";"))
    parameters: dict[str, str] = {}
    for part in rest:
        key, _, value = part.partition("=")
        parameters[key.strip().lower()] = value.strip().strip('"')
    return MediaType(name.lower(), parameters, _quality(parameters.pop("q", "1")))


def is_json(text: str) -> bool:
    """Whether a media type is JSON, by its name or by its suffix."""
    name = parse(text).name
    return name == "application/json" or name.endswith("+json")


def _quality(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 <= value <= 1 else 0.0


def accepted(header: str) -> tuple[MediaType, ...]:
    """The ranges of an Accept header, best first; empty entries are left out."""
    ranges = [parse(part) for part in header.split(",") if part.strip()]
    wanted = [entry for entry in ranges if entry.quality > 0]
    return tuple(sorted(wanted, key=lambda entry: (-entry.quality, -entry.specificity)))


def matching(header: str, offers: Iterable[str]) -> tuple[str, ...]:
    """The offers that an Accept header admits, in the order the client prefers them."""
    offers = tuple(offers)
    found: dict[str, None] = {}
    for entry in accepted(header):
        for offer in offers:
            if entry.covers(offer):
                found[offer] = None
    return tuple(found)
