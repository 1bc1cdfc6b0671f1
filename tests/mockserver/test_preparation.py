"""What is worked out in a thread: answers that hold much, of whatever they are made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofsheet.mockserver.choices import Choice, Part
from proofsheet.mockserver.classifying import Result
from proofsheet.mockserver.preparation import is_long
from proofsheet.mockserver.writing import Writing

NOTHING = Writing((), 0, {}, (), dimensions=0, form="")
CATEGORIES = ("violence", "hate")
RESULT = Result(dict.fromkeys(CATEGORIES, 0.5), dict.fromkeys(CATEGORIES, False), {})
WORDS = Choice(0, (Part("text", ("a",) * 5_000),), "stop")


@pytest.mark.parametrize(
    ("little", "much"),
    [
        ({"choices": (replace(WORDS, parts=(Part("text", ("a",)),)),)}, {"choices": (WORDS,)}),
        ({"inputs": ("a",), "dimensions": 256}, {"inputs": ("a",) * 20, "dimensions": 256}),
        ({"results": (RESULT,)}, {"results": (RESULT,) * 2_000}),
    ],
)
def test_much_is_told_from_little(little: dict[str, object], much: dict[str, object]) -> None:
    assert not is_long(replace(NOTHING, **little))  # type: ignore[arg-type]
    assert is_long(replace(NOTHING, **much))  # type: ignore[arg-type]
