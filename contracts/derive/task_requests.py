"""Requests about tasks: by which operation, and where in them the task's id stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from proofsheet.contracts.case import Request
from proofsheet.contracts.checks.expected import IsSuccess
from proofsheet.contracts.checks.refusals import RefusedAs
from proofsheet.contracts.checks.task_facts import leads
from proofsheet.contracts.derive.sample_values import value
from proofsheet.contracts.derive.samples import plain_request, smallest
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.trail import Ended
from proofsheet.spec import pointers
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.expressions import Expression
from proofsheet.spec.tasks import Lifecycle, Lists, Moves, OfOne, Starts, Views


def id_place(operation: Operation) -> Expression | None:
    """Where a request of the operation has the id of a task: that it views or moves, or goes on from.

    It may be only a part of the text there. None where a request has none.
    """
    found = _place(operation)
    return found if found and not found.is_template else None


def _place(operation: Operation) -> Expression | None:
    role = operation.task
    if isinstance(role, OfOne):
        return role.id
    if isinstance(role, Lists):
        return role.ids
    return role.needed.id if isinstance(role, Starts) and role.needed else None


def about(operation: Operation, id: str, body: dict[str, Any] | None = None) -> Request:
    """The operation's request about one task; with this body where it is no plain one."""
    request = plain_request(operation, smallest(operation) if body is None else body)
    return with_id(operation, request, id)


def with_id(operation: Operation, request: Request, id: str) -> Request:
    """The same request about another task."""
    place = id_place(operation)
    if place is None:
        return request
    _, _, where = place.text.partition("$request.")
    kind, _, name = where.partition(".")
    if kind == "path":
        return replace(request, path_params={**request.path_params, name: id})
    if kind == "query":
        return replace(request, query={**request.query, name: id})
    if kind == "header":
        return replace(request, headers={**request.headers, name: id})
    tokens = pointers.split(place.text.partition("#")[2])
    body = dict(request.json or {})
    named = [id] if isinstance(operation.task, Lists) else in_its_text(place, body, tokens[0], id)
    return replace(request, json=pointers.replaced(body, tokens, named))


def named_by(operation: Operation, ended: Ended) -> str:
    """The id by which a follow-up names a task that ended: its own, or that of what it made."""
    role = operation.task
    parent = role.needed if isinstance(role, Starts) else None
    return ended.artifact if parent and parent.by_artifact else ended.id


def in_its_text(place: Expression, body: dict[str, Any], field: str, id: str) -> str:
    """The id; where it is only a part of a text, the text with it."""
    found = re.search(place.match, str(body.get(field))) if place.match else None
    if found is None:
        return id
    text, (start, end) = str(body[field]), found.span(1)
    return text[:start] + id + text[end:]


def plain_answer(operation: Operation, requirement: str) -> Expectation:
    """What a plain request gets: a refusal, if it is about a task or an answer: none has its example's id."""
    if isinstance(operation.task, OfOne):
        return RefusedAs(requirement, operation.task.missing)
    if operation.kept is not None and operation.kept.is_about_one:
        return RefusedAs(requirement, operation.policy.outcome("kept", "missing"))
    return IsSuccess(requirement)


def unknown_id(operation: Operation) -> str:
    """An id of the form of the document's example that no task has."""
    place = id_place(operation)
    name = place.text.rpartition("/")[2].rpartition(".")[2] if place else ""
    schemas = [each.schema for each in operation.parameters if each.name == name]
    if operation.body:
        schemas.append(operation.body.schema.get("properties", {}).get(name, {}))
    example = str(value(schemas[0])) if schemas and schemas[0] else ""
    if place and place.match and (part := re.search(place.match, example)):
        example = part[1]
    if not example.isascii() or " " in example or len(example) < 8:
        return "00000000-0000-0000-0000-000000000000"
    return re.sub(r"[0-9a-fA-F]", "0", example)


def goes_on(operation: Operation) -> bool:
    """Whether it starts a task from another one, which has to be there."""
    return isinstance(operation.task, Starts) and operation.task.needed is not None


def viewing(document: Document, lifecycle: Lifecycle) -> list[Operation]:
    """The operations that show one task of a lifecycle."""
    known = document.operations.values()
    views = (each for each in known if isinstance(each.task, Views) and each.task.answers is None)
    return [each for each in views if lifecycle.name in each.views]


def holding(document: Document, lifecycle: Lifecycle, state: str | None = None) -> Iterator[Operation]:
    """The operations that answer with the very file that a task made; those that do in a state, if given."""
    for each in answering(document, lifecycle):
        forms = each.success.representations.values()
        has_file = any(bound.text == "$artifact.bytes" for form in forms for _, bound in form.binds)
        table = each.task.answers if isinstance(each.task, Views) else None
        if has_file and (state is None or (table or {}).get(state) == each.success.name):
            yield each


def answering(document: Document, lifecycle: Lifecycle) -> Iterator[Operation]:
    """The operations that show something of a task by a table: what it made, and not where it stands."""
    for each in document.operations.values():
        table = each.task.answers if isinstance(each.task, Views) else None
        if table and any(name in table for name in lifecycle.finals):
            yield each


def view_of(document: Document, operation: Operation) -> Operation | None:
    """The operation that shows the tasks which another starts: where its link leads, else the first."""
    if operation.lifecycle is None:
        return None
    known = viewing(document, operation.lifecycle)
    linked = [each.operation for each in operation.links.values()]
    return next((each for each in known if each.id in linked), known[0] if known else None)


def listing(document: Document, lifecycle: Lifecycle) -> Iterator[Operation]:
    """The operations that list tasks of a lifecycle."""
    for each in document.operations.values():
        if isinstance(each.task, Lists) and lifecycle.name in document.operations[each.task.view].views:
            yield each


def moving(document: Document, lifecycle: Lifecycle) -> Iterator[tuple[Operation, Moves]]:
    """The operations that move tasks of a lifecycle to another state, from one that they come to."""
    passed = [each for name, each in lifecycle.states.items() if leads(lifecycle, lifecycle.start, name)]
    for each in document.operations.values():
        if isinstance(each.task, Moves) and any(each.task.to in one.to for one in passed):
            yield each, each.task


def following(document: Document, operation: Operation) -> Iterator[Operation]:
    """The operations that go on from tasks of this one: those whose states its lifecycle has."""
    lifecycle = operation.lifecycle
    for each in document.operations.values():
        role = each.task
        parent = role.needed if isinstance(role, Starts) else None
        if lifecycle and parent and parent.states & set(lifecycle.finals):
            yield each
