"""Bodies made to measure: valid ones with a given field, and ones that are refused in any case."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import Image

from proofsheet.contracts.derive.samples import smallest, value
from proofsheet.spec.document import Operation, Rule
from proofsheet.spec.schemas import Schema

DEEPEST = 3  # additions to a body until the rules are content


def drawing(width: int = 128, height: int = 128, kind: str = "PNG") -> bytes:
    """A small picture file of any size."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, kind)
    return out.getvalue()


def sample(operation: Operation, name: str) -> Any:
    """A valid value for a field of the body."""
    assert operation.body is not None
    return drawing() if name in operation.body.files else value(operation.body.schema["properties"][name])


def paths_of(operation: Operation) -> dict[str, str]:
    """A valid value for each path parameter."""
    return {each.name: str(value(each.schema)) for each in operation.parameters if each.place == "path"}


def whole(
    operation: Operation, body: Mapping[str, Any], paths: Mapping[str, str] | None = None, accept: str = ""
) -> dict[str, Any]:
    """A body as rules see it: defaults filled in, files as texts, `$sent`, `$path`, `$representation`."""
    sent = {name: "" if isinstance(each, bytes) else each for name, each in body.items()}
    defaults = operation.body.defaults if operation.body else {}
    found = {**defaults, **sent, "$sent": sent, "$path": dict(paths or paths_of(operation))}
    return {**found, "$representation": accept or operation.policy.default_accept}


def breaks(rule: Rule, seen: Mapping[str, Any]) -> bool:
    """Whether a body, as rules see it, breaks this one."""
    return Schema(dict(rule.when)).is_valid(seen) and not Schema(dict(rule.then)).is_valid(seen)


def is_formed(operation: Operation, body: Mapping[str, Any]) -> bool:
    """Whether a body satisfies its schema, whatever the rules say."""
    assert operation.body is not None
    sent = {name: "" if isinstance(each, bytes) else each for name, each in body.items()}
    return Schema(dict(operation.body.schema)).is_valid(sent)


def is_admitted(operation: Operation, body: Mapping[str, Any]) -> bool:
    """Whether a body satisfies its schema and every rule."""
    seen = whole(operation, body)
    return is_formed(operation, body) and not any(breaks(rule, seen) for rule in operation.rules)


def completed(operation: Operation, **fields: Any) -> dict[str, Any] | None:
    """The smallest admitted body that has these fields; None if none is found."""
    level = [smallest(operation, **fields)]
    for _ in range(DEEPEST):
        for body in level:
            if is_admitted(operation, body):
                return body
        level = [
            {**body, name: each}
            for body in level
            for name, each in _additions(operation)
            if name not in body and name not in fields
        ]
    return next((body for body in level if is_admitted(operation, body)), None)


def _additions(operation: Operation) -> Iterator[tuple[str, Any]]:
    """What the rules speak of: values that one looks at, fields that one requires."""
    for rule in operation.rules:
        for name, schema in rule.when.get("properties", {}).items():
            if not name.startswith("$") and "const" in schema:
                yield name, schema["const"]
        for name in rule.then.get("required", ()):
            yield name, sample(operation, name)


def lacking(operation: Operation, **fields: Any) -> tuple[str, dict[str, Any]] | None:
    """The name of a required field, and a body that lacks it; whatever else it holds, it is refused."""
    required = operation.body.schema.get("required", ()) if operation.body else ()
    name = next((each for each in required if each not in fields), None)
    if name is None:
        return None
    body = {key: each for key, each in smallest(operation).items() if key != name}
    return name, {**body, **fields}


def lists_all(operation: Operation) -> bool:
    """Whether a refusal lists every fault."""
    return any(
        each.text == "$refusal.details"
        for outcome in operation.outcomes.values()
        for representation in outcome.representations.values()
        for _, each in representation.binds
    )
