"""No document, however wrong, makes the lint raise."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from lint_breakages import GONE, edited

from proofsheet.spec import pointers
from proofsheet.spec.lint.rules import RULES
from proofsheet.spec.lint.run import lint_source
from proofsheet.spec.load import Library
from proofsheet.spec.yaml_reader import Source

SLOW = {"openapi-valid", "claim-formed", "claim-leads-somewhere"}


def every_pointer(value: Any, at: str = "") -> list[str]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(each for key, child in inner for each in every_pointer(child, at + pointers.join(key)))]


STRANGE = [None, 5, -1.5, True, "", "x", "$", "#/info", [], {}, [1], [{}], {"$ref": "#/info"}, "{$", 10**30]


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_no_document_makes_the_lint_raise(data: st.DataObject) -> None:
    at = data.draw(st.sampled_from(POINTERS))
    value = data.draw(st.sampled_from([*STRANGE, GONE]))
    source = Source(REAL.path, edited(REAL.value, (at, value)), REAL.marks)
    rules = [rule for rule in RULES if rule.id not in SLOW]
    lint_source(Library(), "stability", source, rules)


REAL = Library().source("stability")
POINTERS = every_pointer(REAL.value)[1:]
