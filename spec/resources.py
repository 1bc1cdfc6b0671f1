"""Resources that an API has, such as models: a table of them, which operations list, view and need."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from proofsheet.spec.expressions import Expression, parse
from proofsheet.spec.paging import Page, page


@dataclass(frozen=True)
class Resources:
    """Resources by id, each with its members; the member `until` holds the date on which one is gone."""

    name: str
    items: Mapping[str, Mapping[str, Any]]
    until: str | None = None

    def named(self, name: str, seconds: float) -> Mapping[str, Any] | None:
        """The one of a name that there is at a time: its own, or one that ends in `*` and so begins."""
        exact = self.items.get(name)
        if exact is not None and self._is_there(exact, seconds):
            return None if name.endswith("*") else exact
        wild = ((at[:-1], each) for at, each in self.items.items() if at.endswith("*"))
        found = next((each for at, each in wild if _begins(name, at) and self._is_there(each, seconds)), None)
        return None if found is None else {**found, "id": name}

    def at(self, seconds: float) -> dict[str, Mapping[str, Any]]:
        """Those that there are at a time (Unix seconds): a date begins with its midnight in UTC."""
        return {name: each for name, each in self.items.items() if self._is_there(each, seconds)}

    def _is_there(self, item: Mapping[str, Any], seconds: float) -> bool:
        ends = item.get(self.until) if self.until is not None else None
        return not ends or datetime.fromtimestamp(seconds, UTC).date().isoformat() < ends


@dataclass(frozen=True)
class Listed:
    """Which of the resources a list has: those whose members are what is asked for, a page of them.

    Without those whose ids the request names; in any order, another one each time, if `at_random`.
    """

    where: tuple[tuple[str, Expression], ...] = ()  # a member, and where the request says what it is
    page: Page | None = None
    without: Expression | None = None
    at_random: bool = False


@dataclass(frozen=True)
class ResourceRole:
    """What an operation does with resources: it lists them, or views or needs the one with an `id`.

    One that it needs has the members `where`.
    """

    of: Resources
    id: Expression | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    says: str | None = None  # of one that does not fit
    listed: Listed = field(default_factory=Listed)

    def fits(self, resource: Mapping[str, Any]) -> bool:
        """Whether a resource has the members that are wanted of it."""
        return all(resource.get(name) == value for name, value in self.where.items())


def _begins(name: str, start: str) -> bool:
    return name.startswith(start) and re.fullmatch(r"[\w.-]+", name[len(start) :], re.ASCII) is not None


def resources(raw: Mapping[str, Any]) -> dict[str, Resources]:
    """Read `components/x-resources`. Raises KeyError and TypeError where it has not the form of that."""
    found = raw.get("components", {}).get("x-resources", {})
    return {name: Resources(name, _items(node["items"]), node.get("until")) for name, node in found.items()}


def _items(node: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {
        name: {"id": name, **{key: value for key, value in each.items() if key != "x-evidence"}}
        for name, each in node.items()
    }


def resource_role(node: Mapping[str, Any] | None, known: Mapping[str, Resources]) -> ResourceRole | None:
    """Read `x-resource` of an operation. Raises KeyError where there are no such resources."""
    if node is None:
        return None
    return ResourceRole(
        known[node["of"]],
        parse(node["id"]) if "id" in node else None,
        node.get("where", {}),
        node.get("says"),
        _listed(node.get("lists", {})),
    )


def _listed(node: Mapping[str, Any]) -> Listed:
    where = tuple((member, parse(each)) for member, each in node.get("where", {}).items())
    without = parse(node["without"]) if "without" in node else None
    return Listed(where, page(node.get("page")), without, node.get("order") == "random")
