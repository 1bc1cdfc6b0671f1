"""Vendors as data: a profile of what one vendor's pages say, beside the overlay that encodes it.

`vendors/<slug>.yaml` is the profile, `vendors/<slug>.overlay.yaml` the differences to its base.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofsheet.spec import file_shapes
from proofsheet.spec.yaml_reader import BadFile, Source


class BadProfile(BadFile):
    """A profile that lacks what loading a vendor needs."""


@dataclass(frozen=True)
class Profile:
    """A vendor. `base` is the document it differs from, `sources` the keys of its pages in x-sources."""

    slug: str
    name: str
    base: str
    overlays: tuple[str, ...]  # variants that the vendor may use, such as `gateway`
    sources: tuple[str, ...]
    offered: frozenset[str] | None  # the operations that it has; None: all of the base
    source: Source

    @property
    def account(self) -> str:
        """What its documents share: one key has one balance, whichever family it is used for."""
        return self.slug.partition(".")[0]

    @property
    def raw(self) -> Mapping[str, Any]:
        """The whole file."""
        value: Mapping[str, Any] = self.source.value
        return value


def profile(path: Path) -> Profile:
    """Read a profile. Raises BadFile."""
    source = file_shapes.checked("vendor", path, BadProfile)
    value = source.value
    return Profile(
        slug=path.stem,
        name=value["name"],
        base=value["base"],
        overlays=tuple(value.get("overlays", ())),
        sources=tuple(value["pages"]),
        offered=_offered(value) if value.get("only-listed") else None,
        source=source,
    )


def _offered(value: Mapping[str, Any]) -> frozenset[str]:
    return frozenset([*value["operations"], *(each["operation"] for each in value.get("listed", ()))])
