"""What an operation that lists tasks or kept items shows of them: those that fit, a page at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter, itemgetter
from random import Random
from typing import Any

from proofsheet.mockserver.task_sources import TaskView
from proofsheet.spec import pointers
from proofsheet.spec.expressions import Expression
from proofsheet.spec.kept import Items
from proofsheet.spec.paging import Page
from proofsheet.spec.resources import ResourceRole
from proofsheet.spec.tasks import Lists, Where

Evaluate = Callable[[Expression], Any]
_TASK_ID, _ITEM_ID = attrgetter("task.id"), itemgetter("id")


@dataclass(frozen=True)
class Listing:
    """The bodies of the tasks on a page, how many tasks there are in all, and which page it is."""

    bodies: Sequence[Any]
    total: int
    number: int = 0
    size: int = 0
    first: int = 0  # the number of the first page
    more: bool = False  # whether others follow
    shown: Sequence[Any] = ()  # the tasks or items on it, and what each is named by
    id_of: Callable[[Any], Any] = _TASK_ID
    place: tuple[str, ...] | None = None  # where in the answer all bodies stand that are joined

    @property
    def pages(self) -> int:
        return -(-self.total // self.size) if self.size else 1


async def listing(
    sent: Evaluate, role: Lists, views: Sequence[TaskView], body_of: Callable[[TaskView], Awaitable[Any]]
) -> Listing:
    """Of all tasks, those that a call asks for by what it `sent`. Bodies are made of those that are shown.

    Of the others only where something is asked for that stands in them.
    """
    wanted = [(each, found) for each in role.where if (found := sent(each.value)) is not None]
    pairs = [(each, await body_of(each) if wanted else None) for each in views]
    made = _page(sent, role.page, [each for each in pairs if not wanted or _fits(each[1], wanted)])
    shown = [each for each, _ in made.bodies]
    bodies = [body if wanted else await body_of(each) for each, body in made.bodies]
    parts = [next(pointers.find(each, role.part), None) for each in bodies] if role.part else bodies
    if role.without:
        parts = [
            {name: one for name, one in dict(each or {}).items() if name not in role.without}
            for each in parts
        ]
    return replace(made, bodies=parts, shown=shown)


def items_listed(sent: Evaluate, role: Items, items: Sequence[Any]) -> Listing:
    """Of items, the oldest first, a page: the newest first unless a call asks for the other order."""
    by, oldest = role.turned
    ordered = items if sent(by) == oldest else items[::-1]
    made = _page(sent, role.page, [(each, each) for each in ordered], _ITEM_ID)
    bodies = [each for each, _ in made.bodies]
    return replace(made, bodies=bodies, shown=bodies, id_of=_ITEM_ID)


def resources_listed(sent: Evaluate, role: ResourceRole, items: Sequence[Any], random: Random) -> Listing:
    """Of all resources, those that a call asks for by what it `sent`; what is empty asks for anything."""
    wanted = {member: found for member, each in role.listed.where if (found := sent(each)) not in (None, "")}
    gone = sent(role.listed.without) if role.listed.without else None
    gone = gone if isinstance(gone, list) else ()
    fitting = [each for each in items if each["id"] not in gone and wanted.items() <= each.items()]
    ordered = random.sample(fitting, len(fitting)) if role.listed.at_random else fitting
    made = _page(sent, role.listed.page, [(each, each) for each in ordered], _ITEM_ID)
    bodies = [each for each, _ in made.bodies]
    return replace(made, total=len(fitting), bodies=bodies, shown=bodies, id_of=_ITEM_ID)


def _fits(body: Any, wanted: Sequence[tuple[Where, Any]]) -> bool:
    pairs = ((next(pointers.find(body, where.shows), None), value) for where, value in wanted)
    return all(shown in value if isinstance(value, list) else shown == value for shown, value in pairs)


def _page(
    sent: Evaluate, page: Page | None, found: Sequence[Any], id_of: Callable[[Any], Any] = _TASK_ID
) -> Listing:
    if page is None:
        return Listing(found, len(found))
    size = _number(sent(page.size), page.usual, 1)
    if page.number is None:
        behind = _behind(sent(page.after) if page.after else None, found, id_of)
        return Listing(behind[:size], len(found), 0, size, more=len(behind) > size)
    number = _number(sent(page.number), page.first, page.first)
    begin = (number - page.first) * size
    return Listing(found[begin : begin + size], len(found), number, size, page.first)


def _behind(id: Any, found: Sequence[Any], id_of: Callable[[Any], Any]) -> Sequence[Any]:
    """What follows the one with an id; all of them where there is none of it."""
    at = next((at for at, (each, _) in enumerate(found, 1) if id_of(each) == id), 0)
    return found[at:]


def _number(value: Any, usual: int, least: int) -> int:
    """A count as it was sent, in JSON or as text in a query; the usual one where it is none."""
    text = str(value)
    return max(int(text), least) if text.isdecimal() and len(text) < 10 else usual


TASKS: Mapping[str, Callable[[Listing], Any]] = {
    "$tasks": lambda each: list(each.bodies),
    "$kept.items": lambda each: list(each.bodies),
    "$tasks.total": lambda each: each.total,
    "$page.number": lambda each: each.number,
    "$page.size": lambda each: each.size,
    "$page.count": lambda each: len(each.bodies),
    "$page.offset": lambda each: (each.number - each.first) * each.size,
    "$page.pages": lambda each: each.pages,
    "$page.first": lambda each: each.number == each.first,
    "$page.last": lambda each: each.number - each.first >= each.pages - 1,
    "$page.empty": lambda each: not each.bodies,
    "$page.first-id": lambda each: each.id_of(each.shown[0]) if each.shown else None,
    "$page.last-id": lambda each: each.id_of(each.shown[-1]) if each.shown else None,
    "$page.total": lambda each: each.total,
    "$page.more": lambda each: each.more,
}
