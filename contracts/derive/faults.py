"""The list of everything that can be wrong with a request of an operation, and how grave each is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.derive.access import access
from proofsheet.contracts.derive.bounds import beyond, bounds
from proofsheet.contracts.derive.request_lines import places
from proofsheet.contracts.derive.rules import rules
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.derive.uploads import uploads
from proofsheet.contracts.requirement import LEVELS
from proofsheet.spec.document import Operation


@dataclass(frozen=True)
class Fault:
    """One way to be wrong. `topic` is that of the requirement whose planned case is wrong in this way too.

    `place` is body, items, rule, picture, path, header, media-type or key; `kind` the keyword that is broken,
    or what the policy calls it; `field` what a refusal should name; `within` the list that holds the field.
    """

    topic: str
    place: str
    kind: str
    field: str = ""
    within: str = ""
    rule: int = -1


_SINGLE = (places, bounds, uploads, access)  # derivers of cases with a single fault


def faults(operation: Operation) -> Iterator[Fault]:
    """Every single fault that is known of an operation with a body; nothing for others."""
    if operation.body is None:
        return
    schema = operation.body.schema
    for name in schema.get("required", ()):
        yield Fault(f"{name}.required", "body", "required", name)
    for name, each in schema.get("properties", {}).items():
        yield from _field(operation, name, each, name in schema.get("required", ()))
    for index, _ in enumerate(operation.rules):
        yield Fault(f"rules.{index}", "rule", "", rule=index)
    yield from _around(operation)


def _field(operation: Operation, name: str, schema: Mapping[str, Any], required: bool) -> Iterator[Fault]:
    assert operation.body is not None
    for keyword, wrong, _ in beyond(schema):
        if required or wrong != "":  # an empty optional part may count as absent
            yield Fault(f"{name}.{keyword}", "body", keyword, name)
    if operation.body.media_type != "multipart/form-data" and schema.get("type") in ("array", "string"):
        yield Fault(f"{name}.kind", "body", "kind", name)
    yield from _items(name, schema.get("items", {}))
    yield from _picture(operation, name)


def _items(name: str, items: Mapping[str, Any]) -> Iterator[Fault]:
    for inner in items.get("required", ()):
        yield Fault(f"{name}.{inner}.required", "items", "required", inner, name)
    for inner, each in items.get("properties", {}).items():
        for keyword, _, _ in beyond(each):
            yield Fault(f"{name}.{inner}.{keyword}", "items", keyword, inner, name)


def _picture(operation: Operation, name: str) -> Iterator[Fault]:
    picture = operation.body.pictures.get(name) if operation.body else None
    if picture is not None:
        bounded = {"min-side": picture.min_side, "max-side": picture.max_side}
        for kind in ("format", "broken", *(key for key, limit in bounded.items() if limit)):
            yield Fault(f"{name}.{kind}", "picture", kind, name)


def _around(operation: Operation) -> Iterator[Fault]:
    for each in operation.parameters:
        for keyword, _, _ in beyond(each.schema):
            if each.place == "path":
                yield Fault(f"{each.name}.{keyword}", "path", keyword, each.name)
            elif each.place == "header":
                yield Fault(f"header.{each.name}.{keyword}", "header", keyword, each.name)
    yield Fault("media-type.other", "media-type", "other")
    yield Fault("key.none", "key", "missing")
    yield Fault("key.wrong", "key", "unknown")


def weighed(source: Source, operation: Operation) -> dict[str, tuple[Fault, ...]]:
    """The faults by level: that of the requirement whose planned case has the same fault.

    A fault that no planned case has is advice. Headers are left out: a proxy need not pass them on, and
    would draw, and charge for, what is wrong in nothing else. So are keys, which have planned cases enough:
    where any key is let in, somebody else's balance pays.
    """
    found = [each for each in faults(operation) if each.place not in ("header", "key")]
    known = _levels(source, operation, {each.topic for each in found if each.place != "rule"})
    known |= {f"rules.{each}": level for each, level in _rules(source, operation).items()}
    levels: dict[str, tuple[Fault, ...]] = {}
    for fault in found:
        level = known.get(fault.topic, "MAY")
        levels[level] = (*levels.get(level, ()), fault)
    return levels


def _rules(source: Source, operation: Operation) -> dict[str, str]:
    """The levels of rules by their number: of the most lenient requirement on each."""
    found: dict[str, str] = {}
    for each in rules(source, operation):
        number = each.requirement.pointer.rpartition("/x-rules/")[2]
        found[number] = max(found.get(number, "MUST"), each.requirement.level, key=LEVELS.index)
    return found


def _levels(source: Source, operation: Operation, topics: set[str]) -> dict[str, str]:
    """The levels of planned requirements by topic; each deriver is asked for no more than is looked for."""
    found: dict[str, str] = {}
    for deriver in _SINGLE:
        for each in deriver(source, operation):
            found[each.requirement.id.split(".", 2)[2]] = each.requirement.level
            if topics <= found.keys():
                return found
    return found
