"""What a requirement stands on beside its own place: pointers below the operation, or absolute (`#/…`).

Not every document has every one of these places; `Source.requirement` passes over those that are not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.document import Operation, Representation


def policy(operation: Operation, *more: str | int) -> str:
    """A place in the policy that the operation follows."""
    return "#" + pointers.join("components", "x-policies", operation.policy.name, *more)


def worded(operation: Operation, gate: str, kind: str) -> str:
    """Where the policy has the words of a refusal; where it has none, the outcome that refuses so."""
    if f"{gate}.{kind}" in operation.policy.wording:
        return policy(operation, "x-wording", f"{gate}.{kind}")
    key = f"{gate}.{kind}" if f"{gate}.{kind}" in operation.policy.refusals else gate
    return policy(operation, "x-refusals", key)


def body(operation: Operation, *more: str | int) -> str:
    """A place in the schema of the body."""
    media_type = operation.body.media_type if operation.body else ""
    return pointers.join("requestBody", "content", media_type, "schema", *more)


def field(operation: Operation, name: str, *more: str | int) -> str:
    """A place in the schema of a field of the body."""
    return body(operation, "properties", name, *more)


def place(operation: Operation, tokens: tuple[str, ...], *more: str | int) -> str:
    """A place in the schema of a field that may stand deep in the body."""
    return body(operation, *(each for token in tokens for each in ("properties", token)), *more)


def answer(operation: Operation, outcome: str) -> Iterator[str]:
    """Where a document says that an outcome is answered, and in which words."""
    if (known := operation.outcomes.get(outcome)) is None:
        return  # a state in which the task ends: it is another operation that shows it
    at = pointers.join("responses", known.status)
    yield from (at, f"{at}/description")
    for media_type in known.representations:
        yield pointers.join("responses", known.status, "content", media_type)
        for more in ((), ("value", "name")):
            yield pointers.join("responses", known.status, "content", media_type, "examples", outcome, *more)


def refusal(operation: Operation, gate: str, kind: str = "") -> Iterator[str]:
    """Where a document says how a gate refuses."""
    yield policy(operation, "x-refusals", gate)
    if kind:
        yield policy(operation, "x-refusals", f"{gate}.{kind}")
        yield policy(operation, "x-wording", f"{gate}.{kind}")
    yield from answer(operation, operation.policy.outcome(gate, kind))


def below(value: Any, at: str) -> Iterator[str]:
    """Every place in plain data, itself included; descriptions and examples are no rules."""
    yield at
    listed = enumerate(value) if isinstance(value, list) else ()
    pairs = value.items() if isinstance(value, Mapping) else listed
    for key, each in pairs:
        if key not in ("description", "example", "default", "x-evidence"):
            yield from below(each, at + pointers.join(key))


def packed(representation: Representation, at: str, bound: str) -> Iterator[str]:
    """The schema of what a representation binds, where it stands in JSON; `at` is the media type's place."""
    for tokens, each in representation.binds:
        if each.text == bound and tokens:
            inner = [("items",) if token == "*" else ("properties", token) for token in tokens]
            place = at + pointers.join("schema", *(token for step in inner for token in step))
            yield from (place, f"{place}/contentEncoding", f"{place}/type", f"{place}/description")
