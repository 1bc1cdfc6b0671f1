"""Lists of tasks: each has the task where it lists its state, in its order, and shows it as the view does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from proofsheet.contracts.checks.extraction import answered, bound
from proofsheet.contracts.checks.outcomes import parsed
from proofsheet.contracts.checks.task_facts import JSON, Facts, around, item_facts, items, looks_of
from proofsheet.contracts.checks.task_views import disagreements
from proofsheet.contracts.expectation import OfTrail
from proofsheet.contracts.trail import Extra, Look, Trail
from proofsheet.spec import pointers
from proofsheet.spec.tasks import Lists


@dataclass(frozen=True)
class IsListed(OfTrail):
    """A list has the task, once, where its state is one that it lists; and shows it as the view does."""

    operation: str
    states: frozenset[str] | None = None
    order: str = "newest"

    @property
    def extras(self) -> tuple[Extra, ...]:
        return tuple(Extra(f"list {self.operation}", self.operation, when) for when in ("begun", "ended"))

    def of_trail(self, trail: Trail) -> Iterator[str]:
        for look in looks_of(trail, f"list {self.operation}"):
            listed = items(look)
            if listed is None:
                yield f"expected a list of tasks, came {answered(look.exchange)}"
                continue
            role = look.operation.task
            part = role.part if isinstance(role, Lists) else ()
            known = [item_facts(trail.view, trail.lifecycle, each, part) for each in listed]
            mine = [each for each in known if str(each.get("$task.id")) == trail.id]
            yield from self._listed(trail, look, mine, len(listed))
            yield from self._ordered(known)
            yield from self._requested(trail, look, known)
            yield from _miscounted(look, len(listed))

    def _listed(self, trail: Trail, look: Look, mine: list[Facts], count: int) -> Iterator[str]:
        due = [self.states is None or each in self.states for each in around(trail, look) if each]
        if not mine and all(due):
            yield f"{trail.id} is not among the {count} tasks of {self.operation}"
        if len(mine) > 1:
            yield f"{trail.id} is {len(mine)} times in the list of {self.operation}"
        for each in mine:
            if not any(due):
                yield f"{self.operation} lists {trail.id}, which is in {each.state}"
            yield from disagreements(trail, look, each)

    def _requested(self, trail: Trail, look: Look, known: list[Facts]) -> Iterator[str]:
        role = look.operation.task
        ids = [str(each.get("$task.id")) for each in known if each.get("$task.id") is not None]
        if isinstance(role, Lists) and role.ids and (others := set(ids) - {trail.id}):
            yield f"{trail.id} was requested, and {self.operation} lists {min(others)} too"

    def _ordered(self, known: list[Facts]) -> Iterator[str]:
        times = [each.get("$task.created") for each in known]
        times = [each for each in times if isinstance(each, int | float)]
        ordered = sorted(times, reverse=self.order == "newest")
        if self.order and times != ordered:
            yield f"expected the {self.order} first, came tasks of {', '.join(map(str, times[:5]))}"


def _miscounted(look: Look, count: int) -> Iterator[str]:
    """What a page says of how many tasks it has, and there are."""
    form, body = look.operation.success.representations.get(JSON), parsed(look.exchange)
    for name, is_wrong in (("$page.count", int.__ne__), ("$tasks.total", int.__lt__)):
        for place in bound(form, name):
            for came in pointers.find(body, place):
                if isinstance(came, int) and not isinstance(came, bool) and is_wrong(came, count):
                    yield f"{pointers.join(*place)} is {came}, and {count} tasks are listed"
