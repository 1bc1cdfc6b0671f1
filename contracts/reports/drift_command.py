"""`proofsheet drift`: what changed between two runs of a target."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from proofsheet.contracts.exit_codes import FINDINGS, failing_on
from proofsheet.contracts.reports.drift import Drift, RequirementChange, drift
from proofsheet.contracts.reports.report_errors import BadReport
from proofsheet.contracts.reports.text import clip, date, line, plural
from proofsheet.contracts.reports.view import view

MOST = 200  # characters of a message
EPILOG = """\b
Examples:
  proofsheet drift yesterday.jsonl today.jsonl          1 if something is broken that was kept
  proofsheet drift old.jsonl new.jsonl --fail-on any    1 if anything is other than it was
  proofsheet drift old.jsonl new.jsonl --json           for a program

Two runs compare best with one --seed, so that both asked the same.

\b
Exit codes: 0 nothing worse, 1 worse (or changed, with --fail-on any), 2 usage,
3 a report cannot be read.
"""


@click.command(epilog=EPILOG, short_help="Say what changed between two runs of a target.")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The changes as one JSON object.")
@click.option("--fail-on", type=click.Choice(["worse", "any", "never"]), default="worse", show_default=True,
              help="End with 1 if a MUST or SHOULD is newly broken, or at any change.")  # fmt: skip
def drift_command(old: Path, new: Path, as_json: bool, fail_on: str) -> None:
    """Say what changed from the report OLD to the report NEW of the same target."""
    with failing_on(BadReport):
        views = [view(path) for path in (old, new)]
    documents = [each.header["document"] for each in views]
    if views[0].by_id.keys().isdisjoint(views[1].by_id):
        raise click.UsageError(f"the reports have no requirement in common: {' and '.join(documents)}")
    found = drift(*views)
    text = json.dumps(found.plain(), ensure_ascii=False, indent=1) if as_json else "\n".join(_lines(found))
    click.echo(text)
    if (fail_on == "worse" and found.is_worse) or (fail_on == "any" and found.is_change):
        raise SystemExit(FINDINGS)


def _lines(found: Drift) -> Iterator[str]:
    old, new = found.old.header, found.new.header
    yield f"{line(new['target'])}: {date(old['date'])} to {date(new['date'])}"
    yield from (f"mind: {line(each)}" for each in found.warnings)
    if not found.is_change:
        yield "nothing changed"
    yield from _moved("new finding", found.found)
    yield from _moved("gone finding", found.gone)
    yield from _moved("requirement", found.moved)
    if found.answers:
        yield f"\n{plural(len(found.answers), 'change')} in answers"
    for each in found.answers:
        where = f"{plural(len(each.cases), 'answer')} ({line(each.cases[0])})"
        yield f"  {line(each.what)}: {line(each.old) or 'none'} -> {line(each.new) or 'none'}, {where}"


def _moved(title: str, moved: tuple[RequirementChange, ...]) -> Iterator[str]:
    if not moved:
        return
    yield f"\n{plural(len(moved), title)}"
    for each in moved:
        yield f"  {each.level} {line(each.id)}: {each.old or 'not asked'} -> {each.new or 'not asked'}"
        if each.messages:
            yield f"    {clip(line(each.messages[0]), MOST)}"
