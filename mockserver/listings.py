"""What an operation that lists tasks shows of them: those that fit, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.request_values import request_value
from proofsheet.spec import pointers
from proofsheet.spec.tasks import Lists, Page, Where


@dataclass(frozen=True)
class Listing:
    """The bodies of the tasks on a page, how many tasks there are in all, and which page it is."""

    bodies: Sequence[Any]
    total: int
    number: int = 0
    size: int = 0
    first: int = 0  # the number of the first page

    @property
    def pages(self) -> int:
        return -(-self.total // self.size) if self.size else 1


def listing(call: Call, role: Lists, bodies: Sequence[Any]) -> Listing:
    """Of the bodies of all tasks, those that a call asks for."""
    for each in role.where:
        bodies = [body for body in bodies if _fits(body, each, request_value(call, each.value))]
    return _page(call, role.page, bodies) if role.page else Listing(bodies, len(bodies))


def _fits(body: Any, where: Where, wanted: Any) -> bool:
    if wanted is None:
        return True
    shown = next(pointers.find(body, where.shows), None)
    return shown in wanted if isinstance(wanted, list) else shown == wanted


def _page(call: Call, page: Page, bodies: Sequence[Any]) -> Listing:
    number = _number(request_value(call, page.number), page.first, page.first)
    size = _number(request_value(call, page.size), page.usual, 1)
    begin = (number - page.first) * size
    return Listing(bodies[begin : begin + size], len(bodies), number, size, page.first)


def _number(value: Any, usual: int, least: int) -> int:
    """A count as it was sent, in JSON or as text in a query; the usual one where it is none."""
    text = str(value)
    return max(int(text), least) if text.isdecimal() and len(text) < 10 else usual


TASKS: Mapping[str, Callable[[Listing], Any]] = {
    "$tasks": lambda each: list(each.bodies),
    "$tasks.total": lambda each: each.total,
    "$page.number": lambda each: each.number,
    "$page.size": lambda each: each.size,
    "$page.count": lambda each: len(each.bodies),
    "$page.offset": lambda each: (each.number - each.first) * each.size,
    "$page.pages": lambda each: each.pages,
    "$page.first": lambda each: each.number == each.first,
    "$page.last": lambda each: each.number - each.first >= each.pages - 1,
    "$page.empty": lambda each: not each.bodies,
}
