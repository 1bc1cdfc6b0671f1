"""The seeds that paid requests are given: each is one that the field takes."""

from __future__ import annotations

from support import documents

from proofsheet.contracts.derive.dimensions import dimensions
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.settings import load
from proofsheet.spec.document import Operation
from proofsheet.spec.schemas import Schema


def test_every_seed_that_is_sent_is_one_that_the_field_takes() -> None:
    refused, seen = [], 0
    for name in (each for each in documents() if "." not in each):
        source = load(name)
        for operation in source.document.operations.values():
            for field, value in _seeds(source, operation):
                seen += 1
                schema = operation.body.schema["properties"].get(field, {}) if operation.body else {}
                if not Schema(dict(schema)).is_valid(value):
                    refused.append((name, operation.id, field, value))
    assert refused == []
    assert seen > 20


def _seeds(source: Source, operation: Operation) -> list[tuple[str, object]]:
    seed = operation.artifact.sent_seed if operation.artifact else None
    if seed is None:
        return []
    found = (each for one in dimensions(source, operation) for each in one.values)
    return [(seed.field[0], each.fields[seed.field[0]]) for each in found if seed.field[0] in each.fields]
