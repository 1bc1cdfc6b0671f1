"""`proofsheet spec learn`: an overlay of what recorded traffic shows and the document lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from proofsheet.contracts.exit_codes import failing_on
from proofsheet.spec.cli_options import documents_option, refused_as_usage

EPILOG = """\b
Examples:
  proofsheet spec learn stability traffic
  proofsheet spec learn stability browser.har -o stability.learned.yaml

\b
Exit codes: 0 written, or nothing lacks; 2 usage; 3 the traffic cannot be read.
"""


@click.command(
    "learn", epilog=EPILOG, short_help="Propose an overlay of what traffic shows and a document lacks."
)
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Instead of standard output."
)
@documents_option
def learn(name: str, file: Path, output: Path | None, home: Path | None) -> None:
    """Propose an OpenAPI Overlay of the statuses, headers, media types and fields that the answers in FILE
    have and the document NAME lacks.

    FILE is what `proofsheet proxy --record` recorded, or a HAR file. Of a vendor of several families there is
    an overlay for each; with -o their names are in the files' names. The overlay is a proposal: what was seen
    once may be a mistake, and what a gateway adds is no part of the API. Review it before it becomes a fact.
    """
    # Judging is slow to import, and this module is loaded with every `proofsheet spec`.
    from proofsheet.contracts.recorded.judge_command import read
    from proofsheet.contracts.recorded.learn import Lessons, counts, overlay
    from proofsheet.contracts.recorded.traffic_judge import TrafficJudge
    from proofsheet.contracts.reports.text import plural
    from proofsheet.contracts.settings import load_all
    from proofsheet.traffic.content_coding import Undecodable
    from proofsheet.traffic.errors import BadTraffic

    with refused_as_usage():
        judge = TrafficJudge(load_all(name, home))
    lessons = [Lessons(judge, each.document) for each in judge.sources]
    skipped = 0
    with failing_on(BadTraffic):
        for flow in read(file):
            try:
                for each in lessons:
                    each.add(flow)
            except Undecodable:
                skipped += 1
    if skipped:
        click.echo(f"Note: {skipped} answers have a content coding that cannot be read", err=True)
    for each in lessons:
        found = counts(each.found.values()) if each.found else "nothing"
        click.echo(f"{plural(each.flows, 'exchange')}: {found} that {each.document.name} lacks", err=True)
    _write({each.document.name: overlay(each, each.document.name) for each in lessons if each.found}, output)


def _write(made: dict[str, dict[str, Any]], output: Path | None) -> None:
    """Write the overlays by the names of their documents: one into `output`, of several each beside it."""
    import yaml

    head = (
        "# A proposal made from recorded traffic; nothing in it is a fact before a person has reviewed it.\n"
    )
    for name, value in made.items():
        text = head + yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=110)
        if output is None:
            click.echo(text if len(made) == 1 else f"---\n{text}", nl=False)
            continue
        file = output if len(made) == 1 else output.with_name(f"{output.stem}.{name}{output.suffix}")
        try:
            file.write_text(text, encoding="utf-8")
        except OSError as problem:
            raise click.UsageError(f"cannot write {file}: {problem.strerror or problem}") from None
