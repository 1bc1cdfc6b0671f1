"""A rule inverted: requests that fit its `when` and break its `then`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from proofsheet.contracts.derive.samples import paths_of, sample, smallest
from proofsheet.spec.document import Operation, Rule
from proofsheet.spec.sides import KEYWORD, beyond


@dataclass(frozen=True)
class Draft:
    """A request in the making; `fault` is the keyword that is broken, `name` the field it speaks of.

    `lacks` are the fields whose absence breaks the rule.
    """

    body: dict[str, Any]
    paths: dict[str, str]
    accept: str = ""
    fault: str = ""
    name: str = ""
    lacks: tuple[str, ...] = ()


def broken(operation: Operation, rule: Rule) -> Iterator[Draft]:
    """Requests that fit the rule's `when` and break its `then`, for the forms that can be inverted."""
    start = _fitting(operation, rule.when, Draft(smallest(operation), paths_of(operation)))
    for name in rule.then.get("required", ()):
        others = [each for each in rule.then["required"] if each != name]
        body = {**start.body, **{each: sample(operation, each) for each in others}}
        body.pop(name, None)
        yield replace(start, body=body, fault="required", name=name, lacks=(name,))
    properties = rule.then.get("properties", {})
    properties = {**properties, **properties.get("$sent", {}).get("properties", {})}
    known = operation.body.schema.get("properties", {}) if operation.body else {}
    for name, schema in properties.items():
        if name in known:  # a rule may speak of fields that only another body has
            yield from _wrong(operation, start, name, schema)
    yield from _none_of(operation, start, rule.then.get("anyOf", ()))


def _fitting(operation: Operation, when: Mapping[str, Any], draft: Draft) -> Draft:
    body, paths, accept = dict(draft.body), dict(draft.paths), draft.accept
    for name in when.get("required", ()):
        body[name] = sample(operation, name)
    for name, schema in when.get("properties", {}).items():
        if name == "$path":
            wanted = {key: _first(each) for key, each in schema.get("properties", {}).items()}
            paths.update({key: str(each) for key, each in wanted.items() if each is not None})
        elif name == "$representation":
            accept = str(_first(schema) or "")
        elif name == "$sent":
            body |= {each: sample(operation, each) for each in schema.get("required", ())}
        elif (each := _first(schema)) is not None:
            body[name] = each
    return replace(draft, body=body, paths=paths, accept=accept)


def _first(schema: Mapping[str, Any]) -> Any:
    return schema.get("const", next(iter(schema.get("enum", ())), None))


def _wrong(operation: Operation, start: Draft, name: str, schema: Any) -> Iterator[Draft]:
    if schema is False:
        yield replace(
            start, body={**start.body, name: sample(operation, name)}, fault="falseSchema", name=name
        )
        return
    for fault, wrong in _nearest_beyond(operation, name, schema):
        yield replace(start, body={**start.body, name: wrong}, fault=fault, name=name)


def _nearest_beyond(operation: Operation, name: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(keyword, the nearest value beyond it that the field's own schema still admits)."""
    assert operation.body is not None
    step = operation.body.schema["properties"][name].get("multipleOf", 1)
    if "enum" in schema:
        others = (each for each in _known_values(operation, name) if each not in schema["enum"])
        yield from (("enum", each) for each in itertools.islice(others, 1))
    if isinstance(only := schema.get("const"), int | float) and not isinstance(only, bool):
        bounds = map(operation.body.schema["properties"][name].get, ("minimum", "maximum"))
        others = (each for each in bounds if each is not None and each != only)
        yield from (("const", each) for each in itertools.islice(others, 1))
    if (size := beyond(schema.get(KEYWORD, {}))) is not None:
        yield KEYWORD.removeprefix("x-"), size
    if "maximum" in schema:
        yield "maximum", (schema["maximum"] // step + 1) * step
    if "minimum" in schema:
        yield "minimum", -(-schema["minimum"] // step) * step - step


def _known_values(operation: Operation, name: str) -> Iterator[Any]:
    """The first values that a field may have otherwise: that its schema lists, or the table of sizes."""
    assert operation.body is not None
    size = operation.artifact.size if operation.artifact else None
    sizes = list(size.table) if size and size.field == (name,) else []
    yield from operation.body.schema["properties"][name].get("enum", sizes)


def _none_of(operation: Operation, start: Draft, choices: Any) -> Iterator[Draft]:
    """Values for the fields of an anyOf that fit none of its alternatives; each is known to the others."""
    if lacks := tuple(name for each in choices for name in each.get("required", ())):
        body = {name: each for name, each in start.body.items() if name not in lacks}
        yield replace(start, body=body, fault="anyOf", name="-or-".join(lacks), lacks=lacks)
        return
    tables = [each.get("properties", {}) for each in choices]
    names = list(dict.fromkeys(name for table in tables for name in table))
    known = [_values(operation, name, [table[name] for table in tables if name in table]) for name in names]
    for values in itertools.product(*known) if names else ():
        body = {**start.body, **dict(zip(names, values, strict=True))}
        if not any(_fits(table, body) for table in tables):
            yield replace(start, body=body, fault="anyOf", name="-and-".join(names))
            return


def _values(operation: Operation, name: str, schemas: list[Mapping[str, Any]]) -> list[Any]:
    found = [each["const"] for each in schemas if "const" in each]
    return found or [value for each in schemas for _, value in _nearest_beyond(operation, name, each)]


def _fits(table: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    return all(
        body[name] == schema["const"]
        if "const" in schema
        else schema.get("minimum", body[name]) <= body[name] <= schema.get("maximum", body[name])
        for name, schema in table.items()
    )


def is_of_constants(rule: Rule) -> bool:
    """Whether a rule lists what goes together, value by value."""
    tables = [each.get("properties", {}) for each in rule.then.get("anyOf", ())]
    return all("const" in each for table in tables for each in table.values())
