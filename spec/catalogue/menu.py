"""Reading a vendor's menu: `catalogue/<vendor>.yaml`, in the order in which its page prints it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from proofsheet.spec import file_shapes
from proofsheet.spec.yaml_reader import Source

ASSUMED, PROSE = "assumed", "prose"


@dataclass(frozen=True)
class Entry:
    """One line of a menu. Exactly one of `means`, `planned` and `prose` says something.

    `means` are operations, each `family.operationId`; `planned` is the family that will have it; `prose` is
    the page of ours that says what the vendor's page says. `is_assumed`: the file says of it that a path or
    fields are our own. `grade` is that of the documents, once it is looked up (`grades`).
    """

    group: str
    title: str
    method: str | None
    means: tuple[str, ...]
    planned: str | None
    prose: str | None
    pointer: str  # into the menu's file
    is_assumed: bool = False
    grade: str | None = None

    @property
    def is_covered(self) -> bool:
        """Whether the entry works: it means operations, or it is prose that stands in a page of ours."""
        return bool(self.means or self.prose)


@dataclass(frozen=True)
class Menu:
    """A vendor's menu. `page` is the key of the page that prints it, in `x-sources`."""

    vendor: str
    page: str
    entries: tuple[Entry, ...]
    source: Source


def menu(path: Path) -> Menu:
    """Read a menu. Raises BadFile."""
    source = file_shapes.checked("menu", path)
    value = source.value
    entries = tuple(
        _entry(group["group"], entry, f"/groups/{number}/entries/{index}")
        for number, group in enumerate(value["groups"])
        for index, entry in enumerate(group["entries"])
    )
    return Menu(value["vendor"], value["page"], entries, source)


def _entry(group: str, node: dict[str, str], pointer: str) -> Entry:
    return Entry(
        group=group,
        title=node["title"],
        method=node.get("method"),
        means=tuple(node.get("means", ())),
        planned=node.get("planned"),
        prose=node.get("prose"),
        pointer=pointer,
        is_assumed=node.get("grade") == ASSUMED,
    )
