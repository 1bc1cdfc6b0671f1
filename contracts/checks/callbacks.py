"""Callbacks of a task: for which states they come, what they say, how they are signed, and how often."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.checks.extraction import bound
from proofsheet.contracts.checks.outcomes import parsed
from proofsheet.contracts.checks.task_facts import CALL, URL, Facts, as_shown, item_facts, views
from proofsheet.contracts.expectation import OfTrail
from proofsheet.contracts.history import Unjudged
from proofsheet.contracts.trail import Delivery, Trail
from proofsheet.spec import media_types, pointers
from proofsheet.spec.callback import Callback
from proofsheet.spec.expressions import is_expression

LATEST = 30.0  # seconds after a task was seen to end in which its last callback may come
_JSON = "application/json"
_SHOWN = 200  # characters of a body


@dataclass(frozen=True)
class Came:
    """A callback that came, and what it says: its JSON (None: it is none) and the facts of its task."""

    delivery: Delivery
    value: Any
    facts: Facts

    @property
    def state(self) -> str | None:
        return self.facts.state

    @property
    def is_taken(self) -> bool:
        return self.delivery.answered < 300


@dataclass(frozen=True)
class OfCallback(OfTrail):
    """Something expected of the callbacks of a task, by their name in the document."""

    callback: Callback
    hears = True

    def of_trail(self, trail: Trail) -> Iterator[str]:
        if not trail.hook:
            raise Unjudged("no address was given for its callbacks")
        if trail.id is None:
            raise Unjudged("no task was submitted")
        yield from self.of_callbacks(trail, came(trail))

    @abstractmethod
    def of_callbacks(self, trail: Trail, known: list[Came]) -> Iterator[str]:
        """What is wrong with the callbacks that came, in their order."""


class CallbackComes(OfCallback):
    """One comes for each of the states that the task was seen in and that the document names."""

    def of_callbacks(self, trail: Trail, known: list[Came]) -> Iterator[str]:
        due = states_seen(trail) & self.callback.states
        if not due:
            raise Unjudged("it was seen in no state for which a callback goes out")
        for state in sorted(due - {each.state for each in known}):
            there = f"; {len(known)} came in all" if known else ""
            yield f"it was in {state}, and no callback came for that within {LATEST:.0f} s of its end{there}"


class CallbackStates(OfCallback):
    """None comes for another state than those that the document names."""

    def of_callbacks(self, trail: Trail, known: list[Came]) -> Iterator[str]:
        named = [each.state for each in known if each.state]
        for state in sorted({*named} - self.callback.states):
            wanted = ", ".join(sorted(self.callback.states))
            yield f"a callback came for {state}; expected it for {wanted} only"
        if not named:
            raise Unjudged("no callback came that says its state")


class CallbackBody(OfCallback):
    """Its body is what the view shows in that state."""

    def of_callbacks(self, trail: Trail, known: list[Came]) -> Iterator[str]:
        if not known:
            raise Unjudged("no callback came")
        said: set[str] = set()
        for each in known:
            for text in _body(trail, each):
                if text not in said:
                    said.add(text)
                    yield text


def _body(trail: Trail, each: Came) -> Iterator[str]:
    if each.state is None:
        start = each.delivery.body[:_SHOWN].decode("utf-8", "replace")
        yield f"a callback came whose body is no view of the task: {start!r} ({each.facts.why[:_SHOWN]})"
        return
    if (id := each.facts.get("$task.id")) is not None and str(id) != trail.id:
        yield f"a callback came with the id {id}, the submission gave {trail.id}"
    for pointer, shown, value in _differences(trail, each):
        yield f"in {each.state} the view shows {shown!r} at {pointer}, the callback had {value!r}"


def _differences(trail: Trail, each: Came) -> Iterator[tuple[str, Any, Any]]:
    """Where a callback differs from every view of the same state: place, the last view's value, its own.

    What goes on within a state (progress, a link that is signed anew) may have another value, what has none
    may be left out, and there may be more than the view shows.
    """
    known = [(look, parsed(look.exchange)) for look, found in views(trail) if found.state == each.state]
    if not known or each.state is None:
        return
    moving = set(_moving(trail, each.state))
    part = next((one.part for one in trail.operation.callbacks), ())
    parts = (as_shown(trail.view, next(pointers.find(value, part), None), part) for _, value in known)
    views_of = [dict(_leaves(each)) for each in parts]
    own = dict(_leaves(each.value))
    for place, shown in views_of[-1].items():
        if any(_fits(place, one) for one in moving):
            if (own.get(place) in _NOTHING) != (shown in _NOTHING):
                yield pointers.join(*place), shown, own.get(place)
            continue
        values = [one.get(place) for one in views_of]
        if own.get(place) not in values and not (shown in _NOTHING and own.get(place) in _NOTHING):
            yield pointers.join(*place), shown, own.get(place)


_NOTHING: tuple[Any, ...] = (None, "", [], {})


def _moving(trail: Trail, state: str) -> Iterator[tuple[str, ...]]:
    """Where the view shows what may change while a task is in a state."""
    form = trail.view.outcomes[state].representations.get(_JSON) if state in trail.view.outcomes else None
    is_final = trail.lifecycle.states[state].is_final
    yield from (
        tokens for tokens, each in (form.binds if form else ()) if each.text == URL or each.source == CALL
    )
    if not is_final:
        for name in ("$task.progress", "$task.started", "$task.duration", "$task.ahead"):
            yield from bound(form, name)


def _fits(place: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether a place is at a pattern, in which `*` is any item."""
    return len(place) == len(pattern) and all(
        two in ("*", one) for one, two in zip(place, pattern, strict=True)
    )


def _leaves(value: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each value within a value that is no object or list (or an empty one), and its place."""
    if isinstance(value, dict) and value:
        for name, each in value.items():
            yield from _leaves(each, (*way, name))
    elif isinstance(value, list) and value:
        for number, each in enumerate(value):
            yield from _leaves(each, (*way, str(number)))
    else:
        yield way, value


class CallbackHeaders(OfCallback):
    """It is sent as the document says: by the method, as JSON, with the declared headers."""

    def of_callbacks(self, trail: Trail, known: list[Came]) -> Iterator[str]:
        if not known:
            raise Unjudged("no callback came")
        said = dict.fromkeys(text for each in known for text in self._wrong(trail, each.delivery))
        yield from said

    def _wrong(self, trail: Trail, delivery: Delivery) -> Iterator[str]:
        if delivery.method != self.callback.method:
            yield f"expected {self.callback.method}, came {delivery.method}"
        kind = delivery.headers.get("content-type", "")
        name = media_types.parse(kind).name if kind else ""
        if name != _JSON and not name.endswith("+json"):
            yield f"expected a content-type of {_JSON}, came {kind or 'none'}"
        for name, value in self.callback.headers.items():
            wanted = _sent(trail, value)
            if wanted is not None and (got := delivery.headers.get(name.lower())) != wanted:
                yield f"expected the header {name}: {wanted}, came {'none' if got is None else repr(got)}"


def _sent(trail: Trail, value: str) -> str | None:
    """A header's value: itself, or what the submission had at the place that it names."""
    if not is_expression(value):
        return value
    place = body_place(value)
    found = next(pointers.find(trail.sent, place), None) if place is not None else None
    return None if found is None else str(found)


def body_place(expression: str) -> tuple[str, ...] | None:
    """Where an expression such as `$request.body#/hook` stands in the body; None where it is another one."""
    start, _, pointer = expression.partition("#")
    return pointers.split(pointer) if start == "$request.body" and pointer else None


class CallbackOnce(OfCallback):
    """What has been taken is not sent again: no two that were taken say the same."""

    def of_callbacks(self, trail: Trail, known: list[Came]) -> Iterator[str]:
        taken = [each for each in known if each.is_taken and each.state]
        if not taken:
            raise Unjudged("no callback came that was taken")
        for state in dict.fromkeys(each.state for each in taken):
            texts = [_text(each) for each in taken if each.state == state]
            if most := max(map(texts.count, texts)) - 1:
                yield f"the callback for {state} was taken, and the same came {most} more times"


class CallbackRepeated(OfCallback):
    """What is not taken is sent again, or is not: as often as the document says."""

    refuses = True

    def of_callbacks(self, trail: Trail, known: list[Came]) -> Iterator[str]:
        if not known:
            raise Unjudged("no callback came")
        again = any(_text(each) == _text(known[0]) or each.state == known[0].state for each in known[1:])
        if self.callback.attempts > 1 and not again:
            often = f"{self.callback.attempts} times, {self.callback.retry_seconds:g} s apart"
            yield f"it was answered with 500 and did not come again; expected it {often}, until it is taken"
        if self.callback.attempts == 1 and any(_text(each) == _text(known[0]) for each in known[1:]):
            yield "it was answered with 500 and came again; expected it once, whatever it is answered"


def _text(each: Came) -> str:
    return json.dumps(each.value, sort_keys=True) if each.value is not None else repr(each.delivery.body)


def came(trail: Trail) -> list[Came]:
    """The callbacks that came, in their order, with what they say."""
    part = next((each.part for each in trail.operation.callbacks), ())
    return [_read(trail, each, part) for each in trail.deliveries]


def _read(trail: Trail, delivery: Delivery, part: tuple[str, ...]) -> Came:
    try:
        value = json.loads(delivery.body)
    except (ValueError, RecursionError):
        return Came(delivery, None, Facts(None, "it is no JSON"))
    found = item_facts(trail.view, trail.lifecycle, value, part)
    return Came(delivery, as_shown(trail.view, value, part), found)


def states_seen(trail: Trail) -> set[str]:
    """The states that the task was seen in."""
    return {found.state for _, found in views(trail) if found.state}


def is_awaited(trail: Trail, refuses: bool) -> bool:
    """Whether some callback has not come yet that is due: for a state, or again."""
    known = came(trail)
    named = {state for each in trail.operation.callbacks for state in each.states}
    if not known or (states_seen(trail) & named) - {each.state for each in known}:
        return True
    repeats = any(each.attempts > 1 for each in trail.operation.callbacks)
    return refuses and repeats and not any(each.state == known[0].state for each in known[1:])


def longest_wait(callbacks: tuple[Callback, ...]) -> float:
    """Seconds after the end of a task in which its last callback may come, a repeated one among them."""
    return LATEST + max((2 * each.retry_seconds for each in callbacks if each.attempts > 1), default=0.0)
