"""What a request that is paid for can vary: every dimension that the document offers, and its values.

They are the optional fields with listed values, the listed sizes, the seeds and the forms of the answer; each
may be left out as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.answer_forms import forms
from proofsheet.contracts.derive.repeated_requests import seed_of, takes_fresh_seed
from proofsheet.contracts.derive.request_bodies import whole
from proofsheet.contracts.derive.samples import paths_of, smallest
from proofsheet.contracts.derive.sizes import listed
from proofsheet.contracts.derive.source import Source
from proofsheet.spec import evidence, pointers
from proofsheet.spec.document import Operation
from proofsheet.spec.schemas import Schema, kind_of

ACCEPT, SEED = "Accept", "seed"
ABSENT = "none"
# How much a value is worth asking for: the default in words shows least, what leads to a known size most.
DEFAULT, ORDINARY, MEASURED = 1, 2, 3


@dataclass(frozen=True)
class Value:
    """One value of a dimension: the fields it sets, or the Accept header ("": none is sent)."""

    dimension: str
    label: str
    fields: Mapping[str, Any] = field(default_factory=dict, compare=False)
    accept: str | None = field(default=None, compare=False)
    weight: int = field(default=ORDINARY, compare=False)


@dataclass(frozen=True)
class Dimension:
    """What can be varied on its own, by which fields, and its values; the first is to leave it out."""

    name: str
    fields: frozenset[str]
    values: tuple[Value, ...]


Admits = Callable[[Mapping[str, Any], str | None], bool]


def dimensions(source: Source, operation: Operation) -> tuple[Dimension, ...]:
    """The dimensions of an operation that draws, with the values that its rules and their evidence admit."""
    if operation.artifact is None or operation.body is None:
        return ()
    admits = admission(operation)
    found = (_dimension(name, values) for name, values in _offered(source, operation))
    usable = (
        _dimension(each.name, [one for one in each.values if admits(one.fields, one.accept)])
        for each in found
    )
    return tuple(each for each in usable if len(each.values) > 1)


def admission(operation: Operation) -> Admits:
    """(fields, accept) to whether no rule of the document refuses the smallest request with these."""
    rules = [(Schema(dict(each.when)), Schema(dict(each.then))) for each in operation.rules]
    paths = paths_of(operation)

    def admits(fields: Mapping[str, Any], accept: str | None) -> bool:
        request = whole(operation, smallest(operation, **fields), paths, accept or "")
        return not any(when.is_valid(request) and not then.is_valid(request) for when, then in rules)

    return admits


def _dimension(name: str, values: Iterable[Value]) -> Dimension:
    found = tuple(values)
    return Dimension(name, frozenset(field for each in found for field in each.fields), found)


def _offered(source: Source, operation: Operation) -> Iterator[tuple[str, list[Value]]]:
    yield ACCEPT, _forms(operation)
    yield SEED, _seeds(source, operation)
    yield from _sides(operation)
    assert operation.body is not None
    form = operation.policy.chosen_form  # what comes in another form is asked for on purpose
    left_out = {*operation.body.schema.get("required", ()), *(form.field if form else ())}
    for name, schema in operation.body.schema.get("properties", {}).items():
        if name not in left_out:
            yield name, [Value(name, ABSENT), *_listed(source, operation, name, schema)]


def _forms(operation: Operation) -> list[Value]:
    accepts = dict.fromkeys(form.accept for form in forms(operation))
    return [Value(ACCEPT, ABSENT, accept=""), *(Value(ACCEPT, each, accept=each) for each in accepts)]


def _seeds(source: Source, operation: Operation) -> list[Value]:
    seed = operation.artifact.sent_seed if operation.artifact else None
    if seed is None or len(seed.field) > 1:
        return []
    known = {"fresh": seed.random, "fixed": seed_of(source.seed, seed), "largest": seed.maximum}
    name = seed.field[0]
    if not takes_fresh_seed(operation, seed):
        del known["fresh"]
    return [Value(SEED, ABSENT), *(Value(SEED, label, {name: each}) for label, each in known.items())]


def _sides(operation: Operation) -> Iterator[tuple[str, list[Value]]]:
    sides = operation.artifact.sides if operation.artifact else None
    if sides is not None and all(len(each) == 1 for each in sides):
        across, down = (each[0] for each in sides)
        name = f"{across} x {down}"
        sizes = dict.fromkeys(size for size, _ in listed(operation, across, down))
        known = [Value(name, f"{width}x{height}", {across: width, down: height}) for width, height in sizes]
        yield name, [Value(name, ABSENT), *known]


def _listed(source: Source, operation: Operation, name: str, schema: Mapping[str, Any]) -> Iterator[Value]:
    """The listed values of a field that are no less known than the operation itself."""
    artifact = operation.artifact
    size = artifact.size if artifact and artifact.size and artifact.size.field == (name,) else None
    is_written = size is not None and "pattern" in schema
    keyword = "enum" if "enum" in schema else "pattern" if is_written else "type"
    known = list(size.table) if size and is_written else [True, False] if kind_of(schema) == "boolean" else []
    values = schema.get("enum") or known
    for number, value in enumerate(values):
        if value is None and operation.body and operation.body.is_form:
            continue  # a form has no null
        at = provenance.field(operation, name, keyword, *([number] if keyword == "enum" else []))
        if _is_known(source, operation, at):
            measured = size is not None and str(value) in size.table
            measured = measured and _is_sure(source, operation, f"/x-artifact/size/table/{value}")
            weight = DEFAULT if value == schema.get("default") else MEASURED if measured else ORDINARY
            yield Value(name, str(value), {name: value}, weight=weight)


def _is_known(source: Source, operation: Operation, at: str) -> bool:
    """Whether a value may be asked for: no assumed one, and an inherited one only where all is inherited."""
    own = evidence.grade(source.document.source, operation.pointer)
    return _grade(source, operation, at) not in evidence.ADVISORY - {own}


def _is_sure(source: Source, operation: Operation, at: str) -> bool:
    return _grade(source, operation, at) not in evidence.ADVISORY


def _grade(source: Source, operation: Operation, at: str) -> str:
    origin = pointers.origin(source.document.source, operation.pointer + at)
    return evidence.grade_within(source.document.source, operation.pointer, origin) or "assumed"
