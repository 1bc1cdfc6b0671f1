"""A document as of a day: values that have ended are left out, with the rules about them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from proofsheet.spec.expressions import place_in_request
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


DAYS = (date(2026, 12, 1), date(2026, 12, 11), date(2027, 1, 14), date(2027, 2, 26), date(2030, 1, 1))


@pytest.mark.parametrize("name", ["openai", "openai-audio", "openai-responses"])
def test_examples_name_what_there_is_on_the_day(library: Library, name: str) -> None:
    document = library.load(name)
    seen = 0
    for day in DAYS:
        for operation in as_of(document, day).operations.values():
            role = operation.resource
            if role is None or role.id is None:
                continue
            left = role.of.at(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
            fitting = {each for each, members in left.items() if role.fits(members)}
            _, field, at = place_in_request(role.id.text)
            named = [example[at[0]] for body in operation.bodies for example in body.examples if at]
            named += [body.schema["properties"][at[0]].get("example") for body in operation.bodies if at]
            named += [each.schema.get("example") for each in operation.parameters if each.name == field]
            assert set(named) - {None} <= fitting, (day, operation.id)
            seen += len(named)
    assert seen > 10


def test_another_model_takes_the_place_that_it_can_take(library: Library) -> None:
    operation = as_of(library.load("openai-audio"), date(2027, 2, 26)).operations["createTranscription"]
    assert operation.body is not None
    forms = {each.get("response_format", "json") for each in operation.body.examples}
    assert forms <= {"json", "text"}, "only whisper-1 wrote times, and it is gone"
    before = library.load("openai-audio").operations["createTranscription"]
    assert before.body is not None
    assert "verbose_json" in {each.get("response_format") for each in before.body.examples}
