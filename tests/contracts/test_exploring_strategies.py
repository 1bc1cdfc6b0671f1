"""The strategies by themselves: what they draw is right, or wrong in one thing, and becomes the smallest."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, seed, settings
from support import InProcess

from proofsheet.contracts.derive.faults import faults, weighed
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.explore.request_sample import Fault
from proofsheet.contracts.explore.strategies import Sample, Samples, one_fault, per_outcome, valid
from proofsheet.contracts.explore.valid import is_admitted_whole
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

DRAWING = ("generateUltra", "generateCore", "generateSd3", "textToImage")


def drawn(samples: Samples, count: int) -> list[Sample]:
    """The first examples of a seed."""
    found: list[Sample] = []

    @seed(1)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(samples)
    def take(sample: Sample) -> None:
        found.append(sample)

    take()
    return found


def smallest(samples: Samples, like: Callable[[Sample], bool] = lambda sample: True) -> Sample:
    options = settings(database=None, deadline=None, max_examples=100, phases=[Phase.generate, Phase.shrink])
    return find(samples, like, settings=options, random=Random(1))


@pytest.mark.parametrize("name", DRAWING)
def test_what_is_valid_is_granted(document: Document, mock: InProcess, name: str) -> None:
    operation = document.operations[name]
    for sample in drawn(valid(operation), 8):
        assert sample.fault is None
        assert sample.outcomes == (operation.success.name,)
        assert is_admitted_whole(sample)
        assert sent(mock, sample).status_code == 200


def test_what_is_valid_goes_on_from_nothing_that_is_made_up(library: Library) -> None:
    operation = library.load("vidu").operations["submitTask"]
    named = [each.body["input"].get("creation_id") for each in drawn(valid(operation), 30)]
    assert named == [None] * 30


def sent(mock: InProcess, sample: Sample) -> Any:
    request = sample.case("any").request
    path = sample.operation.path
    for name, value in request.path_params.items():
        path = path.replace("{" + name + "}", value)
    headers, body = request.encoded()
    key = {} if sample.credential == "valid" else {"authorization": None}
    return mock.request("POST", path, headers={**headers, **request.headers, **key}, content=body)


@pytest.mark.parametrize("name", DRAWING)
def test_what_has_one_fault_ends_as_it_is_labelled(document: Document, mock: InProcess, name: str) -> None:
    operation = document.operations[name]
    among = [each for each in faults(operation) if each.topic != "key.wrong"]  # a double takes any key
    for sample in drawn(one_fault(operation, among), 30):
        response = sent(mock, sample)
        statuses = {operation.outcomes[each].status for each in sample.outcomes}
        assert response.status_code in statuses, (sample.fault, response.text)
        if len(sample.outcomes) == 1:
            assert response.json()["name"] == sample.outcomes[0]
        for field in sample.names:
            assert field in response.text


@pytest.mark.parametrize("name", DRAWING)
def test_each_fault_can_be_drawn(document: Document, name: str) -> None:
    operation = document.operations[name]
    for fault in faults(operation):
        sample = drawn(one_fault(operation, [fault]), 1)[0]
        assert sample.fault == fault
        assert sample.outcomes


def test_the_smallest_request_has_what_is_required_and_nothing_else(document: Document) -> None:
    operation = document.operations["generateSd3"]
    sample = smallest(valid(operation), lambda sample: len(sample.body) < 4)
    assert set(sample.body) == {"prompt"}
    assert sample.headers == {}


@pytest.mark.parametrize(
    ("topic", "field", "value"),
    [
        ("seed.maximum", "seed", 4294967295),
        ("seed.minimum", "seed", -1),
        ("cfg_scale.maximum", "cfg_scale", 10.01),
        ("prompt.maxLength", "prompt", "x" * 10_001),
        ("model.enum", "model", "a"),
        ("seed.type", "seed", "a"),
    ],
)
def test_the_smallest_fault_is_the_nearest_to_the_bound(
    document: Document, topic: str, field: str, value: object
) -> None:
    operation = document.operations["generateSd3"]
    fault = next(each for each in faults(operation) if each.topic == topic)
    sample = smallest(one_fault(operation, [fault]))
    assert sample.body[field] == value
    assert set(sample.body) == {"prompt", field}


def test_faults_are_far_from_the_bound_too(document: Document) -> None:
    operation = document.operations["generateCore"]
    among = [each for each in faults(operation) if each.topic == "seed.maximum"]
    seeds = [sample.body["seed"] for sample in drawn(one_fault(operation, among), 60)]
    assert max(seeds) > 2**40
    assert min(seeds) > 4294967294


def test_strangers_are_near_and_far(document: Document) -> None:
    operation = document.operations["generateCore"]
    among = [each for each in faults(operation) if each.topic == "output_format.enum"]
    found = {sample.body["output_format"] for sample in drawn(one_fault(operation, among), 100)}
    assert found & {
        "pg",
        "jjpeg",
        "pngg",
        "wep",
        "wbp",
        "eebp",
        "jpegg",
        "jppeg",
        "ppng",
        "webpp",
        "web",
        "weebp",
    }
    assert not {each.lower() for each in found} & {"png", "jpeg", "webp"}


def test_a_request_costs_no_more_than_it_may(document: Document) -> None:
    operation = document.operations["textToImage"]
    one = Decimal("0.9")
    assert all(sample.cost <= one for sample in drawn(valid(operation, most=one), 40))
    assert all(sample.cost <= one for sample in drawn(one_fault(operation, most=one), 40))


def test_the_strategies_by_outcome(document: Document) -> None:
    found = per_outcome(document.operations["textToImage"])
    assert set(found) == {
        "success",
        "bad_request",
        "invalid_height_or_width",
        "invalid_samples",
        "invalid_sdxl_v1_dimensions",
        "not_found",
        "unauthorized",
    }
    for name, samples in found.items():
        assert name in drawn(samples, 1)[0].outcomes


def test_an_operation_without_a_body_has_no_faults(document: Document) -> None:
    with pytest.raises(ValueError, match="getBalance: no fault is known of its requests"):
        one_fault(document.operations["getBalance"])


def test_a_fault_weighs_what_its_planned_case_weighs(document: Document) -> None:
    levels = weighed(Source(document), document.operations["generateSd3"])
    assert "seed.maximum" in _topics(levels["MUST"])
    assert _topics(levels["SHOULD"]) == {"image.broken"}
    assert _topics(levels["MAY"]) == {"rules.1", "rules.2"}


def _topics(found: tuple[Fault, ...]) -> set[str]:
    return {each.topic for each in found}
