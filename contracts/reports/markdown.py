"""Markdown, as a comment on a change or a page of a wiki shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from proofsheet.contracts.reports.records import Report
from proofsheet.contracts.reports.text import amount, clip, date, line, plural, reproduce, visible
from proofsheet.contracts.reports.view import LABELS, STATES, Line, View

MARKS = {"failed": "❌", "errored": "💥", "advice": "💡", "known": "📌", "skipped": "➖", "passed": "✅"}
_TITLES = {"failed": "Failed", "errored": "Errored", "advice": "Advice", "known": "Known deviations"}
VERDICTS = {"success": "✅", "partial": "🟡", "failure": "❌", "error": "💥", "crashed": "💥"}
_LONGEST = 600


def markdown(report: Report) -> str:
    """The report in Markdown."""
    return "\n".join(_lines(View(report))) + "\n"


def plain(text: object) -> str:
    """`text` so that Markdown and HTML see nothing in it, in one line."""
    return re.sub(r"([\\`*_{}\[\]<>()#+\-!|~&@:])", r"\\\1", line(text))


def code(text: object) -> str:
    """`text` as inline code, whatever backticks it holds; fit for a table."""
    shown = line(text).replace("|", "\\|")
    longest = max((len(each) for each in re.findall("`+", shown)), default=0)
    edge = " " if longest else ""
    ticks = "`" * (longest + 1)
    return f"{ticks}{edge}{shown}{edge}{ticks}"


def block(text: str) -> str:
    """`text` as a block of code that nothing in it can end."""
    shown = visible(text)
    longest = max((len(each) for each in re.findall("`+", shown)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}\n{shown}\n{ticks}"


def _lines(view: View) -> Iterator[str]:
    header = view.header
    yield f"# {plain(header['target'])}"
    yield ""
    yield f"Judged by {code(header['document'] + ' ' + header['version'])} on {date(header['date'])}, "
    budget = "" if header["budget"] is None else f" of {amount(header['budget'])}"
    yield f"{plural(view.asked, 'request')}, spent {amount(view.spent)}{budget} credits, "
    yield f"proofsheet {plain(header['suite'])}."
    if view.ended != "complete":
        cut = f", and line {view.report.torn} was cut off" if view.report.torn else ""
        ended = f"crashed: nothing passed{cut}" if view.ended == "crashed" else "was interrupted"
        yield f"\n**The run {ended}.**"
    yield ""
    yield "| profile | verdict | " + " | ".join(LABELS.get(each, each) for each in STATES) + " |"
    yield "|---|---|" + "--:|" * len(STATES)
    for name, verdict in view.profiles.items():
        counts = " | ".join(str(count) for count in view.of(name).values())
        yield f"| {name} | {VERDICTS[verdict]} {verdict} | {counts} |"
    for state, title in _TITLES.items():
        found = [each for each in view.lines if each.state == state]
        if found:
            yield f"\n## {title}: {plural(len(found), 'requirement')}"
        for each in found:
            yield from _finding(view, each)
    yield from _rest(view)


def _finding(view: View, each: Line) -> Iterator[str]:
    requirement = each.requirement
    yield f"\n### {MARKS[each.state]} {requirement['level']} {code(each.id)}\n"
    yield f"{plain(requirement['says'])}\n"
    if each.note:
        yield f"- {plain(each.note)}"
    for message, times in each.messages:
        often = f" ({times} times)" if times > 1 else ""
        yield f"- {plain(clip(message, _LONGEST))}{often}"
    for case in each.evidence[:1]:
        if case["reason"]:
            yield f"- {plain(case['reason'])}"
        if case["request"]:
            yield "\n" + block(case["request"]["curl"])
    sources = f" ({plain(', '.join(requirement['sources']))})" if requirement["sources"] else ""
    claims = f", claims {', '.join(map(code, requirement['claims']))}" if requirement["claims"] else ""
    yield f"\nStands on: {plain(requirement['grade'])}{sources}, {code(requirement['pointer'])}{claims}  "
    yield f"Again: {code(reproduce(view.header, requirement, each.is_explored))}"


def _rest(view: View) -> Iterator[str]:
    for state in ("skipped", "passed"):
        found = [each for each in view.lines if each.state == state]
        if not found:
            continue
        yield f"\n<details><summary>{state.title()}: {len(found)}</summary>\n"
        for each in found:
            reasons = "".join(f": {plain(text)}" for text in (each.reason, each.note) if text)
            yield f"- {each.requirement['level']} {code(each.id)}{reasons}"
        yield "\n</details>"
