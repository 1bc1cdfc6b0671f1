"""Rules about claims."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from proofsheet.spec.lint.rules import RULES
from proofsheet.spec.lint.run import LintFlaw, lint_source
from proofsheet.spec.load import Library
from proofsheet.spec.yaml_reader import Source

RULE = [rule for rule in RULES if rule.id.startswith("claim-")]
PAGE = "000_1c28c56355aae177"
GOOD = {
    "id": "a.b",
    "pages": [PAGE],
    "says": "It is so.",
    "encoded": ["/info/title"],
    "kind": "statement",
    "testable": True,
}


@pytest.fixture
def judged(tmp_path: Path, library: Library) -> Any:
    (tmp_path / "claims").mkdir()
    real = library.source("stability")

    def judge(*claims: Any, pages: Any = None) -> list[LintFlaw]:
        value = {"pages": pages or {PAGE: {"source": "S0"}}, "claims": list(claims)}
        (tmp_path / "claims" / "stability.yaml").write_text(yaml.safe_dump(value, sort_keys=False))
        return lint_source(Home(tmp_path), "stability", Source(real.path, real.value, real.marks), RULE)

    return judge


class Home(Library):
    """The real documents beside claims of our own."""

    def source(self, name: str) -> Source:
        return Library().source(name)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"encoded": ["/components/securitySchemes/key/name", "/security"]},
        {"encoded": ["/paths/~1v2beta~1stable-image~1generate~1ultra/post/responses/413/description"]},
        {"encoded": [], "why": "advice"},
        {"variant": "stability.pages-2024", "kind": "superseded", "why": "it was so"},
    ],
)
def test_a_claim_that_leads_somewhere_is_fine(judged: Any, change: Any) -> None:
    assert judged({**GOOD, **change}) == []


@pytest.mark.parametrize(
    ("change", "rule", "says"),
    [
        ({"encoded": ["/info/nothing"]}, "claim-leads-somewhere", "/info/nothing leads nowhere"),
        ({"encoded": []}, "claim-leads-somewhere", "is encoded nowhere"),
        ({"testable": False}, "claim-leads-somewhere", "add `why`"),
        ({"kind": "mistake"}, "claim-leads-somewhere", "add `why`"),
        ({"pages": ["005"]}, "claim-leads-somewhere", "'005' is not among `pages`"),
        ({"variant": "stability.nope"}, "claim-leads-somewhere", "the variant cannot be loaded"),
        ({"says": 5}, "claim-formed", "is not of type"),
        ({"colour": "red"}, "claim-formed", "colour"),
        ({"encoded": ["info"]}, "claim-formed", "does not match"),
    ],
)
def test_a_claim_that_does_not_says_why(judged: Any, change: Any, rule: str, says: str) -> None:
    [flaw] = judged({**GOOD, **change})
    assert flaw.rule == rule
    assert says in flaw.message
    assert flaw.file.endswith("claims/stability.yaml")
    assert flaw.line > 1


def test_ids_are_unique_and_pages_are_those_of_the_sources(judged: Any) -> None:
    [twice] = judged(GOOD, GOOD)
    assert "two claims have this id" in twice.message
    [page] = judged(GOOD, pages={PAGE: {"source": "S1"}})
    assert f"{PAGE} is not the page of S1" in page.message


def test_without_a_file_of_claims_the_rules_are_silent(tmp_path: Path, library: Library) -> None:
    assert lint_source(Home(tmp_path), "stability", library.source("stability"), RULE) == []
