"""What is to go wrong with a task, in one text: `end=failed, late=5, callback=twice`. Times are seconds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from proofsheet.mockserver.tasks.pace import Pace, parse_pace
from proofsheet.spec.tasks import Lifecycle

CALLBACKS = ("lost", "twice")
FILES = ("403", "cut", "type")
EXPECTED = (
    "end=STATE, fails, hang, hang=STATE, late=SECONDS, back, callback=lost|twice, file=403|cut|type, "
    "pace=PACE, joined by commas"
)
_SECONDS = re.compile(r"\d{1,6}(\.\d{1,6})?")
Route = tuple[tuple[float, str], ...]


class BadTaskForcing(ValueError):
    """A text that cannot be read, or a state that the task cannot have; it says what was expected."""


@dataclass(frozen=True)
class TaskForcing:
    """What is to become of a task. `end`: its final state; `hang`: the one that it never leaves.

    An empty `end` is the first final state beside the ordinary one, an empty `hang` the last before the end.
    `back`: it goes back a state once. The other words are as they were written.
    """

    end: str | None = None
    hang: str | None = None
    late: float = 0.0
    back: bool = False
    callback: str | None = None
    file: str | None = None
    pace: Pace | None = None

    def goal(self, lifecycle: Lifecycle, start: str) -> str | None:
        """The state that its way from `start` leads to, if it is not to be the usual one.

        Raises BadTaskForcing where the lifecycle has no such state.
        """
        if self.hang is not None:
            return self._hanging(lifecycle, start)
        if self.end is None:
            return None
        others = [each for each in lifecycle.finals if each != lifecycle.ordinary_end]
        found = self.end or next(iter(others), "")
        return _leads(lifecycle, start, found, lifecycle.finals)

    def _hanging(self, lifecycle: Lifecycle, start: str) -> str:
        passed = [each for each in lifecycle.states.values() if not each.is_final]
        ordinary = lifecycle.way(start, lifecycle.ordinary_end)[-2:]
        found = self.hang or ordinary[0]
        return _leads(lifecycle, start, found, [each.name for each in passed])

    def bent(self, route: Route, by_looks: bool, ends: bool) -> Route:
        """A route that goes back a state, or comes to its end later (by looks: so many looks)."""
        if not ends or len(route) < 2:
            return route
        if self.back:
            route = _with_a_step_back(route, by_looks)
        at, last = route[-1]
        return (*route[:-1], (at + self.late, last))


NOTHING = TaskForcing()


def _leads(lifecycle: Lifecycle, start: str, state: str, among: Iterable[str]) -> str:
    if state in among and state in lifecycle.states:
        try:
            lifecycle.way(start, state)
        except LookupError:
            pass
        else:
            return state
    raise BadTaskForcing(f"no task of {lifecycle.name} can come to {state!r}; expected {', '.join(among)}")


def _with_a_step_back(route: Route, by_looks: bool) -> Route:
    """The last two states before the end once more; where there is one only, the end comes twice."""
    (since, _), (until, last) = route[-2:]
    step = max((until - since) / 3, 1.0 if by_looks else 0.0)
    again = [name for _, name in route[-3:-1]] if len(route) > 2 else [last, route[0][1]]
    return (*route[:-1], *((since + step * (i + 1), each) for i, each in enumerate((*again, last))))


def parse_task_forcing(text: str) -> TaskForcing:
    """What a text says; of what it says twice, the last counts. Raises BadTaskForcing."""
    found = NOTHING
    for item in filter(None, (each.strip() for each in re.split("[,;]", text))):
        name, _, value = (part.strip() for part in item.partition("="))
        if name not in _WORDS:
            raise BadTaskForcing(f"{item[:60]!r}: expected {EXPECTED}")
        found = replace(found, **_WORDS[name](item, value))
    return found


def _state(name: str) -> Callable[[str, str], dict[str, Any]]:
    other = "hang" if name == "end" else "end"

    def read(item: str, value: str) -> dict[str, Any]:
        if name == "end" and not value:
            raise BadTaskForcing(f"{item[:60]!r}: expected end=STATE")
        return {name: value, other: None}

    return read


def _alone(item: str, value: str, **found: Any) -> dict[str, Any]:
    if value:
        raise BadTaskForcing(f"{item[:60]!r}: expected {item.partition('=')[0].strip()} without a value")
    return found


def _late(item: str, value: str) -> dict[str, Any]:
    if not _SECONDS.fullmatch(value):
        raise BadTaskForcing(f"{item[:60]!r}: expected seconds, such as late=5")
    return {"late": float(value)}


def _one_of(name: str, known: tuple[str, ...]) -> Callable[[str, str], dict[str, Any]]:
    def read(item: str, value: str) -> dict[str, Any]:
        if value not in known:
            raise BadTaskForcing(f"{item[:60]!r}: expected {name}={'|'.join(known)}")
        return {name: value}

    return read


def _pace(item: str, value: str) -> dict[str, Any]:
    try:
        return {"pace": parse_pace(value)}
    except ValueError as problem:
        raise BadTaskForcing(f"{item[:60]!r}: {problem}") from None


_WORDS: Mapping[str, Callable[[str, str], dict[str, Any]]] = {
    "end": _state("end"),
    "fails": lambda item, value: _alone(item, value, end="", hang=None),
    "hang": _state("hang"),
    "late": _late,
    "back": lambda item, value: _alone(item, value, back=True),
    "callback": _one_of("callback", CALLBACKS),
    "file": _one_of("file", FILES),
    "pace": _pace,
}
