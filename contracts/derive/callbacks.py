"""Callbacks of tasks: for the documented states, with the view's body, signed and repeated as it says.

They are judged on a task whose submission names the judge's own receiver; without one they are only listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.callbacks import (
    CallbackBody,
    CallbackComes,
    CallbackHeaders,
    CallbackOnce,
    CallbackRepeated,
    CallbackStates,
    OfCallback,
    body_place,
)
from proofsheet.contracts.derive.sample_values import value
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.task_requests import view_of
from proofsheet.spec import pointers
from proofsheet.spec.callback import Callback
from proofsheet.spec.document import Operation
from proofsheet.spec.expressions import is_expression

NEEDS = "callback-listen"
NOWHERE = "https://callbacks.invalid/"  # takes the receiver's place until the request is sent
SECRET = "sent-back-word-for-word"


def callbacks(source: Source, operation: Operation) -> Iterator[Derived]:
    """Every requirement on the callbacks of the tasks that an operation starts."""
    if operation.lifecycle is None or view_of(source.document, operation) is None:
        return
    for each in operation.callbacks:
        if address_field(each) is not None and each.states & set(operation.lifecycle.states):
            yield from _of_one(source, operation, each)


def _of_one(source: Source, operation: Operation, callback: Callback) -> Iterator[Derived]:
    states = ", ".join(sorted(callback.states))
    yield _asked(source, operation, callback, "comes", f"it comes for {states}", "/x-on", CallbackComes)
    says = "it comes for no other state"
    yield _asked(source, operation, callback, "states", says, "/x-on", CallbackStates)
    says = "its body is what a view of the task shows"
    yield _asked(source, operation, callback, "body", says, "", CallbackBody)
    says = f"it is a {callback.method} of JSON" + (
        f" with {', '.join(callback.headers)}" if callback.headers else ""
    )
    yield _asked(source, operation, callback, "form", says, "/x-headers", CallbackHeaders)
    says = "what was taken is not sent again"
    is_stated = callback.retry_is_known
    at, most = ("/x-retry", "SHOULD") if is_stated else ("", "MAY")
    yield _asked(source, operation, callback, "once", says, at, CallbackOnce, most)
    if is_stated:
        says = "what was not taken is sent again" if callback.attempts > 1 else "it is not sent again"
        yield _asked(source, operation, callback, "repeated", says, at, CallbackRepeated, "SHOULD")


def _asked(
    source: Source,
    operation: Operation,
    callback: Callback,
    topic: str,
    says: str,
    at: str,
    check: type[OfCallback],
    most: str = "MUST",
) -> Derived:
    place = pointers.join("callbacks", callback.name, callback.url, callback.method.lower())
    topic = f"task.callback.{callback.name}.{topic}"
    wanted = source.requirement(operation, topic, says, place + at, profile="core", most=most, needs=NEEDS)
    fields = dict(hook_fields(operation, callback))
    return Derived(wanted, paid=(PaidConstraint(operation.id, check(wanted.id, callback), None, fields),))


def hook_fields(operation: Operation, callback: Callback) -> Iterator[tuple[str, Any]]:
    """What a submission has that wants to be called back: an address, and what its headers are made of."""
    yield address_field(callback) or "", NOWHERE
    schema = operation.body.schema.get("properties", {}) if operation.body else {}
    for each in callback.headers.values():
        place = body_place(each) if is_expression(each) else None
        if place and len(place) == 1 and place[0] in schema:
            node = schema[place[0]]
            fits = "enum" not in node and node.get("maxLength", len(SECRET)) >= len(SECRET)
            yield place[0], SECRET if fits else value(node)


def address_field(callback: Callback) -> str | None:
    """The field of the submission that holds where a callback goes; None where it is elsewhere."""
    place = body_place(callback.url.strip().removeprefix("{").removesuffix("}"))
    return place[0] if place and len(place) == 1 else None
