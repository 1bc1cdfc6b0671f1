"""What paid requests cover, and how the values of one are chosen."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from proofsheet.contracts.derive.dimensions import ABSENT, ACCEPT, Dimension, Value, dimensions
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.paid_coverage import Coverage
from proofsheet.contracts.plan.pairwise import completed
from proofsheet.spec.load import Library


def dimension(name: str, *values: str) -> Dimension:
    known = [Value(name, ABSENT), *(Value(name, each, {name: each}) for each in values)]
    return Dimension(name, frozenset({name}), tuple(known))


ANSWERS = Dimension(
    ACCEPT, frozenset(), (Value(ACCEPT, ABSENT, accept=""), Value(ACCEPT, "json", accept="json"))
)
SHAPE, SIZE = dimension("shape", "round", "square"), dimension("size", "small", "large")


def coverage(*known: Dimension, refused: tuple[dict[str, Any], ...] = ()) -> Coverage:
    def admits(fields: Any, accept: str | None) -> bool:
        return not any(each.items() <= dict(fields).items() for each in refused)

    return Coverage(known or (ANSWERS, SHAPE, SIZE), admits)


def free(fields: Any) -> Decimal:
    return Decimal(1)


def test_nothing_is_covered_before_anything_was_asked() -> None:
    assert coverage().counts() == ((0, 8), (0, 2 * 3 + 2 * 3 + 3 * 3))


def test_a_request_covers_its_values_and_their_pairs() -> None:
    found = coverage()
    found.add({"shape": "round", "prompt": "a cat"}, "json")
    assert found.counts() == ((3, 8), (3, 21))
    assert found.missing_values() == {
        ACCEPT: [ABSENT],
        "shape": [ABSENT, "square"],
        "size": ["small", "large"],
    }
    assert found.missing_pairs()[("shape", "size")] == 8


def test_what_no_dimension_has_covers_nothing() -> None:
    found = coverage(SHAPE)
    found.add({"shape": "oval"}, None)
    assert found.counts() == ((0, 3), (0, 0))


def test_pairs_that_a_rule_forbids_are_not_offered() -> None:
    found = coverage(SHAPE, SIZE, refused=({"shape": "round", "size": "large"},))
    assert found.counts() == ((0, 6), (0, 8))
    chosen = completed({"shape": "round"}, None, found, free, Decimal(1), Random(1))
    assert chosen.fields.get("size") != "large"


@pytest.mark.parametrize("seed", range(5))
def test_the_same_seed_chooses_the_same(seed: int) -> None:
    first, second = (completed({}, None, coverage(), free, Decimal(1), Random(seed)) for _ in range(2))
    assert (first.fields, first.accept) == (second.fields, second.accept)


def test_what_is_settled_is_left_as_it_is() -> None:
    chosen = completed({"shape": "round", "prompt": "a cat"}, "json", coverage(), free, Decimal(1), Random(1))
    assert chosen.accept == "json"
    assert {"shape": "round", "prompt": "a cat"}.items() <= dict(chosen.fields).items()


def test_each_request_covers_what_those_before_did_not() -> None:
    """Nine pairs of two dimensions with three values need nine requests, and get by with nine."""
    found = coverage(SHAPE, SIZE)
    for _ in range(9):
        chosen = completed({}, None, found, free, Decimal(1), Random(1))
        assert chosen.gain > 0
        found.add(chosen.fields, chosen.accept)
    assert found.counts() == ((6, 6), (9, 9))


def test_what_is_dearer_than_the_limit_is_not_chosen() -> None:
    def price(fields: Any) -> Decimal:
        return Decimal(5 if fields.get("size") == "large" else 1)

    found = coverage(SHAPE, SIZE)
    for _ in range(6):
        chosen = completed({}, None, found, price, Decimal(2), Random(1))
        found.add(chosen.fields, chosen.accept)
    assert found.missing_values() == {"size": ["large"]}


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        ("generateCore", {ACCEPT, "seed", "aspect_ratio", "style_preset", "output_format"}),
        ("generateSd3", {ACCEPT, "seed", "aspect_ratio", "style_preset", "output_format", "mode", "model"}),
        (
            "textToImage",
            {ACCEPT, "seed", "width x height", "sampler", "style_preset", "clip_guidance_preset"},
        ),
        ("getBalance", set()),
    ],
)
def test_the_dimensions_are_the_documents(operation: str, names: set[str]) -> None:
    document = Library().load("stability")
    found = dimensions(Source(document), document.operations[operation])
    assert {each.name for each in found} == names


def test_a_value_that_needs_what_is_not_sent_is_not_offered() -> None:
    document = Library().load("stability")
    found = dimensions(Source(document), document.operations["generateSd3"])
    mode = next(each for each in found if each.name == "mode")
    assert [each.label for each in mode.values] == [ABSENT, "text-to-image"]


def test_a_value_that_the_vendors_page_does_not_have_is_not_offered() -> None:
    """VMAN's page has one format of Ultra in an example; the rest is inherited."""
    document = Library().load("vman")
    found = dimensions(Source(document), document.operations["generateUltra"])
    formats = next(each for each in found if each.name == "output_format")
    assert [each.label for each in formats.values] == [ABSENT, "png"]
