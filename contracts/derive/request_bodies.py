"""Bodies made to measure: valid ones with a given field, and ones that are refused in any case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.derive.body_fields import beyond, body_fields
from proofsheet.contracts.derive.samples import paths_of, sample, smallest
from proofsheet.contracts.derive.source_pictures import in_json
from proofsheet.spec.document import Operation, Rule
from proofsheet.spec.schemas import Schema

DEEPEST = 3  # additions to a body until the rules are content


def whole(
    operation: Operation, body: Mapping[str, Any], paths: Mapping[str, str] | None = None, accept: str = ""
) -> dict[str, Any]:
    """A body as rules see it: defaults filled in, files as texts, `$sent`, `$path`, `$representation`."""
    sent = as_schemas_see(operation, body)
    defaults = operation.body.defaults if operation.body else {}
    found = {**defaults, **sent, "$sent": sent, "$path": dict(paths or paths_of(operation))}
    return {**found, "$representation": accept or operation.policy.default_accept}


def as_schemas_see(operation: Operation, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with its files as texts: base64 in JSON, and in a form an empty one for each."""
    if operation.body is not None and not operation.body.is_form:
        return dict(in_json(body, operation.body.schema))
    return {name: _as_texts(each) for name, each in body.items()}


def _as_texts(value: Any) -> Any:
    """Files as texts, those in a list too."""
    if isinstance(value, list):
        return [_as_texts(each) for each in value]
    return "" if isinstance(value, bytes) else value


def breaks(rule: Rule, seen: Mapping[str, Any]) -> bool:
    """Whether a body, as rules see it, breaks this one."""
    return Schema(dict(rule.when)).is_valid(seen) and not Schema(dict(rule.then)).is_valid(seen)


def is_formed(operation: Operation, body: Mapping[str, Any]) -> bool:
    """Whether a body satisfies its schema, whatever the rules say."""
    assert operation.body is not None
    sent = as_schemas_see(operation, body)
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
        for each in (rule.then, *rule.then.get("anyOf", ())):
            for name in each.get("required", ()):
                yield name, sample(operation, name)


@dataclass(frozen=True)
class Refusable:
    """A body that is refused whatever else it holds: for the field `name`, as `kind` names it."""

    name: str
    kind: str
    body: dict[str, Any]


def refusable(operation: Operation, **fields: Any) -> Refusable | None:
    """A body with these fields that lacks a required one, or else has a value beyond a bound in another."""
    if operation.body is None:
        return None
    found = [each for each in body_fields(operation.body) if each.is_top and each.name not in fields]
    missing = next((each.name for each in found if each.required), None)
    if missing is not None:
        body = {key: each for key, each in smallest(operation).items() if key != missing}
        return Refusable(missing, "required", {**body, **fields})
    wrong = [(each.name, *one) for each in found for one in beyond(each.schema) if one[0] in _SURE]
    if not wrong:
        return None
    name, kind, value, _ = min(wrong, key=lambda each: _SURE.index(each[1]))
    return Refusable(name, kind, {**smallest(operation), name: value, **fields})


_SURE = ("enum", "type", "maximum", "minimum")  # what a service looks at, the surest first
