"""A document as of a day: values that have ended are left out, with the rules about them."""

from __future__ import annotations

from datetime import date

from proofsheet.spec.load import Library
from proofsheet.spec.shutdowns import as_of


def test_a_value_is_there_until_the_day_of_its_shutdown(miniatures: Library) -> None:
    document = miniatures.load("miniature-prints")
    days = {
        date(2001, 2, 2): ["matt", "glossy", "silver"],
        date(2001, 2, 3): ["matt", "glossy"],
        date(2999, 1, 1): ["matt"],
    }
    for day, left in days.items():
        body = as_of(document, day).operations["makePrints"].body
        assert body is not None
        assert body.schema["properties"]["paper"]["enum"] == left


def test_an_operation_without_a_value_left_is_none_any_more(library: Library) -> None:
    document = library.load("openai-images")
    assert "createImageVariation" in as_of(document, date(2026, 5, 11)).operations
    after = as_of(document, date(2026, 5, 12))
    assert "createImageVariation" not in after.operations
    rules = {each.name: each for each in after.operations["createImage"].rules}
    assert rules["sizes of DALL·E 3"].when == {"not": {}}
    assert rules["only DALL·E 3 has styles"].when["properties"]["model"]["enum"][-1] is None
