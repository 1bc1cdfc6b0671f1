"""Answers that are kept under their ids: what operations do with them (`x-kept`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import paging, pointers
from proofsheet.spec.expressions import Expression, parse
from proofsheet.spec.paging import Page
from proofsheet.spec.schemas import Schema


@dataclass(frozen=True)
class Form:
    """How an item that was sent is kept where it says less than it could.

    Of which `kind` and `role` it is, what the part with its text is called by roles, what its id begins
    with by kinds (of others it has none), and what other `members` it has.
    """

    kind: str
    role: str
    parts: Mapping[str, str]
    ids: Mapping[str, str]
    members: Mapping[str, Any]


@dataclass(frozen=True)
class Waiting:
    """A state before an answer is there, and how long it lasts in seconds."""

    name: str
    seconds: float


@dataclass(frozen=True)
class Later:
    """An answer that is there later, for requests that `when` admits: first it is in each of the states.

    `shows` says of each of them, and of those that a client moves it to, what stands where in it meanwhile.
    """

    when: Schema
    states: tuple[Waiting, ...]
    shows: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Keeps:
    """That an operation keeps its answer: where in it its id stands, for which requests, and how long.

    With a `form` the items that were sent are kept in that.
    """

    id: tuple[str, ...]
    when: Schema
    seconds: float
    form: Form | None = None
    later: Later | None = None


@dataclass(frozen=True)
class Items:
    """The items that an answer was made of are listed, the newest first, or the oldest for a value."""

    turned: tuple[Expression, str]
    page: Page | None


@dataclass(frozen=True)
class Kept:
    """What an operation does with kept answers of a kind.

    It keeps its own, and goes on from the one with an `id`, or shows or deletes that, or `lists` its items.
    Or it `moves` one that is not there yet to a state.
    """

    of: str
    keeps: Keeps | None
    id: Expression | None
    deletes: bool
    lists: Items | None = None
    moves: str | None = None

    @property
    def is_look(self) -> bool:
        """Whether it shows one, and does nothing to it."""
        return self.keeps is None and not self.deletes and self.lists is None and self.moves is None

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
        keeps=_keeps(keeps) if keeps else None,
        id=parse(node["id"]) if "id" in node else None,
        deletes=node.get("deletes", False),
        lists=_items(node["lists"]) if "lists" in node else None,
        moves=node.get("moves"),
    )


def _keeps(node: Mapping[str, Any]) -> Keeps:
    form = node.get("items")
    return Keeps(
        id=pointers.split(node["id"]),
        when=Schema(node.get("when", True)),
        seconds=node["seconds"],
        form=Form(form["kind"], form["role"], form["parts"], form["ids"], form.get("members", {}))
        if form
        else None,
        later=_later(node["later"]) if "later" in node else None,
    )


def _later(node: Mapping[str, Any]) -> Later:
    return Later(
        when=Schema(node["when"]),
        states=tuple(Waiting(name, each) for name, each in node["states"].items()),
        shows=node["shows"],
    )


def _items(node: Mapping[str, Any]) -> Items:
    return Items((parse(node["order"]["by"]), node["order"]["oldest"]), paging.page(node.get("page")))
