"""One proxy judged: `proofsheet check` as a user runs it, and what its report says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateways.fleet import Gateway, NotRun, Running, running, version
from proofsheet.contracts.reports import records
from proofsheet.contracts.reports.view import BREACHES
from proofsheet.testing_client import Server

KEY = "sk-gateways-0001"
DOCUMENT = "stability"
CREDITS = "1000"  # more than the core profile costs, whatever it comes to
LONGEST = 900  # seconds for one judgement
MOCK = Gateway("(the mock itself)", "Nothing in between", "", (), ())


@dataclass(frozen=True)
class Finding:
    """A requirement that was not met (or could not be judged), its level and all that was said."""

    requirement: str
    level: str
    status: str
    messages: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """What became of one proxy. `why_not` is set where it was not run."""

    gateway: Gateway
    version: str = ""
    findings: tuple[Finding, ...] = ()
    counts: Mapping[str, int] | None = None
    profiles: Mapping[str, str] | None = None
    why_not: str = ""


@dataclass(frozen=True)
class Asking:
    """What is asked: a profile or, if any are named, requirements; `keep` is a folder for the reports."""

    profile: str = "core"
    only: tuple[str, ...] = ()
    keep: Path | None = None


@contextmanager
def mock() -> Iterator[str]:
    """The URL of a mock of its own, which knows one key with credits."""
    server = Server.start(
        [DOCUMENT], ["--keys", KEY, "--credits", CREDITS, "--rate-limit", "off", "--no-warm"]
    )
    try:
        yield server.url
    finally:
        server.stop()


def judge(gateway: Gateway, asking: Asking) -> Judged:
    """Put the proxy in front of a mock and judge it."""
    try:
        said = version(gateway)
        with tempfile.TemporaryDirectory() as folder, mock() as upstream:
            work = Path(folder)
            report = (asking.keep or work) / f"{gateway.name}.jsonl"
            with running(gateway, upstream, work) as target:
                _check(target, asking, report, work)
            return _read(gateway, said, report)
    except NotRun as error:
        return Judged(gateway, why_not=str(error))


def bare(asking: Asking) -> Judged:
    """The mock itself, which all the others are held beside."""
    with tempfile.TemporaryDirectory() as folder, mock() as upstream:
        work = Path(folder)
        report = (asking.keep or work) / "mock.jsonl"
        try:
            _check(Running(upstream, {}), asking, report, work)
        except NotRun as error:
            return Judged(MOCK, why_not=str(error))
        return _read(MOCK, "", report)


def _check(target: Running, asking: Asking, report: Path, work: Path) -> None:
    settings = work / "target.toml"
    headers = "\n".join(f"{json.dumps(name)} = {json.dumps(text)}" for name, text in target.headers.items())
    settings.write_text(f'url = "{target.url}"\nkey_env = "KEY"\n[headers]\n{headers}\n', encoding="utf-8")
    command = [sys.executable, "-P", "-m", "proofsheet", "check", DOCUMENT, "--target", str(settings)]
    command += ["--profile", asking.profile, "--seed", "1", "--report", str(report)]
    command += [part for each in asking.only for part in ("--only", each)]
    environment = {**os.environ, "KEY": KEY}
    report.unlink(missing_ok=True)
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        raise NotRun(f"was not judged within {LONGEST} s") from None
    if done.returncode not in (0, 1, 3) or not report.exists():
        raise NotRun(f"proofsheet check ended with {done.returncode}: {done.stderr.strip()[-300:]}")


def _read(gateway: Gateway, said: str, path: Path) -> Judged:
    report = records.partly(path)
    if report.footer is None or report.footer["ended"] != "complete":
        raise NotRun("its judgement did not come to an end")
    broken = (each for each in report.verdicts.values() if each["status"] in BREACHES)
    findings = tuple(_finding(report.requirements[each["id"]], each) for each in broken)
    return Judged(gateway, said, findings, report.footer["counts"], report.footer["profiles"])


def _finding(requirement: records.Record, verdict: records.Record) -> Finding:
    said = tuple(verdict["messages"] or [verdict["reason"]])
    return Finding(requirement["id"], requirement["level"], verdict["status"], said)
