"""`proofsheet check`: its options, what it prints, and its exit codes."""

from __future__ import annotations

import sys
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from contracts import checking, records
from contracts.attempts import Asked, broke
from contracts.budget import Budget
from contracts.checking import BROKEN, Job
from contracts.explorers import WITH, explorers, widened
from contracts.pace import per_second
from contracts.plan import Plan
from contracts.records import Record
from contracts.reports import junit, page, terminal
from contracts.reports.command import write
from contracts.reports.wrong import BadReport
from contracts.requirement import PROFILES
from contracts.settings import BadUse, Settings, Wanted, settings
from contracts.target import PERMISSIONS

CHECK_EPILOG = """\b
Examples:
  proofsheet check stability --url http://127.0.0.1:4010 --key-env KEY --dry-run
  proofsheet check stability --url https://api.example --key-env KEY --profile free
  proofsheet check stability --url https://api.example/sd --key-env KEY --budget 60
  proofsheet check stability.pages-2024 --target target.toml --html report.html
  proofsheet check stability --target target.toml --resume stability.jsonl
  proofsheet check stability --target target.toml --only stability.generateCore.size
  proofsheet check stability --target target.toml --profile extended --explore 100
  proofsheet check stability --target target.toml --rate 2/s --concurrency 4

\b
Exit codes: 0 conforms, 1 findings, 2 usage, 3 the suite or the target could not be run.
"""


def _budget(context: Any, parameter: Any, value: str | None) -> Decimal | None:
    if value is None:
        return None
    try:
        credits = Decimal(value)
    except InvalidOperation:
        credits = Decimal(-1)
    if not credits.is_finite() or not 0 <= credits <= 10**6:
        raise click.BadParameter(f"expected credits from 0 to 1000000, came {value!r}")
    return credits


def _rate(context: Any, parameter: Any, value: str | None) -> float | None:
    try:
        return None if value is None else per_second(value)
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from None


_FILE = click.Path(path_type=Path)


@click.command(epilog=CHECK_EPILOG, short_help="Judge any URL against a document, within a budget.")
@click.argument("name")
@click.option("--url", help="The target: origin and base path, e.g. https://reseller.example/sd.")
@click.option("--key-env", metavar="NAME", help="Environment variable that holds the key.")
@click.option("--key-file", type=_FILE, help="File that holds the key.")
@click.option(
    "--target", "target_file", type=_FILE, metavar="FILE",
    help="A target.toml with url, key_env, permissions, deviations …",
)  # fmt: skip
@click.option("--profile", type=click.Choice(PROFILES), help="free costs nothing.  [default: core]")
@click.option("--budget", callback=_budget, metavar="CREDITS", help="Never spend more.  [default: 60]")
@click.option("--allow", multiple=True, type=click.Choice(PERMISSIONS), help="Permissions; repeatable.")
@click.option("--only", multiple=True, metavar="ID", help="Requirements by id or its beginning; repeatable.")
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), metavar="N", help="Replay a run.  [default: random]"
)
@click.option(
    "--explore", type=click.IntRange(0, 10_000), metavar="N",
    help="Random requests for each operation, beyond the plan.  [default: 25 in extended, else 0]",
)  # fmt: skip
@click.option(
    "--with", "sources", multiple=True, type=click.Choice(WITH),
    help="Where --explore draws from; repeatable.  [default: hypothesis]",
)  # fmt: skip
@click.option("--rate", callback=_rate, metavar="RATE", help="At most so many requests: 5/s, 30/m, 100/h.")
@click.option(
    "--concurrency", type=click.IntRange(1, 32), default=1, metavar="N", show_default=True,
    help="Free requests that may be on their way at once; paid ones go one by one.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Print the plan and its price; send nothing.")
@click.option("--resume", type=_FILE, metavar="REPORT", help="Continue this run.")
@click.option("--report", type=_FILE, metavar="FILE", help="JSON Lines.  [default: NAME.jsonl]")
@click.option("--html", type=_FILE, metavar="FILE", help="A page with the proof sheet.")
@click.option("--junit", "junit_file", type=_FILE, metavar="FILE", help="JUnit XML.")
def check(name: str, **options: Any) -> None:
    """Judge a target by the document NAME: requirement by requirement, free cases first.

    Paid cases are merged, and --budget is a hard stop that also counts requests under way.
    """
    names = ("url", "key_env", "key_file", "target_file", "profile", "budget", "allow", "only", "explore")
    wanted = Wanted(name, **{each: options[each] for each in names}, sends=not options["dry_run"])
    try:
        before = records.partly(options["resume"]) if options["resume"] else None
        seed = before.header["seed"] if before and options["seed"] is None else options["seed"]
        found = settings(replace(wanted, seed=0 if options["dry_run"] else seed))
    except (BadUse, BadReport) as problem:
        raise click.UsageError(str(problem)) from None
    if options["dry_run"]:
        click.echo(_priced(found.plan), nl=False)
        return
    raise SystemExit(_judge(found, options))


def _priced(made: Plan) -> str:
    lines = [f"{len(made.cases)} requests for {len(made.requirements)} requirements", ""]
    for case in made.cases:
        if case.pays:
            topics = ", ".join(dict.fromkeys(each.requirement.split(".", 2)[-1] for each in case.expects))
            lines.append(f"  {case.cost:>6} credits  {case.id}: {topics}")
    free = sum(not case.pays for case in made.cases)
    lines += [
        f"  {'free':>6}          {free} requests that the contract refuses or gives away",
        "",
        f"{made.price} credits if the target keeps the contract;",
        f"a refusal that it grants by mistake costs up to {made.risk} more, within the budget.",
    ]
    return "\n".join(lines) + "\n"


def _judge(found: Settings, options: dict[str, Any]) -> int:
    report = options["report"] or options["resume"] or Path(f"{found.name}.jsonl")
    _check_files([each for each in (report, options["html"], options["junit_file"]) if each])
    job = _job(found, report, options)
    click.echo(f"judging {job.target.url} by {found.name} {found.document.version}: {len(job.plan.cases)} "
               f"requests, {job.plan.price} credits expected, {job.budget} at most; --seed {found.seed}",
               err=True)  # fmt: skip
    try:
        done = checking.carry_out(job, _progress)
    except OSError as problem:
        raise click.UsageError(f"cannot write the report: {problem}") from None
    except Exception as problem:  # what was found until now is in the report
        click.echo(
            f"Error: {broke(problem)}\nwhat was done is in {report}; --resume {report} goes on", err=True
        )
        return BROKEN
    _finish(report, options)
    return done.exit_code


def _check_files(files: list[Path]) -> None:
    if len({each.resolve() for each in files}) < len(files):
        raise click.UsageError("--report, --html and --junit need a file each")
    if missing := [each for each in files if not each.resolve().parent.is_dir()]:
        raise click.UsageError(f"there is no folder for {missing[0]}")


def _job(found: Settings, report: Path, options: dict[str, Any]) -> Job:
    aim = found.target
    assert aim is not None  # what sends has one
    carried = _carried(options["resume"], found.name, aim.url)
    sources = tuple(options["sources"] or WITH[:1])
    try:
        found = replace(found, plan=widened(found, sources))
        further = explorers(found, sources, carried)
    except BadUse as problem:
        raise click.UsageError(str(problem)) from None
    return Job(
        document=found.document,
        plan=found.plan,
        target=aim,
        profile=found.profile,
        budget=found.budget,
        report=report,
        seed=found.seed,
        carried=carried,
        rate=options["rate"],
        concurrency=options["concurrency"],
        explorers=further,
        explore=found.explore,
        explored_with=sources if found.explore else (),
        key_env=found.key_env,
        deviations=found.deviations,
    )


def _carried(path: Path | None, name: str, url: str) -> dict[str, Record]:
    if path is None:
        return {}
    try:
        header = records.partly(path).header
        if (header["document"], header["target"]) != (name, url):
            raise click.UsageError(
                f"{path} is of {header['document']} at {header['target']}, not of {name} at {url}"
            )
        return records.finished(path)
    except BadReport as problem:
        raise click.UsageError(str(problem)) from None


def _progress(done: int, total: int, asked: Asked, budget: Budget) -> None:
    line = f"[{done}/{total}] {budget.spent} of {budget.limit} credits  {asked.case.id}"
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{line[:100]}", err=True, nl=done == total)
    elif done % 25 == 0 or done == total or asked.paid:
        click.echo(line, err=True)


def _finish(path: Path, options: Any) -> None:
    found = records.read(path)
    click.echo(terminal.terminal(found, colour=terminal.is_colourful(sys.stdout)), nl=False)
    click.echo(f"report: {path}", err=True)
    for file, render in ((options["html"], page.html), (options["junit_file"], junit.junit)):
        if file:
            made = render(found)
            write(file, made if isinstance(made, bytes) else made.encode())
