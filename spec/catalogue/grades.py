"""How well an entry of a menu is known: as well as the least known of the operations that it means."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from proofsheet.spec import build, evidence, pointers
from proofsheet.spec.catalogue.menu import ASSUMED, PROSE, Entry, Menu

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from proofsheet.spec.load import Library

# Under these an entry is counted, from what is known best on.
GRADES = (*evidence.SOURCED, PROSE, ASSUMED)


def graded(library: Library, menus: Iterable[Menu]) -> list[Menu]:
    """The menus with the grade of each entry. Raises Unknown and BadFile where a document cannot be read."""
    known = cache(lambda name: _operations(library.load(name).raw))
    return [
        replace(menu, entries=tuple(replace(each, grade=_grade(known, each)) for each in menu.entries))
        for menu in menus
    ]


def grade(document: Any, operation: str) -> str | None:
    """The grade of an operation of a document, assumed where nothing speaks for it; None if there is none."""
    return _operations(document).get(operation)


def least(grades: Iterable[str]) -> str:
    """The weakest of some grades."""
    return max(grades, key=evidence.GRADES.index)


def _operations(document: Any) -> dict[str, str]:
    return {
        node["operationId"]: evidence.grade(document, pointers.join("paths", path, method)) or ASSUMED
        for path, method, node in build.operations(document)
    }


def _grade(known: Callable[[str], dict[str, str]], entry: Entry) -> str | None:
    if not entry.means:
        return PROSE if entry.prose else None
    found = (each.rpartition(".") for each in entry.means)
    return least(known(document).get(operation, ASSUMED) for document, _, operation in found)
