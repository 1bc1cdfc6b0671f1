"""`proofsheet report`: reports that are there already, shown in other forms."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from proofsheet.contracts.exit_codes import fail, failing_on
from proofsheet.contracts.reports import badge, html_page, junit, markdown, matrix, records, terminal
from proofsheet.contracts.reports.report_errors import BadReport
from proofsheet.contracts.requirement import PROFILES

REPORT_EPILOG = """\b
Examples:
  proofsheet report run.jsonl                       the summary again
  proofsheet report run.jsonl --html run.html       one report as a page
  proofsheet report a.jsonl b.jsonl --html ab.html  targets side by side
  proofsheet report a.jsonl b.jsonl --markdown -    the same as Markdown
  proofsheet report run.jsonl --badge core.svg
"""


@click.command(epilog=REPORT_EPILOG, short_help="Show reports: one in full, several side by side.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="A self-contained page.")
@click.option("--markdown", "markdown_file", metavar="FILE", help="Markdown; - for standard output.")
@click.option("--junit", "junit_file", type=click.Path(path_type=Path), metavar="FILE", help="JUnit XML.")
@click.option("--badge", "badge_file", type=click.Path(path_type=Path), metavar="FILE", help="An SVG badge.")
@click.option("--profile", default="core", type=click.Choice(PROFILES), help="The badge's profile.")
def report(
    files: tuple[Path, ...],
    html: Path | None,
    markdown_file: str | None,
    junit_file: Path | None,
    badge_file: Path | None,
    profile: str,
) -> None:
    """Show the reports FILES: one in full, several as a matrix of requirements and targets."""
    with failing_on(BadReport):
        found = [records.partly(path) for path in files]
    several = len(found) > 1
    if several and (junit_file or badge_file):
        raise click.UsageError("--junit and --badge are of one report")
    if html:
        write(html, (matrix.html(found) if several else html_page.html(found[0])).encode())
    if markdown_file:
        text = matrix.markdown(found) if several else markdown.markdown(found[0])
        click.echo(text, nl=False) if markdown_file == "-" else write(Path(markdown_file), text.encode())
    if junit_file:
        write(junit_file, junit.junit(found[0]))
    if badge_file:
        write(badge_file, badge.badge(found[0], profile).encode())
    if not any((html, markdown_file, junit_file, badge_file)):
        text = (
            matrix.markdown(found)
            if several
            else terminal.terminal(found[0], colour=terminal.is_colourful(sys.stdout))
        )
        click.echo(text, nl=False)


def write(path: Path, content: bytes) -> None:
    """Write a file, or say why not and end."""
    try:
        path.write_bytes(content)
    except OSError as problem:
        fail(f"cannot write {path}: {problem}")
    click.echo(f"written: {path}", err=True)
