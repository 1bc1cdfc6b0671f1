"""docs/requirements.md: each requirement that can fail a target says by which source, and who breaks."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
from support import documents

from proofsheet.contracts.derive.every_answer import NOTES
from proofsheet.contracts.plan.plan import derived
from proofsheet.contracts.requirement import LEVELS
from proofsheet.contracts.settings import load

PAGE = Path(__file__).resolve().parents[2] / "docs" / "requirements.md"
PROMPTS = {"flagged": "a", "filtered": "b"}


@cache
def table() -> list[tuple[str, ...]]:
    """The rows: pattern, level, source, who breaks."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    return [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in lines]


@cache
def failing() -> dict[str, str]:
    """Each topic that can fail a target, and the highest level that it has in any document."""
    found: dict[str, str] = {}
    for name in documents():
        source = replace(load(name), prompts=PROMPTS)
        for each in derived(source):
            topic = each.requirement.id.split(".", 2)[2]
            found[topic] = min(found.get(topic, "MAY"), each.requirement.level, key=LEVELS.index)
    return {topic: level for topic, level in found.items() if level != "MAY"}


def row_of(topic: str) -> tuple[str, ...] | None:
    """The first row that covers a topic."""
    return next((row for row in table() if fnmatchcase(topic, row[0].strip("`"))), None)


def test_the_table_has_what_can_fail_a_target_at_its_level_and_nothing_else() -> None:
    """One test, for what is asked of all documents takes seconds in each process that asks."""
    rows = {topic: row_of(topic) for topic in failing()}
    assert [topic for topic, row in rows.items() if row is None] == []
    assert {topic: row[1] for topic, row in rows.items() if row} == failing()
    assert [row[0] for row in table() if row not in rows.values()] == []
    for topic in ("answer.headers", "answer.keys", "answer.id", "answer.type"):
        assert topic not in failing(), "what is left open fails nobody"
    assert not any(each.startswith("precedence.") for each in failing())


@pytest.mark.parametrize("row", table(), ids=lambda row: row[0])
def test_each_row_names_a_source_and_who_breaks(row: tuple[str, ...]) -> None:
    assert len(row) == 4
    assert all(row)


def test_the_checks_that_only_note_are_known_apart() -> None:
    """schemathesis knows no advice: its hooks leave them out."""
    assert {"headers-declared", "keys-declared", "call-named", "type-whole"} == NOTES
