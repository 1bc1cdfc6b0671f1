"""docs/lint.md explains exactly the rules there are, and its examples are what it says they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from proofsheet.spec.export.serialize import as_yaml
from proofsheet.spec.lint.rule_examples import Example, Explained, explained
from proofsheet.spec.lint.rules import FORM, RULES
from proofsheet.spec.lint.rules_page import page
from proofsheet.spec.lint.run import lint
from proofsheet.spec.load import Library

DOCS = Path(__file__).parents[2] / "docs"
EVERY = tuple(rule.id for rule in (*FORM, *RULES))
TEXTS = {each.id: each for each in explained()}


def broken(example: Example, home: Path) -> set[str]:
    """The rules that an example breaks."""
    for path, value in example.files.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(as_yaml(value))
    return {flaw.rule for flaw in lint(Library(home), example.name)}


def test_the_page_covers_exactly_the_rules_there_are() -> None:
    assert sorted(TEXTS) == sorted(EVERY)
    headings = re.findall(r"^## (\S+)$", (DOCS / "lint.md").read_text(), re.MULTILINE)
    assert headings == list(EVERY)


def test_the_page_is_made_from_the_rules() -> None:
    assert (DOCS / "lint.md").read_text() == page(), (
        "run: python -m proofsheet.spec.lint.rules_page > docs/lint.md"
    )


@pytest.mark.parametrize("rule", EVERY)
def test_the_examples_of_a_rule_are_bad_and_good(tmp_path: Path, rule: str) -> None:
    text: Explained = TEXTS[rule]
    assert rule in broken(text.bad, tmp_path / "bad")
    assert broken(text.good, tmp_path / "good") == set()
    assert text.bad.shown != text.good.shown
