"""How a task goes: by declared states and moves, forward in progress and time, to an end that stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from proofsheet.contracts.checks.cross_exchange import SAME
from proofsheet.contracts.checks.extraction import answered, excerpt
from proofsheet.contracts.checks.image_facts import ImageFacts, difference, inspect
from proofsheet.contracts.checks.task_facts import LASTED, TIMES, Facts, leads, links_of, views
from proofsheet.contracts.expectation import OfTrail
from proofsheet.contracts.history import Unjudged
from proofsheet.contracts.trail import AGAIN, END, FILE, FILE_AGAIN, Look, Trail

ROUNDED = 0.011  # a share that is written in whole percents
SKEW = 1.0  # seconds: times may be written in whole ones
EARLIEST = 946_684_800.0  # the year 2000: before it a number of seconds was read as milliseconds
LATEST = 32_503_680_000.0  # the year 3000: the other way round


class StatesDeclared(OfTrail):
    """Whenever somebody looks, the task is in a declared state."""

    def of_trail(self, trail: Trail) -> Iterator[str]:
        said: set[str] = set()
        for look, found in _seen(trail):
            if found.state is None and found.why not in said:
                said.add(found.why)
                yield f"expected one of {', '.join(trail.lifecycle.states)}, came {look.exchange.status} " + (
                    f"{excerpt(look.exchange)} ({found.why[:300]})"
                )


class MovesAllowed(OfTrail):
    """From the state that was seen before some way leads to the one that is seen now: some may be missed."""

    def of_trail(self, trail: Trail) -> Iterator[str]:
        known = [found.state for _, found in _seen(trail) if found.state]
        for before, now in pairwise([trail.lifecycle.start, *known]):
            if not leads(trail.lifecycle, before, now):
                yield f"{now} was seen after {before}, which leads to {_ways(trail, before)}"


def _ways(trail: Trail, state: str) -> str:
    return ", ".join(trail.lifecycle.states[state].to) or "nothing: it is final"


class ProgressRises(OfTrail):
    """Progress never falls, and goes from 0 to 1."""

    def of_trail(self, trail: Trail) -> Iterator[str]:
        known = [(found.state, found.get("$task.progress")) for _, found in _seen(trail)]
        for _, found in _seen(trail):
            if "$task.progress" in found.unread:
                yield f"progress {found.unread['$task.progress']!r} is not of its form"
                return
        made = [(state, each) for state, each in known if isinstance(each, int | float)]
        for state, each in made:
            if not 0 <= each <= 1:
                yield f"progress is {each:.0%} in {state}"
                return
        for (first, before), (second, now) in pairwise(made):
            if now < before and not trail.lifecycle.states[second or first or ""].is_final:
                yield f"progress fell from {before:.0%} in {first} to {now:.0%} in {second}"
        if not made:
            raise Unjudged("no progress was seen")


@dataclass(frozen=True)
class ProgressInRange(OfTrail):
    """In these states progress is in the range that the document gives."""

    states: frozenset[str]

    def of_trail(self, trail: Trail) -> Iterator[str]:
        for _, found in _seen(trail):
            progress, state = found.get("$task.progress"), found.state
            if state not in self.states or not isinstance(progress, int | float):
                continue
            least, most = trail.lifecycle.states[state].progress or (0.0, 1.0)
            if not least - ROUNDED <= progress <= most + ROUNDED:
                yield f"in {state} progress is from {least:.0%} to {most:.0%}, came {progress:.0%}"


class TimesInOrder(OfTrail):
    """A task is created, started and ended in this order, and was created once."""

    def of_trail(self, trail: Trail) -> Iterator[str]:
        seen = _seen(trail)
        for _, found in seen:
            yield from _times(found)
            yield from _lasted(found)
        created = {found.get(TIMES[0]) for _, found in seen} - {None}
        if len(created) > 1:
            yield f"it was created at {' and at '.join(str(each) for each in sorted(created))}"
        if not any(found.get(each) is not None for _, found in seen for each in TIMES):
            raise Unjudged("no times were seen")


def _times(found: Facts) -> Iterator[str]:
    for name in TIMES:
        if name in found.unread:
            yield f"{name.removeprefix('$task.')} is {found.unread[name]!r}, which is not of its form"
    known = [(name.removeprefix("$task."), found.get(name)) for name in TIMES]
    times = [(name, each) for name, each in known if isinstance(each, int | float)]
    for name, each in times:
        if not EARLIEST < each < LATEST:
            yield f"{name} is no time of our days: {each} seconds since 1970"
            return
    for (first, before), (second, after) in pairwise(times):
        if after < before - SKEW:
            yield f"in {found.state} it {second} at {after}, and {first} at {before}"


def _lasted(found: Facts) -> Iterator[str]:
    """A task does not last longer than from its creation to its end."""
    lasted, first, last = (found.get(each) for each in (LASTED, TIMES[0], TIMES[-1]))
    if any(not isinstance(each, int | float) for each in (lasted, first, last)):
        return
    if not -SKEW <= lasted <= max(last - first, 0) + SKEW:
        yield f"it lasted {lasted} s, from {first} to {last}"


class EndStays(OfTrail):
    """Once a task has ended nothing about it changes: its state, its times, what it made."""

    def of_trail(self, trail: Trail) -> Iterator[str]:
        ends = views(trail, END)
        if not ends:
            raise Unjudged("it has not ended")
        (end, first), later = ends[0], views(trail, AGAIN)
        for look, found in later:
            if found.state is None:
                yield f"it ended in {first.state}, and later there came {answered(look.exchange)}"
            elif found.state != first.state:
                yield f"it ended in {first.state}, and was later in {found.state}"
            else:
                yield from _changed(first, found)
        yield from _files_changed(trail, end)


def _changed(first: Facts, later: Facts) -> Iterator[str]:
    if len(first.links) != len(later.links):
        yield f"it ended with {len(first.links)} results, and later had {len(later.links)}"
    for name in sorted(first.values.keys() | later.values.keys()):
        if not name.startswith("$link.") and first.get(name) != later.get(name):
            yield f"{name} was {first.get(name)!r} at its end, and later {later.get(name)!r}"


def _files_changed(trail: Trail, end: Look) -> Iterator[str]:
    files, again = list(trail.roles(FILE)), list(trail.roles(FILE_AGAIN))
    for one, other in zip(files, again, strict=False):
        first, second = _picture(one), _picture(other)
        if first and second and first.look and second.look and difference(first.look, second.look) > SAME:
            yield f"{links_of(end, trail)[0]} showed another picture when it was looked at again"


def _picture(look: Look) -> ImageFacts | None:
    found = inspect(look.exchange.body)
    return found if found.width and not found.problem else None


@dataclass(frozen=True)
class Ends(OfTrail):
    """A task ends, and in one of these states where any are given."""

    states: frozenset[str] = frozenset()

    def of_trail(self, trail: Trail) -> Iterator[str]:
        ends = [found.state for _, found in views(trail, END)]
        if not ends:
            longest = sum((each.seconds or (0, 0))[1] for each in trail.lifecycle.states.values())
            if trail.waited < longest:
                raise Unjudged(
                    f"it has not ended within {trail.waited:.0f} s, the patience of this run; "
                    f"the document says up to {longest:.0f} s"
                )
            seen = [found.state or "no declared state" for _, found in views(trail)]
            yield f"it has not ended within {trail.waited:.0f} s: {seen[-1] if seen else 'it was never seen'}"
        elif self.states and ends[0] not in self.states:
            yield f"expected it to end in {' or '.join(sorted(self.states))}, it ended in {ends[0]}"


def _seen(trail: Trail) -> list[tuple[Look, Facts]]:
    """Every view. Raises Unjudged where there is none."""
    if found := views(trail):
        return found
    raise Unjudged("the task was never looked at")
