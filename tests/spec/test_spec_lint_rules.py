"""Every rule has a document that breaks it, and the real documents break none."""

from __future__ import annotations

import sys

import pytest
from lint_breakages import BALANCE, BROKEN, FORM_BODY, JSON, POLICY, RESPONSES, ULTRA, Edit, edited

from proofsheet.mockserver.gates import GATES
from proofsheet.spec import pointers
from proofsheet.spec.lint.gates import NO_GATES
from proofsheet.spec.lint.rules import FORM, RULES
from proofsheet.spec.lint.run import lint_source
from proofsheet.spec.lint.vocabulary import vocabulary
from proofsheet.spec.load import Library
from proofsheet.spec.yaml_reader import Source

EVERY = {rule.id: rule for rule in (*FORM, *RULES)}
CLAIM_RULES = {"claim-formed", "claim-leads-somewhere"}  # in test_spec_lint_claims.py
MENU_RULES = {"menu-formed", "menu-grounded"}  # in test_catalogue.py
VENDOR_RULES = {  # in test_vendors.py
    *("overlay-formed", "overlay-extends"),
    *("vendor-document", "vendor-pages", "vendor-claims"),
}


@pytest.fixture(scope="module")
def real(library: Library) -> Source:
    return library.source("stability")


@pytest.mark.parametrize(
    ("rule", "says", "edits"), BROKEN, ids=[f"{i}-{each[0]}" for i, each in enumerate(BROKEN)]
)
def test_a_rule_finds_what_breaks_it(
    library: Library, real: Source, rule: str, says: str, edits: list[Edit]
) -> None:
    broken = Source(real.path, edited(real.value, *edits), real.marks)
    flaws = lint_source(library, "stability", broken, [EVERY[rule]])
    found = [flaw for flaw in flaws if flaw.rule == rule]
    assert found, [str(flaw) for flaw in flaws]
    assert any(says in flaw.message for flaw in found), [str(f) for f in found]
    for flaw in found:
        assert flaw.line > 0
        assert "\n" not in str(flaw)


def test_every_rule_has_a_document_that_breaks_it() -> None:
    assert {rule for rule, _, _ in BROKEN} == set(EVERY) - CLAIM_RULES - VENDOR_RULES - MENU_RULES


def test_ids_are_unique_kebab_case_and_reasons_one_line() -> None:
    assert len(EVERY) == len(FORM) + len(RULES)
    for rule in EVERY.values():
        assert rule.id == rule.id.lower().replace("_", "-")
        assert rule.reason
        assert "\n" not in rule.reason
        assert rule.severity in ("error", "warning")


def test_the_vocabulary_knows_the_gates_of_the_double() -> None:
    assert set(vocabulary().gates) == {*GATES, *NO_GATES}


NAMES_NOT_KEYWORDS: list[Edit] = [
    (f"{RESPONSES}/Picture{JSON}/examples/success/value/x-foo", 1),
    (f"{ULTRA}{FORM_BODY}/properties/x-foo", {"type": "string"}),
    ("/components/schemas/x-foo", {"type": "string", "x-evidence": {"official": ["O1"]}}),
    ("/components/schemas/Prompt/default", {"x-foo": 1}),
    (f"{POLICY}/x-wording/validate.x-foo", "text"),
]


@pytest.mark.parametrize("edit", NAMES_NOT_KEYWORDS)
def test_names_and_values_are_no_keywords(library: Library, real: Source, edit: Edit) -> None:
    source = Source(real.path, edited(real.value, edit), real.marks)
    assert lint_source(library, "stability", source, []) == []


def test_a_gate_that_cannot_apply_needs_no_outcome(library: Library, real: Source) -> None:
    """The account operations have no body, no path parameter and no price, and none of those outcomes."""
    names = set(pointers.get(real.value, BALANCE)["responses"])
    assert names == {"200", "401", "429", "500"}
    source = Source(
        real.path,
        edited(
            real.value,
            (f"{BALANCE}/parameters/0", {"name": "n", "in": "query", "schema": {"type": "integer"}}),
        ),
        {},
    )
    [flaw] = lint_source(library, "stability", source, [EVERY["outcome-exists"]])
    assert "the gate validate refuses with 'bad_request'" in flaw.message


def test_a_flaw_in_a_component_is_reported_once_where_it_is_written(library: Library, real: Source) -> None:
    broken = edited(
        real.value,
        (f"{RESPONSES}/BadRequest{JSON}/examples/bad_request/value/errors", "x"),
        (f"{RESPONSES}/BadRequest{JSON}/examples/bad_request/x-bind", {}),
    )
    [flaw] = lint_source(library, "stability", Source(real.path, broken, real.marks), [EVERY["example-fits"]])
    assert flaw.pointer == f"{RESPONSES}/BadRequest{JSON}/examples/bad_request/value"
    assert (flaw.line, flaw.column) == real.marks[flaw.pointer]
    assert str(flaw).startswith(f"{flaw.file}:{flaw.line}:{flaw.column}: example-fits: ")


def test_a_missing_validator_says_how_to_install_it(
    library: Library, real: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openapi_spec_validator", None)
    [flaw] = lint_source(library, "stability", real, [EVERY["openapi-valid"]])
    assert "pip install 'proofsheet[check]'" in flaw.message
