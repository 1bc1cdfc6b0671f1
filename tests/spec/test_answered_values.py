"""What an answer says of its request is what was asked, or drawn: never an example's, in any family."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from proofsheet.spec.document import Document, Operation, Outcome
from proofsheet.spec.load import Library
from proofsheet.spec.schemas import Schema
from proofsheet.spec.tasks import Starts, Views

FAMILIES = Library().families()
Place = tuple[str, ...]


def _leaves(value: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        yield from _leaves(each, (*at, str(key)))
    if not isinstance(value, dict | list):
        yield at, value


def _admits(schema: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether a field of that name, however deep, may have the value."""
    fields = schema.get("properties", {})
    own = name in fields and Schema(dict(fields[name])).is_valid(value)
    return own or any(_admits(each, name, value) for each in fields.values())


def _covers(bind: Place, at: Place) -> bool:
    return len(bind) <= len(at) and all(one in ("*", other) for one, other in zip(bind, at, strict=False))


def _makers(document: Document, operation: Operation, outcome: Outcome) -> Iterator[Operation]:
    """The operations whose requests an answer may speak of: its own, or those whose tasks it shows."""
    if operation.artifact is not None:
        yield operation
    if not isinstance(view := operation.task, Views):
        return
    for each in document.operations.values():
        lifecycle = each.lifecycle
        if lifecycle is None or lifecycle.name not in operation.views or not isinstance(each.task, Starts):
            continue
        if outcome.name in [view.outcome(state) for state in lifecycle.states]:
            yield each


def _shown(document: Document) -> Iterator[tuple[Operation, Outcome, Any, Place, list[str]]]:
    """Every value of every success, and what is bound there."""
    for operation in document.operations.values():
        for outcome in operation.outcomes.values():
            for form in outcome.representations.values() if outcome.status < 300 else ():
                constant = [at for at, _ in form.constants]
                for at, value in _leaves(form.value) if form.events is None else ():
                    if value not in (None, "") and not any(at[: len(one)] == one for one in constant):
                        yield operation, outcome, value, at, [e.text for b, e in form.binds if _covers(b, at)]


@pytest.mark.parametrize("family", FAMILIES)
def test_what_an_answer_shows_of_a_field_of_its_request_is_bound(family: str) -> None:
    document = Library().load(family)
    fixed = []
    for operation, outcome, value, at, binds in _shown(document):
        makers = list(_makers(document, operation, outcome))
        schemas = [[body.schema for body in each.bodies] for each in makers]
        if not makers or binds or not at:
            continue
        if all(any(_admits(schema, at[-1], value) for schema in each) for each in schemas):
            fixed.append(f"{operation.id} {outcome.name} /{'/'.join(at)}")
    assert fixed == []


@pytest.mark.parametrize("family", FAMILIES)
def test_a_seed_that_an_answer_shows_is_the_one_that_was_used(family: str) -> None:
    shown = [
        (operation.id, outcome.name, binds)
        for operation, outcome, _, at, binds in _shown(Library().load(family))
        if "seed" in at[-1:]
    ]
    assert [each for each in shown if each[2] != ["$artifact.seed"]] == []
