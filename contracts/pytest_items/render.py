"""What a failed item says: the breach, the smallest request that shows it, sources, how to see it again."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.reports.text import clip, expected_came, line, reproduce, visible
from proofsheet.contracts.reports.view import Line, View

_LONGEST = 2_000  # characters of a message


def told(view: View, finding: Line) -> str:
    """One finding for people, in plain text."""
    return "\n".join(_lines(view, finding))


def _lines(view: View, finding: Line) -> Iterator[str]:
    requirement = finding.requirement
    yield f"{requirement['level']} {line(finding.id)}: {line(requirement['says'])}"
    for message, times in finding.messages:
        halves = expected_came(message)
        found = f"expected: {halves[0]}\ncame: {halves[1]}" if halves else message
        yield visible(clip(found, _LONGEST)) + (f"  ({times} times)" if times > 1 else "")
    if finding.note:
        yield line(finding.note)
    for case in finding.evidence[:1]:
        if case["reason"]:
            yield f"why: {line(clip(case['reason'], _LONGEST))}"
        if case["request"]:
            yield line(case["request"]["curl"])
    sources = f" ({', '.join(requirement['sources'])})" if requirement["sources"] else ""
    claims = f"; claims {', '.join(requirement['claims'])}" if requirement["claims"] else ""
    yield line(f"stands on: {requirement['grade']}{sources} at {requirement['pointer']}{claims}")
    yield f"again: {line(reproduce(view.header, requirement, finding.is_explored))}"
