"""`proofsheet judge`: recorded traffic, judged as the proxy judges it while it passes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from proofsheet.contracts.exit_codes import BROKEN, CONFORMS, FINDINGS, fail, failing_on
from proofsheet.contracts.recorded.dashboard import Dashboard
from proofsheet.contracts.recorded.traffic_judge import TrafficJudge
from proofsheet.contracts.recorded.traffic_report import TrafficReport
from proofsheet.contracts.reports.writer import Unwritable
from proofsheet.contracts.settings import load_all
from proofsheet.spec.cli_options import documents_option, refused_as_usage
from proofsheet.traffic import har, transcript
from proofsheet.traffic.errors import BadTraffic
from proofsheet.traffic.flow import Flow
from proofsheet.traffic.redaction import redacted

EPILOG = """\b
Examples:
  proofsheet judge stability traffic                 what `proxy --record traffic` recorded
  proofsheet judge stability browser.har --report report.jsonl
  proofsheet judge gptnb traffic                     a vendor: by all families that it sells
  proofsheet judge stability traffic --har traffic.har   and write it as HAR, for others to see

\b
Exit codes: 0 conforms, 1 findings, 2 usage, 3 the traffic cannot be read.
"""


@click.command(epilog=EPILOG, short_help="Judge recorded traffic: a transcript or a HAR file.")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE", help="Findings as JSON Lines.")
@click.option("--har", "har_file", type=click.Path(path_type=Path), metavar="FILE",
              help="Write the traffic as HAR 1.2, without credentials.")  # fmt: skip
@documents_option
def judge(name: str, file: Path, report: Path | None, har_file: Path | None, home: Path | None) -> None:
    """Judge the traffic in FILE by the document NAME.

    FILE is a folder or file that the proxy recorded, or a HAR file.
    """
    with refused_as_usage():
        traffic_judge = TrafficJudge(load_all(name, home))
    with failing_on(BadTraffic):
        flows = [*read(file)]  # read whole before anything is written
    if not flows:
        fail(f"{file}: holds no exchange")
    raise SystemExit(_judged(traffic_judge, flows, file, report, har_file))


def read(path: Path) -> Iterator[Flow]:
    """The flows of a transcript or a HAR file; tells where a transcript was cut. Raises BadTraffic."""
    if not path.exists():
        raise BadTraffic(path, 0, "there is no such file or folder")
    if path.is_file() and har.is_har(path):
        yield from har.flows(path)
        return
    for entry in transcript.entries(path):
        if isinstance(entry, transcript.Cut):
            click.echo(f"Note: {entry}", err=True)
        else:
            yield entry.flow()


def _judged(
    traffic_judge: TrafficJudge, flows: list[Flow], file: Path, report: Path | None, har_file: Path | None
) -> int:
    try:
        traffic_report = TrafficReport(traffic_judge, _target(flows[0]), report)
        dashboard = Dashboard(traffic_judge, traffic_report, str(file), click.echo)
        for flow in flows:
            dashboard.add(flow)
        traffic_report.close(interrupted=False)
        if traffic_report.problem:
            raise OSError(traffic_report.problem)
        if har_file is not None:
            har_file.write_text(har_text(flows, traffic_judge.credential_fields), encoding="utf-8")
    except (OSError, Unwritable) as problem:
        click.echo(f"Error: {problem}", err=True)
        return BROKEN
    dashboard.counts = {"exchanges": len(flows)}
    click.echo(dashboard.summary().replace(" passed", "", 1))
    return FINDINGS if traffic_judge.breaches else CONFORMS


def _target(flow: Flow) -> str:
    """Where the traffic went."""
    parts = urlsplit(flow.url)
    return f"{parts.scheme}://{parts.netloc}{flow.base}"


def har_text(flows: list[Flow], credential_fields: frozenset[str]) -> str:
    """The flows as HAR 1.2, without what stands in `credential_fields` and under names of credentials."""
    from importlib.metadata import version

    found: list[Any] = [redacted(flow, credential_fields) for flow in flows]
    return har.dump(found, version("proofsheet"))
