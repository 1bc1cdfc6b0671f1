"""How a list is shown a page at a time, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec.expressions import Expression, parse


@dataclass(frozen=True)
class Page:
    """Where the number and the size of a page stand, its usual size, and the number of the first page.

    Or a page has no number and begins behind the entry whose id stands at `after`.
    """

    number: Expression | None
    size: Expression
    first: int
    usual: int
    after: Expression | None = None


def page(node: Mapping[str, Any] | None) -> Page | None:
    """Read the `page` of what lists. Raises KeyError and UnknownExpression."""
    if node is None:
        return None
    number, after = (parse(node[each]) if each in node else None for each in ("number", "after"))
    return Page(number, parse(node["size"]), node.get("first", 0), node["usual"], after)
