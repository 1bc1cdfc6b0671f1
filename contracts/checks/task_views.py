"""What the views of a task agree on: its id, what it was asked for, its results, and that lists have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from proofsheet.contracts.checks.expected import IsSuccess
from proofsheet.contracts.checks.extraction import answered, bound, excerpt, other_outcome
from proofsheet.contracts.checks.outcomes import is_granted, is_success, parsed
from proofsheet.contracts.checks.task_facts import (
    JSON,
    URL,
    Facts,
    around,
    facts,
    is_fetchable,
    leads,
    looks_of,
    unfetchable,
    views,
)
from proofsheet.contracts.expectation import Answer, OfTrail
from proofsheet.contracts.history import Unjudged
from proofsheet.contracts.trail import LINK, SUBMIT, Extra, Look, Trail
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation
from proofsheet.spec.recognise import recognise

_MOVING = frozenset({"$task.state", "$task.progress", "$task.started", "$task.ended", "$task.duration", URL})


class IsTaken(IsSuccess):
    """The submission is granted, and says so as declared."""

    def findings(self, answer: Answer) -> Iterator[str]:
        yield from super().findings(answer)
        exchange, operation = answer.exchange, answer.operation
        found = recognise(operation, exchange.status, JSON, parsed(exchange))
        if is_success(exchange, operation) and not found.outcomes:
            yield f"expected {operation.success.name}, came {excerpt(exchange)} ({found.mismatch[:300]})"


class IdGiven(OfTrail):
    """The submission gives an id, and the operation that views tasks finds the task by it."""

    def of_trail(self, trail: Trail) -> Iterator[str]:
        first = next(trail.roles(SUBMIT), None)
        if first is not None and not is_granted(first.exchange, first.operation):
            raise Unjudged("no task was submitted")
        if trail.id is None and first is not None:
            yield f"the submission gives no id: {excerpt(first.exchange)}"
        for look, found in views(trail)[-1:]:
            if found.state is None and not is_granted(look.exchange, look.operation):
                yield f"{trail.id} is not found: {answered(look.exchange)}"


class IdStays(OfTrail):
    """Every view shows the task under the id that the submission gave."""

    def of_trail(self, trail: Trail) -> Iterator[str]:
        shown = [found.get("$task.id") for _, found in views(trail) if found.state]
        for each in dict.fromkeys(shown):
            if each is not None and str(each) != trail.id:
                yield f"the submission gave {trail.id}, the view shows {each}"
        if not any(shown):
            raise Unjudged("no view shows an id")


@dataclass(frozen=True)
class Echoes(OfTrail):
    """The views show what the task was submitted with, and what kind it is."""

    def of_trail(self, trail: Trail) -> Iterator[str]:
        said = set()
        for _, found in views(trail):
            for name, wanted in _submitted(trail, found):
                came = found.get(name)
                if came is not None and came != wanted and name not in said:
                    said.add(name)
                    yield f"expected {name} to be {wanted!r}, came {came!r}"


def _submitted(trail: Trail, found: Facts) -> Iterator[tuple[str, Any]]:
    for name in found.values:
        if name.startswith("$task.request.body#"):
            place = pointers.split(name.removeprefix("$task.request.body#"))
            yield from ((name, each) for each in pointers.find(trail.sent, place))
    role = trail.operation.task
    if kind := getattr(role, "kind", None):
        yield "$task.kind", kind


@dataclass(frozen=True)
class ResultsWhenDue(OfTrail):
    """The results are there in the states that have them; or, `early`, in no other."""

    early: bool = False

    def of_trail(self, trail: Trail) -> Iterator[str]:
        every = {place for name in trail.lifecycle.states for place in bound(_form(trail.view, name), URL)}
        said: set[str] = set()
        for look, found in views(trail):
            if found.state and found.state not in said:
                said.add(found.state)
                yield from _results(trail, look, found.state, every, self.early)
        if not said:
            raise Unjudged("the task was never seen")


def _form(view: Operation, state: str) -> Any:
    return view.outcomes[state].representations.get(JSON) if state in view.outcomes else None


def _shown(body: Any, place: tuple[str, ...]) -> list[Any]:
    return [each for each in pointers.find(body, place) if each not in (None, "", [], {})]


def _results(trail: Trail, look: Look, state: str, every: set[tuple[str, ...]], early: bool) -> Iterator[str]:
    form, body = _form(trail.view, state), parsed(look.exchange)
    due = set(bound(form, URL)) - (set() if early else {*_numbered(form)[1:]})  # there may be but one
    for place in sorted(every - due if early else due):
        came = _shown(body, place)
        shown = pointers.join(*place)
        if early and came and came != list(pointers.find(form.value, place)):
            yield f"in {state} there is a result already at {shown}: {came[0]!r}"
        elif not early and not came:
            yield f"in {state} there is no result at {shown}"
        elif not early and not all(isinstance(each, str) and "/" in each for each in came):
            yield f"in {state} the result at {shown} is no link: {came[0]!r}"


def _numbered(form: Any) -> list[tuple[str, ...]]:
    """The places that have a result each, by number."""
    binds = ((at, each) for at, each in (form.binds if form else ()) if each.text == URL and each.number)
    return [at for at, _ in sorted(binds, key=lambda pair: pair[1].number)]


@dataclass(frozen=True)
class ResultCount(OfTrail):
    """So many results are shown when the task has ended well."""

    count: int

    def of_trail(self, trail: Trail) -> Iterator[str]:
        end = trail.lifecycle.ordinary_end
        ended = [look for look, found in views(trail) if found.state == end]
        if not ended:
            raise Unjudged("it has not ended so")
        body = parsed(ended[-1].exchange)
        shown = [_shown(body, place) for place in bound(_form(trail.view, end), URL)]
        numbered = [each for place in _numbered(_form(trail.view, end)) for each in _shown(body, place)]
        came = max(map(len, [*shown, numbered]), default=0)  # one alone may stand beside all of them
        if came != self.count:
            yield f"expected {self.count} results, came {came}"


@dataclass(frozen=True)
class OtherViewAgrees(OfTrail):
    """Another operation that views the task shows the same."""

    operation: str
    answers: Mapping[str, str] = field(
        default_factory=dict, hash=False
    )  # by the state, where not as the state

    @property
    def extras(self) -> tuple[Extra, ...]:
        # What such an operation answers before there is anything to show, hardly a document says.
        times = ("ended",) if self.answers else ("begun", "ended")
        return tuple(Extra(f"other-view {self.operation}", self.operation, when) for when in times)

    def of_trail(self, trail: Trail) -> Iterator[str]:
        for look in looks_of(trail, f"other-view {self.operation}"):
            if self.answers:
                yield from self._answered(trail, look)
                continue
            found = facts(look.operation, trail.lifecycle, look.exchange)
            if found.state is None:
                yield f"{self.operation} does not show it: {answered(look.exchange)}"
            else:
                yield from disagreements(trail, look, found)

    def _answered(self, trail: Trail, look: Look) -> Iterator[str]:
        wanted = self.answers.get(around(trail, look)[0] or "")
        if wanted is None:
            raise Unjudged("it ended in a state that the operation has nothing of")
        yield from other_outcome(look.exchange, look.operation, wanted)


@dataclass(frozen=True)
class UnknownWithOthers(OfTrail):
    """While there is a task, the id of none is not found all the same."""

    operation: str
    outcome: str
    id: str

    @property
    def extras(self) -> tuple[Extra, ...]:
        return (Extra(f"unknown {self.operation}", self.operation, "begun", id=self.id),)

    def of_trail(self, trail: Trail) -> Iterator[str]:
        for look in looks_of(trail, f"unknown {self.operation}"):
            yield from other_outcome(look.exchange, look.operation, self.outcome)


class LinkLeads(OfTrail):
    """The link that the submission gives leads to a view of the task."""

    def of_trail(self, trail: Trail) -> Iterator[str]:
        yield from unfetchable(_given(trail))
        for look in looks_of(trail, LINK):
            found = facts(trail.view, trail.lifecycle, look.exchange)
            if found.state is None:
                if not is_fetchable(look.exchange.url):
                    continue  # as found above
                if not trail.view.is_open and not look.exchange.credentials(trail.view):
                    raise Unjudged("the link leads to another host, to which no key is sent")
                yield f"{look.exchange.url} does not show it: {answered(look.exchange)}"
            else:
                yield from disagreements(trail, look, found)


def _given(trail: Trail) -> Iterator[str]:
    """The links that the submission gives."""
    form = trail.operation.success.representations.get(JSON)
    for look in trail.roles(SUBMIT):
        for place in (each for name in trail.operation.links for each in bound(form, f"$link.{name}")):
            known = pointers.find(parsed(look.exchange), place)
            yield from (each for each in known if isinstance(each, str) and each)


def disagreements(trail: Trail, look: Look, found: Facts) -> Iterator[str]:
    """What another answer says of the task that no view beside it can say."""
    before, after = around(trail, look)
    lifecycle = trail.lifecycle
    if not leads(lifecycle, before, found.state) or not leads(lifecycle, found.state, after):
        seen = " and ".join(filter(None, dict.fromkeys((before, after))))
        yield f"it shows {found.state} where the view shows {seen}"
    same = [each for _, each in views(trail) if each.state == found.state]
    is_final = found.state is not None and lifecycle.states[found.state].is_final
    for name, came in found.values.items():
        stays = name not in _MOVING or (is_final and name != URL)
        wanted = [each.get(name) for each in same if each.get(name) is not None]
        if stays and wanted and not name.startswith("$link.") and came not in wanted:
            yield f"it shows {name} as {came!r}, the view as {wanted[-1]!r}"
    results = {len(each.links) for each in same} if is_final else set()
    if results and len(found.links) not in results:
        yield f"it shows {len(found.links)} results, the view {max(results)}"
    if str(found.get("$task.id") or trail.id) != trail.id:
        yield f"it shows the id {found.get('$task.id')}, the submission gave {trail.id}"


@dataclass(frozen=True)
class Foreign(OfTrail):
    """To the key of another account the task does not exist; or it is shown, where `outcome` is empty."""

    operation: str
    outcome: str

    @property
    def extras(self) -> tuple[Extra, ...]:
        return (Extra(f"foreign {self.operation}", self.operation, "begun", "other"),)

    def of_trail(self, trail: Trail) -> Iterator[str]:
        for look in looks_of(trail, f"foreign {self.operation}"):
            if self.outcome:
                yield from other_outcome(look.exchange, look.operation, self.outcome)
            elif facts(look.operation, trail.lifecycle, look.exchange).state is None:
                yield f"expected it to be shown, came {answered(look.exchange)}"
