"""Answers that are kept under their ids: what operations do with them (`x-kept`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.expressions import Expression, parse
from proofsheet.spec.schemas import Schema


@dataclass(frozen=True)
class Keeps:
    """That an operation keeps its answer: where in it its id stands, for which requests, and how long."""

    id: tuple[str, ...]
    when: Schema
    seconds: float


@dataclass(frozen=True)
class Kept:
    """What an operation does with kept answers of a kind.

    It keeps its own, and goes on from the one with an `id`, or shows or deletes that.
    """

    of: str
    keeps: Keeps | None
    id: Expression | None
    deletes: bool

    @property
    def is_about_one(self) -> bool:
        """Whether it needs an answer that is kept."""
        return self.keeps is None


def kept(node: Mapping[str, Any] | None) -> Kept | None:
    """Read `x-kept`. Raises KeyError and ValueError where it has not the form of one."""
    if node is None:
        return None
    keeps = node.get("keeps")
    return Kept(
        of=node["of"],
        keeps=Keeps(pointers.split(keeps["id"]), Schema(keeps.get("when", True)), keeps["seconds"])
        if keeps
        else None,
        id=parse(node["id"]) if "id" in node else None,
        deletes=node.get("deletes", False),
    )
