"""The options of `proofsheet check`, in the order in which --help prints them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from proofsheet.contracts.client.request_pace import per_second
from proofsheet.contracts.client.target import NONE, PERMISSIONS
from proofsheet.contracts.client.target_file import LONGEST, MOST_TASKS
from proofsheet.contracts.requirement import PROFILES
from proofsheet.spec.cli_options import credits_in, day_in, documents_option, parsed_by

_FILE = click.Path(path_type=Path)


def _no_nan(context: Any, parameter: Any, value: float | None) -> float | None:
    if value is not None and value != value:
        raise click.BadParameter("expected seconds, came nan")
    return value


OPTIONS = (
    click.option("--url", help="The target: origin and base path, e.g. https://reseller.example/sd."),
    click.option("--key-env", metavar="NAME", help="Environment variable that holds the key."),
    click.option("--key-file", type=_FILE, help="File that holds the key."),
    click.option(
        "--target",
        "target_file",
        type=_FILE,
        metavar="FILE",
        help="A target.toml with url, key_env, permissions, deviations …",
    ),
    documents_option,
    click.option(
        "--date",
        callback=parsed_by(day_in),
        metavar="YYYY-MM-DD",
        help="Judge by the document as of this day: what ends on a day of shutdown.  [default: today]",
    ),
    click.option("--profile", type=click.Choice(PROFILES), help="free costs nothing.  [default: core]"),
    click.option(
        "--budget",
        callback=parsed_by(lambda text: credits_in(text, 10**6)),
        metavar="CREDITS",
        help="Never spend more.  [default: 150, or $1.50 where a credit is less than a cent]",
    ),
    click.option(
        "--allow",
        multiple=True,
        type=click.Choice((*PERMISSIONS, NONE)),
        help="Permissions beside paid, repeatable; none takes away paid and those of --target.",
    ),
    click.option(
        "--only", multiple=True, metavar="ID", help="Requirements by id or its beginning; repeatable."
    ),
    click.option(
        "--seed", type=click.IntRange(0, 2**31 - 1), metavar="N", help="Replay a run.  [default: random]"
    ),
    click.option(
        "--explore",
        type=click.IntRange(0, 10_000),
        metavar="N",
        help="Random requests for each operation, beyond the plan.  [default: 25 in extended, else 0]",
    ),
    click.option(
        "--rate",
        callback=parsed_by(per_second),
        metavar="RATE",
        help="At most so many requests: 5/s, 30/m, 100/h.",
    ),
    click.option(
        "--concurrency",
        type=click.IntRange(1, 32),
        metavar="N",
        help="Requests that may be on their way at once, free ones and those about tasks.  [default: 1]",
    ),
    click.option(
        "--tasks",
        type=click.IntRange(1, MOST_TASKS),
        metavar="N",
        help="Tasks that may be unfinished at once.  [default: what the document allows, else 4]",
    ),
    click.option(
        "--patience",
        type=click.FloatRange(0, LONGEST, min_open=True),
        callback=_no_nan,
        metavar="SECONDS",
        help="How long a task is waited for.  [default: 3 times what the document says, 60 at least]",
    ),
    click.option(
        "--callback-listen",
        metavar="HOST:PORT",
        help="Receive callbacks there, and judge them; 127.0.0.1:0 for a target on this machine.  "
        "[default: off]",
    ),
    click.option(
        "--callback-url",
        metavar="URL",
        help="The public address that leads to --callback-listen, where the target is elsewhere.",
    ),
    click.option("--dry-run", is_flag=True, help="Print the plan, its price and minutes; send nothing."),
    click.option("--explain", is_flag=True, help="Print each setting and where it comes from; send nothing."),
    click.option("--resume", type=_FILE, metavar="REPORT", help="Continue this run."),
    click.option("--report", type=_FILE, metavar="FILE", help="JSON Lines.  [default: NAME.jsonl]"),
    click.option("--html", type=_FILE, metavar="FILE", help="A page with the proof sheet."),
    click.option("--junit", "junit_file", type=_FILE, metavar="FILE", help="JUnit XML."),
)
