"""`proofsheet check`: its options, what it prints, and its exit codes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from proofsheet.contracts.check_options import OPTIONS
from proofsheet.contracts.client.callback_receiver import CannotListen
from proofsheet.contracts.client.target import BadTarget
from proofsheet.contracts.console import begin, finish, notice, progress, write_to
from proofsheet.contracts.exit_codes import BROKEN, CONFORMS, FINDINGS
from proofsheet.contracts.explain import explained
from proofsheet.contracts.layers import BadUse
from proofsheet.contracts.pricing import priced
from proofsheet.contracts.reports import records
from proofsheet.contracts.reports.report_errors import BadReport
from proofsheet.contracts.reports.writer import CutOff, Unwritable
from proofsheet.contracts.run import judgement, resume
from proofsheet.contracts.run.attempts import broke
from proofsheet.contracts.run.explorer import Explorer
from proofsheet.contracts.run.judgement import Done
from proofsheet.contracts.run.resume import Earlier
from proofsheet.contracts.settings import Settings, settings
from proofsheet.contracts.vendor_parts import parts
from proofsheet.spec.cli_options import with_options
from proofsheet.spec.yaml_reader import BadFile

CHECK_EPILOG = """\b
Examples:
  proofsheet check stability --url http://127.0.0.1:4010 --key-env KEY --dry-run
  proofsheet check stability --url https://api.example --key-env KEY --profile free
  proofsheet check stability --url https://api.example/sd --key-env KEY --budget 150
  proofsheet check stability.pages-2024 --target target.toml --html report.html
  proofsheet check stability --target target.toml --resume stability.jsonl
  proofsheet check stability --target target.toml --only stability.generateCore.size
  proofsheet check stability --target target.toml --profile extended --explore 100
  proofsheet check stability --target target.toml --rate 2/s --concurrency 4
  proofsheet check midjourney --target target.toml --tasks 3 --patience 300
  proofsheet check stability --target target.toml --profile extended --explain
  proofsheet check flux --url http://127.0.0.1:4010 --key-env KEY --callback-listen 127.0.0.1:0
  proofsheet check flux --url https://api.example --key-env KEY \\
    --callback-listen 0.0.0.0:8080 --callback-url https://hooks.example
  proofsheet check gptnb --url https://api.example --key-env KEY --only flux
  proofsheet check openai --url http://127.0.0.1:4010 --key-env KEY --date 2027-03-01   with serve --date

\b
A vendor has a document for each family that it sells. They are judged one after
another within one budget; gptnb.jsonl, gptnb.flux.jsonl … are the reports.

\b
An answer may take 180 s to begin, 30 s between two bytes, and 60 s from its
first byte to its last (120 s if it is paid for); a slower one is a finding.

\b
Exit codes: 0 conforms, 1 findings, 2 usage, 3 the suite or the target could not be run.
"""


@click.command(
    epilog=CHECK_EPILOG,
    short_help="Judge any URL against a document, within a budget.",
    context_settings={"auto_envvar_prefix": "PROOFSHEET_CHECK"},  # as under `proofsheet`
)
@click.argument("name")
@with_options(OPTIONS)
def check(name: str, **options: Any) -> None:
    """Judge a target by the document NAME: requirement by requirement, free cases first.

    Paid cases are merged, and --budget is a hard stop that also counts requests under way.
    """
    try:
        raise SystemExit(_check(name, options))
    except KeyboardInterrupt:
        write_to("Error: interrupted before anything was sent\n", sys.stderr)
        raise SystemExit(BROKEN) from None


def _check(name: str, options: dict[str, Any]) -> int:
    sends = not (options["dry_run"] or options["explain"])
    try:
        run = resume.earlier(options["resume"]) if options["resume"] else None
        prepared = [_prepared(each, given, run, sends) for each, given in parts(name, options)]
    except (BadUse, BadReport, BadTarget, LookupError, BadFile) as problem:
        raise click.UsageError(str(problem)) from None
    for each in prepared:
        _show(each, len(prepared) > 1)
    if options["dry_run"] and len(prepared) > 1:
        total = sum(each.found.plan.price for each in prepared)
        write_to(f"in all: {total} credits if the target keeps the contracts\n", sys.stdout)
    return _judge_all(prepared, run) if sends else CONFORMS


@dataclass(frozen=True)
class _Prepared:
    """A run by one document, ready to be shown or sent."""

    found: Settings
    further: tuple[Explorer, ...]
    options: Mapping[str, Any]


def _prepared(name: str, options: dict[str, Any], run: Earlier | None, sends: bool) -> _Prepared:
    if run:
        resume.hold_document(run, name)
    found = settings(name, options, resume.as_before(run) if run else None, sends)
    return _Prepared(*_explored(found, run), options)


def _show(one: _Prepared, is_named: bool) -> None:
    """What --explain and --dry-run ask for."""
    texts = [explained(one.found)] if one.options["explain"] else []
    texts += [priced(one.found, one.further)] if one.options["dry_run"] else []
    if texts:
        write_to(
            "".join([f"{one.found.name}: " if is_named else "", *texts, "\n" if is_named else ""]), sys.stdout
        )


def _judge_all(prepared: list[_Prepared], run: Earlier | None) -> int:
    """Judge by each document, with what the ones before have left of the budget."""
    for one in prepared:
        _check_files([each for each in (one.found.report, *_files(one.options)) if each])
    spent, codes = Decimal(0), {CONFORMS}
    for one in prepared:
        left = max(one.found.budget - spent, Decimal(0))
        done, own = _judge(replace(one.found, budget=left), one.further, one.options, run)
        if done is None or done.interrupted:
            return BROKEN
        spent += done.run.budget.spent
        codes.add(own)
    return FINDINGS if FINDINGS in codes else max(codes)


def _files(options: Mapping[str, Any]) -> tuple[Path | None, Path | None]:
    return options["html"], options["junit_file"]


def _explored(found: Settings, run: Earlier | None) -> tuple[Settings, tuple[Explorer, ...]]:
    """The settings with what only exploring asks for, and who explores. Raises BadUse."""
    further: tuple[Explorer, ...] = ()
    if found.explore:
        from proofsheet.contracts.explore.explorers import explorers, widened  # takes half a second

        found = replace(found, plan=widened(found.source, found.plan, found.only))
        how = (found.source, found.plan, found.seed or 0, found.explore, found.permissions)
        further = explorers(*how, run.known if run else ())
    if run and found.target:
        resume.hold_together(run, found)
    return found, further


def _judge(
    found: Settings, further: tuple[Explorer, ...], options: Mapping[str, Any], run: Earlier | None
) -> tuple[Done | None, int]:
    report = found.report
    begin(found)
    try:
        done = judgement.carry_out(
            found,
            progress,
            notice=notice,
            carried=run.left(found.plan) if run else {},
            begun=run.begun(found.plan) if run else {},
            explorers=further,
        )
        finish(report, *_files(options))
    except CannotListen as problem:
        raise click.UsageError(str(problem)) from None
    except Unwritable as problem:
        raise click.UsageError(f"cannot write the report: {problem}") from None
    except KeyboardInterrupt:
        return None, _broken("interrupted", report)
    except CutOff as problem:
        return None, _broken(
            f"cannot write on in {report}: {problem}; one request may be missing there", report
        )
    except Exception as problem:  # what was found until now is in the report
        return None, _broken(judgement.redaction_of(found).text(broke(problem)), report)
    return done, done.exit_code


def _broken(problem: str, report: Path) -> int:
    write_to(f"Error: {problem}\nwhat was done is in {report}; --resume {report} goes on\n", sys.stderr)
    return BROKEN


def _check_files(files: list[Path]) -> None:
    if len({each.resolve() for each in files}) < len(files):
        raise click.UsageError("--report, --html and --junit need a file each")
    if missing := [each for each in files if not each.resolve().parent.is_dir()]:
        raise click.UsageError(f"there is no folder for {missing[0]}")
    if folders := [each for each in files if each.is_dir()]:
        raise click.UsageError(f"{folders[0]} is a folder; expected the name of a file")
    if not records.is_replaceable(files[0]):
        raise click.UsageError(
            f"{files[0]} is there and is no report of an earlier run: give another --report"
        )
