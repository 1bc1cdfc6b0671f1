"""Resources that an API has, such as models: a table of them, which operations list, view and need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from proofsheet.spec.expressions import Expression, parse


@dataclass(frozen=True)
class Resources:
    """Resources by id, each with its members; the member `until` holds the date on which one is gone."""

    name: str
    items: Mapping[str, Mapping[str, Any]]
    until: str | None = None

    def at(self, seconds: float) -> dict[str, Mapping[str, Any]]:
        """Those that there are at a time (Unix seconds): a date begins with its midnight in UTC."""
        if self.until is None:
            return dict(self.items)
        today = datetime.fromtimestamp(seconds, UTC).date().isoformat()
        return {name: each for name, each in self.items.items() if today < (each.get(self.until) or "9999")}


@dataclass(frozen=True)
class ResourceRole:
    """What an operation does with resources: it lists them, or views or needs the one with an `id`.

    One that it needs has the members `where`.
    """

    of: Resources
    id: Expression | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    says: str | None = None  # of one that does not fit

    def fits(self, resource: Mapping[str, Any]) -> bool:
        """Whether a resource has the members that are wanted of it."""
        return all(resource.get(name) == value for name, value in self.where.items())


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
    )
