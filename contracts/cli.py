"""`proofsheet check` and `proofsheet report`: their options, what they print, and their exit codes."""

from __future__ import annotations

import signal
import sys
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from contracts import checking, records
from contracts.budget import Budget
from contracts.checking import BROKEN, Job
from contracts.deriving.source import Source
from contracts.plan import Plan, plan
from contracts.records import Record
from contracts.reports import badge, junit, markdown, matrix, page, terminal
from contracts.reports.wrong import BadReport
from contracts.requirement import PROFILES
from contracts.running import Asked
from contracts.target import PERMISSIONS, BadTarget, Target, from_file, key_from, target
from spec.load import HOME, Library
from spec.overlay import BadOverlay
from spec.read import Unreadable, read

CHECK_EPILOG = """\b
Examples:
  proofsheet check stability --url http://127.0.0.1:4010 --key-env KEY --dry-run
  proofsheet check stability --url https://api.example --key-env KEY --profile free
  proofsheet check stability --url https://api.example/sd --key-env KEY --budget 60
  proofsheet check stability.pages-2024 --target target.toml --html report.html
  proofsheet check stability --target target.toml --resume report.jsonl
  proofsheet check stability --target target.toml --only stability.generateCore.size

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


@click.command(epilog=CHECK_EPILOG, short_help="Judge any URL against a document, within a budget.")
@click.argument("name")
@click.option("--url", help="The target: origin and base path, e.g. https://reseller.example/sd.")
@click.option("--key-env", metavar="NAME", help="Environment variable that holds the key.")
@click.option("--key-file", type=click.Path(path_type=Path), help="File that holds the key.")
@click.option("--target", "target_file", type=click.Path(path_type=Path), metavar="FILE",
              help="A target.toml with url, key_env, permissions, deviations …")  # fmt: skip
@click.option("--profile", type=click.Choice(PROFILES), help="free costs nothing.  [default: core]")
@click.option("--budget", callback=_budget, metavar="CREDITS", help="Never spend more.  [default: 60]")
@click.option("--allow", multiple=True, type=click.Choice(PERMISSIONS), help="Permissions; repeatable.")
@click.option("--only", multiple=True, metavar="ID", help="Requirements by id or its beginning; repeatable.")
@click.option("--dry-run", is_flag=True, help="Print the plan and its price; send nothing.")
@click.option("--resume", type=click.Path(path_type=Path), metavar="REPORT", help="Continue this run.")
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE", help="JSON Lines.  [default: NAME.jsonl]"
)
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="A page with the proof sheet.")
@click.option("--junit", "junit_file", type=click.Path(path_type=Path), metavar="FILE", help="JUnit XML.")
def check(name: str, **options: Any) -> None:
    """Judge a target by the document NAME: requirement by requirement, free cases first.

    Paid cases are merged, and --budget is a hard stop that also counts requests under way.
    """
    settings = _settings(options["target_file"])
    document, claims = _document(name)
    aim = _target(options, settings)
    profile = options["profile"] or settings.get("profile", "core")
    permissions = frozenset(options["allow"] or settings.get("permissions", ("paid",)))
    if profile not in PROFILES or not permissions <= set(PERMISSIONS):
        raise click.UsageError(f"profile is one of {PROFILES}, permissions are among {PERMISSIONS}")
    made = plan(Source(document, claims), profile, options["only"], permissions)
    if not made.requirements:
        raise click.UsageError(f"no requirement begins with {', '.join(options['only'])}")
    if options["dry_run"]:
        click.echo(_priced(made), nl=False)
        return
    if aim is None:
        raise click.UsageError("where? give --url, or --target with a url in it (or --dry-run)")
    excused = _excused(settings)
    if strangers := set(excused) - {
        each.id for each in plan(Source(document, claims), "extended").requirements
    }:
        raise click.UsageError(f"deviations: there is no requirement {', '.join(sorted(strangers))}")
    raise SystemExit(_judge(name, document, made, aim, profile, options, excused))


def _settings(path: Path | None) -> dict[str, Any]:
    try:
        return from_file(path) if path else {}
    except BadTarget as problem:
        raise click.UsageError(str(problem)) from None


def _excused(settings: dict[str, Any]) -> dict[str, str]:
    try:
        return checking.excuses(settings.get("deviations", {}), date.today())
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None


def _document(name: str) -> tuple[Any, tuple[Any, ...]]:
    try:
        document = Library().load(name)
        path = HOME / "claims" / f"{name.partition('.')[0]}.yaml"
        return document, tuple(read(path).value["claims"]) if path.is_file() else ()
    except (LookupError, Unreadable, BadOverlay) as problem:
        raise click.UsageError(str(problem)) from None


def _target(options: dict[str, Any], settings: dict[str, Any]) -> Target | None:
    url = options["url"] or settings.get("url")
    env = options["key_env"] or (None if options["key_file"] else settings.get("key_env"))
    file = options["key_file"] or (Path(settings["key_file"]) if "key_file" in settings and not env else None)
    if url is None:
        return None
    try:
        return target(str(url), None if options["dry_run"] else key_from(env, file))
    except BadTarget as problem:
        raise click.UsageError(str(problem)) from None


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


def _judge(
    name: str, document: Any, made: Plan, aim: Target, profile: str, options: Any, excused: dict[str, str]
) -> int:
    report = options["report"] or options["resume"] or Path(f"{name}.jsonl")
    files = [each for each in (report, options["html"], options["junit_file"]) if each]
    if len({each.resolve() for each in files}) < len(files):
        raise click.UsageError("--report, --html and --junit need a file each")
    if missing := [each for each in files if not each.resolve().parent.is_dir()]:
        raise click.UsageError(f"there is no folder for {missing[0]}")
    budget = options["budget"] if options["budget"] is not None else Decimal(60)
    job = Job(document, made, aim, profile, budget, report, carried=_carried(options["resume"], name, aim))
    click.echo(f"judging {aim.url} by {name} {document.version}: {len(made.cases)} requests, "
               f"{made.price} credits expected, {budget} at most", err=True)  # fmt: skip
    _stop_on_sigterm()
    try:
        run, interrupted = checking.carry_out(job, _progress)
    except OSError as problem:
        raise click.UsageError(f"cannot write the report: {problem}") from None
    _finish(report, options)
    for known, reason in excused.items():
        if known in run.verdicts and run.verdicts[known].is_breach:
            click.echo(f"known deviation, not counted: {known}: {reason}", err=True)
    return checking.exit_code(run, interrupted, excused)


def _carried(path: Path | None, name: str, aim: Target) -> dict[str, Record]:
    if path is None:
        return {}
    try:
        header = records.partly(path).header
        if (header["document"], header["target"]) != (name, aim.url):
            raise click.UsageError(
                f"{path} is of {header['document']} at {header['target']}, not of {name} at {aim.url}"
            )
        return records.finished(path)
    except BadReport as problem:
        raise click.UsageError(str(problem)) from None


def _stop_on_sigterm() -> None:
    def stop(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)


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
            _write(file, made if isinstance(made, bytes) else made.encode())


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as problem:
        click.echo(f"Error: cannot write {path}: {problem}", err=True)
        raise SystemExit(BROKEN) from None
    click.echo(f"written: {path}", err=True)


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
    try:
        found = [records.read(path) if len(files) > 1 else records.partly(path) for path in files]
    except BadReport as problem:
        click.echo(f"Error: {problem}", err=True)
        raise SystemExit(BROKEN) from None
    several = len(found) > 1
    if several and (junit_file or badge_file):
        raise click.UsageError("--junit and --badge are of one report")
    if html:
        _write(html, (matrix.html(found) if several else page.html(found[0])).encode())
    if markdown_file:
        text = matrix.markdown(found) if several else markdown.markdown(found[0])
        click.echo(text, nl=False) if markdown_file == "-" else _write(Path(markdown_file), text.encode())
    if junit_file:
        _write(junit_file, junit.junit(found[0]))
    if badge_file:
        _write(badge_file, badge.badge(found[0], profile).encode())
    if not any((html, markdown_file, junit_file, badge_file)):
        text = (
            matrix.markdown(found)
            if several
            else terminal.terminal(found[0], colour=terminal.is_colourful(sys.stdout))
        )
        click.echo(text, nl=False)
