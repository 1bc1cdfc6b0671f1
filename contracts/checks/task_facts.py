"""What an answer says about a task, by the places that the document binds: its state, id, times, results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from proofsheet.contracts.checks.extraction import bound
from proofsheet.contracts.checks.outcomes import is_granted, parsed, recognised
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.history import Unjudged
from proofsheet.contracts.trail import END, VIEWS, Look, Trail
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation, Outcome, Representation
from proofsheet.spec.expressions import Expression
from proofsheet.spec.recognise import recognise
from proofsheet.spec.tasks import Lifecycle

JSON = "application/json"
URL = "$artifact.url"
ARTIFACT_ID = "$artifact.id"
TIMES = ("$task.created", "$task.started", "$task.ended")
OF_TASKS = ("$task.", "$artifact.")
CALL = "$call"  # what is bound of the looking itself says nothing of the task
LASTED, PROGRESS = "$task.duration", "$task.progress"
_NOTHING: tuple[Any, ...] = (None, "", 0, [], {})  # what stands where there is no value (yet)


@dataclass(frozen=True)
class Facts:
    """What one answer says of a task. `values` are by runtime expression, in one form whatever the answer's:
    times in Unix seconds, progress from 0 to 1. `unread` are those that are not of their form."""

    state: str | None  # None: it is in no declared state
    why: str = ""  # then, what it is instead
    values: Mapping[str, Any] = field(default_factory=dict)
    unread: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[str, ...] = ()  # of what it made

    def get(self, name: str) -> Any:
        """A value; None where the answer has none."""
        return self.values.get(name)


def facts(operation: Operation, lifecycle: Lifecycle, exchange: Exchange) -> Facts:
    """What the answer of an operation that views a task says."""

    def worked_out() -> Facts:
        found = recognised(exchange, operation)
        return _facts(operation, found.outcomes, found.mismatch, lifecycle, parsed(exchange))

    return exchange.once(f"facts of {operation.id}", worked_out)


def as_shown(operation: Operation, item: Any, part: tuple[str, ...]) -> Any:
    """An item that is a part of what the operation shows, in its place there."""
    form = operation.success.representations.get(JSON)
    return pointers.replaced(form.value, part, item) if part and form else item


def item_facts(operation: Operation, lifecycle: Lifecycle, item: Any, part: tuple[str, ...] = ()) -> Facts:
    """What an item of a list says, which is as the operation shows one task, or a part of that."""
    item = as_shown(operation, item, part)
    found = recognise(operation, operation.success.status, JSON, item)
    return _facts(operation, found.outcomes, found.mismatch, lifecycle, item)


def _facts(
    operation: Operation, outcomes: tuple[Outcome, ...], why: str, lifecycle: Lifecycle, body: Any
) -> Facts:
    states = [each for each in outcomes if each.name in lifecycle.states]
    if not states:
        named = ", ".join(each.name for each in outcomes)
        return Facts(None, f"it is {named}" if named else why)
    form = states[0].representations.get(JSON)
    if form is None:
        return Facts(states[0].name)
    values: dict[str, Any] = {}
    unread: dict[str, Any] = {}
    links: list[str] = []
    for tokens, each in (*form.binds, *_fixed_progress(operation, lifecycle, form)):
        for came in pointers.find(body, tokens):
            values = {**_within(each, came), **values}
            if each.text == URL:
                links += [came] if isinstance(came, str) and came else []
                continue
            if _says_nothing(each, came):
                continue
            try:
                values.setdefault(each.text, _plain(each.form, came))
            except (ValueError, TypeError, OverflowError):
                unread[each.text] = came
    return Facts(states[0].name, "", values, unread, tuple(links))


def _within(expression: Expression, came: Any) -> dict[str, str]:
    """What a text says of the task, or of what it made, within itself."""
    return {name: said for name, said in expression.read(came).items() if name.startswith(OF_TASKS)}


def _says_nothing(expression: Expression, came: Any) -> bool:
    return (came in _NOTHING and came is not False) or expression.source == CALL


def _fixed_progress(
    operation: Operation, lifecycle: Lifecycle, form: Representation
) -> Iterator[tuple[tuple[str, ...], Expression]]:
    """Where a state shows its progress without binding it: where others bind it, and it has a fixed value."""
    if any(True for _ in bound(form, PROGRESS)):
        return
    known = (operation.outcomes[name] for name in lifecycle.states if name in operation.outcomes)
    others = [each.representations[JSON] for each in known if JSON in each.representations]
    for tokens, each in dict.fromkeys(
        bind for one in others for bind in one.binds if bind[1].text == PROGRESS
    ):
        for fixed in pointers.find(form.value, tokens):
            if fixed not in _NOTHING:
                yield tokens, each


def _plain(form: str | None, value: Any) -> Any:
    """A value in one form. Raises ValueError and TypeError where it is not of its own."""
    if form in ("epoch-ms", "epoch-seconds"):
        return float(value) / (1000 if form == "epoch-ms" else 1)
    if form == "iso-8601":
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    if form == "percent":
        if not str(value).endswith("%"):
            raise ValueError(value)
        return float(str(value)[:-1]) / 100
    if form == "percent-number":
        return float(value) / 100
    return value


def links_of(look: Look, trail: Trail) -> tuple[str, ...]:
    """Where a view says that the results are."""
    return facts(look.operation, trail.lifecycle, look.exchange).links


def is_fetchable(link: str) -> bool:
    """Whether a client can follow a link by itself: it is a whole address of the web."""
    return re.match(r"https?://[^/?#]+", link, re.IGNORECASE) is not None


def views(trail: Trail, *roles: str) -> list[tuple[Look, Facts]]:
    """The answers of the viewing operation, in their order, with what they say."""
    looks = trail.roles(*(roles or VIEWS))
    return [(each, facts(trail.view, trail.lifecycle, each.exchange)) for each in looks]


def looks_of(trail: Trail, role: str) -> list[Look]:
    """The answers of a role. Raises Unjudged where there is none."""
    if found := list(trail.roles(role)):
        return found
    raise Unjudged("it was not requested")


def unfetchable(links: Iterable[str]) -> Iterator[str]:
    """Of each link that is no whole address of the web, that it is none."""
    for each in links:
        if not is_fetchable(each):
            yield f"the link {each[:200]!r} cannot be followed: expected http:// or https:// and a host"


def end_of(trail: Trail) -> str | None:
    """The state in which a task ended, as far as was seen."""
    return next((found.state for _, found in views(trail, END)), None)


def around(trail: Trail, look: Look) -> tuple[str | None, str | None]:
    """The states that the task was seen in before and after an answer, in time."""
    at = next(index for index, each in enumerate(trail.looks) if each is look)  # answers may be equal
    known = [
        (index, facts(trail.view, trail.lifecycle, each.exchange).state)
        for index, each in enumerate(trail.looks)
        if each.role in VIEWS
    ]
    before = [state for index, state in known if index < at]
    later = [state for index, state in known if index > at]
    return (before[-1] if before else trail.lifecycle.start), (later[0] if later else None)


def leads(lifecycle: Lifecycle, start: str | None, end: str | None) -> bool:
    """Whether some way leads from one state to another; of an unknown one nothing can be said."""
    if start is None or end is None or start == end:
        return True
    found = [start]
    for name in found:
        found.extend(each for each in lifecycle.states[name].to if each not in found)
    return end in found[1:]


def items(look: Look) -> list[Any] | None:
    """The items of a list of tasks; None where there is no list."""
    if not is_granted(look.exchange, look.operation):
        return None
    form = look.operation.success.representations.get(JSON)
    for place in bound(form, "$tasks"):
        for found in pointers.find(parsed(look.exchange), place) if place else [parsed(look.exchange)]:
            return found if isinstance(found, list) else None
    return None


def binds(operation: Operation, lifecycle: Lifecycle, name: str) -> bool:
    """Whether an operation that views tasks shows this of some state, by itself or within a text."""
    known = (operation.outcomes[each] for each in lifecycle.states if each in operation.outcomes)
    forms = (each.representations[JSON] for each in known if JSON in each.representations)
    return any(each.text == name or f"{{{name}}}" in each.text for form in forms for _, each in form.binds)


def places(operation: Operation, lifecycle: Lifecycle, name: str) -> Iterator[tuple[str, ...]]:
    """Where an operation that views tasks shows this, of each state that it does."""
    for each in lifecycle.states:
        if each in operation.outcomes:
            yield from bound(operation.outcomes[each].representations.get(JSON), name)
