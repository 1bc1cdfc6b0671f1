"""Rules about resources: an operation's are in a table, and what ends does so on a date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.lint.context import Context, Found

_DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


def sound(context: Context) -> Iterator[Found]:
    """What operations use is in x-resources, some of it fits, and each ends on a date or never."""
    known = context.resolved.get("components", {}).get("x-resources", {})
    for name, table in known.items():
        yield from _dated(pointers.join("components", "x-resources", name), table)
    for op in context.operations:
        role = op.node.get("x-resource")
        if role is not None and role["of"] not in known:
            yield Found(f"{op.pointer}/x-resource/of", f"there are no resources {role['of']!r}")
        elif role is not None and not any(_fits(each, role) for each in known[role["of"]]["items"].values()):
            wanted = ", ".join(f"{member} {value!r}" for member, value in role["where"].items())
            yield Found(f"{op.pointer}/x-resource/where", f"none of {role['of']} has {wanted}")


def _dated(at: str, table: Mapping[str, Any]) -> Iterator[Found]:
    member = table.get("until")
    for name, each in table["items"].items() if member else ():
        day = each.get(member)
        if day is not None and not (isinstance(day, str) and _DAY.fullmatch(day)):
            where = at + pointers.join("items", name, str(member))
            yield Found(where, f"{day!r} is no date: expected YYYY-MM-DD in quotes, or null")


def _fits(resource: Mapping[str, Any], role: Mapping[str, Any]) -> bool:
    return all(resource.get(member) == value for member, value in role.get("where", {}).items())
