"""Schemas made from samples: as wide as all of them, and no value in them."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from proofsheet.contracts.recorded.sample_schemas import Samples, stand_in

SAMPLES: list[list[Any]] = [
    [{"a": 1, "b": [{"c": None}]}, {"a": 1.5, "b": [{"c": "secret-1", "d": True}]}],
    [[1, {"x": []}], []],
    ["secret-2", None, 3],
    [{"a": {}}, {"b": [[], [["secret-3"]]]}, {}],
]


@pytest.mark.parametrize("values", SAMPLES)
def test_every_sample_and_its_stand_in_are_valid(values: list[Any]) -> None:
    samples = Samples()
    for each in values:
        samples.add(each)
    check = jsonschema_rs.validator_for(samples.schema)
    assert [each for each in (*values, stand_in(samples.schema)) if not check.is_valid(each)] == []
    assert "secret" not in json.dumps(samples.schema)
    assert "required" not in json.dumps(samples.schema)


def test_nothing_of_another_type_is_valid() -> None:
    samples = Samples()
    samples.add({"a": 1})
    assert not jsonschema_rs.validator_for(samples.schema).is_valid({"a": "1"})


def test_a_value_that_is_nested_too_deep_ends_nothing() -> None:
    samples, deep = Samples(), json.loads("[" * 700 + "]" * 700)
    samples.add(deep)
    samples.add([])
    assert samples.schema == {"type": "array"}
