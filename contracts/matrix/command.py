"""`proofsheet matrix`: a site of which target keeps which requirement."""

from __future__ import annotations

from pathlib import Path

import click

from proofsheet.contracts.exit_codes import failing_on
from proofsheet.contracts.matrix.columns import NoReports, columns
from proofsheet.contracts.matrix.site import Site
from proofsheet.contracts.matrix.tables import tables
from proofsheet.contracts.reports.report_errors import BadReport
from proofsheet.spec.cli_options import home_option
from proofsheet.spec.load import Library

EPILOG = """\b
Examples:
  proofsheet matrix stability.jsonl --out site         one report, under the URL that was judged
  proofsheet matrix ours=a.jsonl theirs=b.jsonl --out site
  proofsheet matrix targets/ --out site                targets/NAME/*.jsonl: the runs of NAME, by date

Several reports of one target and document are its history; the newest is in the table. Open site/index.html
from the disk, or put the folder on any server of files: no page asks for anything else.
"""


@click.command(epilog=EPILOG, short_help="Make a site of reports: requirements by targets.")
@click.argument("reports", nargs=-1, required=True)
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="The folder to write; one that this command wrote is written anew.")  # fmt: skip
@home_option
def matrix(reports: tuple[str, ...], out: Path, home: Path) -> None:
    """Make a site of REPORTS (FILE, NAME=FILE or a folder): which target keeps which requirement, and why."""
    with failing_on(BadReport, NoReports, OSError):
        found = tables(columns(reports))
        count = Site(found, Library(home)).write(out)
    targets = {each.target for table in found for each in table.columns}
    click.echo(f"{out / 'index.html'}: {len(targets)} targets, {len(found)} families, {count} files")
