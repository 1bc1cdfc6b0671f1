"""What a failed item says: the breach, the smallest request that shows it, sources, how to see it again."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.reports.text import clip, halves, line, reproduce, source_of, visible
from proofsheet.contracts.reports.view import Line, View

_LONGEST = 2_000  # characters of a message


def breach_text(view: View, finding: Line) -> str:
    """One finding for people, in plain text."""
    return "\n".join(_lines(view, finding))


def _lines(view: View, finding: Line) -> Iterator[str]:
    requirement = finding.requirement
    yield f"{requirement['level']} {line(finding.id)}: {line(requirement['says'])}"
    for message, times in finding.messages:
        yield visible(clip(halves(message), _LONGEST)) + (f"  ({times} times)" if times > 1 else "")
    if finding.note:
        yield line(finding.note)
    for case in finding.evidence[:1]:
        if case["reason"]:
            yield f"why: {line(clip(case['reason'], _LONGEST))}"
        if case["request"]:
            yield line(case["request"]["curl"])
    yield f"stands on: {source_of(requirement)}"
    yield f"again: {line(reproduce(view.header, requirement, finding.is_explored))}"
