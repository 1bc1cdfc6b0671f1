"""`proofsheet check` killed at random moments and resumed: what was paid is recorded and not paid twice."""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import fleet
from bench.accounts import Control
from bench.common import ROOT, command, say, verdict
from bench.fleet import LOCAL, PATIENCE, wait_for
from bench.processes import free_port

MINIATURE = ROOT / "tests/miniature"
SERVED = ("nested", "--spec", str(MINIATURE), "--rate-limit", "off", "--journal", "100000")


@dataclass(frozen=True)
class Run:
    """A run of the judge against a mock, with a key and a report of its own."""

    port: int
    key: str
    report: Path
    only: Sequence[str] = ()

    def start(self, *more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "proofsheet", "check", "nested", "--spec", str(MINIATURE)]
        command += [
            "--url",
            f"http://{LOCAL}:{self.port}",
            "--key-env",
            "RUN_KEY",
            "--report",
            str(self.report),
        ]
        command += ["--seed", "3", *(part for each in self.only for part in ("--only", each)), *more]
        environment = {**os.environ, "RUN_KEY": self.key}
        return subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def finish(self, *more: str) -> int:
        return self.start(*more).wait(PATIENCE)

    def paid(self) -> list[str]:
        """What the mock was paid for: path and fields of each call."""
        entries = Control(self.port, self.key)("GET", "journal?limit=100000")["entries"]
        return [_call(each["path"], each["fields"]) for each in entries if each["credits"]]

    def is_quiet(self) -> bool:
        """Whether the mock has no call of this key under way, which would be paid after we look."""
        return not Control(self.port, self.key)("GET", "ledger?family=nested")["held"]

    def recorded(self) -> list[str]:
        """Of the cases in the report, those that draw a picture and were answered."""
        found = []
        for line in self.report.read_text().splitlines() if self.report.exists() else ():
            case = _read(line)
            if case.get("kind") == "case" and "/picture-" in case["id"] and case["response"]:
                found.append(case["id"])
        return found


def _call(path: str, fields: Any) -> str:
    return f"{path} {json.dumps(fields, sort_keys=True)}"


def _read(line: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(line)
    except ValueError:  # the line that was being written
        return {}
    return found


def problems(run: Run, goal: int, whole: int) -> list[str]:
    """What is wrong with a run that is killed after `goal` paid calls, and resumed; `whole` are paid."""
    process = run.start()
    wait_for(lambda: len(run.paid()) >= goal or process.poll() is not None, f"{goal} paid calls")
    process.kill()
    process.wait(PATIENCE)
    wait_for(run.is_quiet, "the end of the call that was under way")
    paid, recorded = len(run.paid()), len(run.recorded())
    lost = paid - recorded
    found = [f"killed after {paid} paid calls: {recorded} are recorded"] if lost > 1 else []
    code = run.finish(*(("--resume", str(run.report)) if run.report.exists() else ()))
    again = len(run.paid())
    if code or again > whole + lost:
        found.append(f"resumed (exit code {code}): {again} were paid, not {whole}, and {lost} were lost")
    return found


def main() -> int:
    parser = command("bench.killed", __doc__)
    parser.add_argument("--times", type=int, default=50, help="(%(default)s)")
    options = parser.parse_args()
    found: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mock = fleet.replica(folder, free_port(), *SERVED)
        with fleet.started(mock):
            first = Run(mock.port, "sk-killed-whole", folder / "whole.jsonl")
            first.finish()
            whole = len(first.paid())
            for number in range(options.times):
                run = Run(mock.port, f"sk-killed-{number:04d}", folder / f"{number}.jsonl")
                found += problems(run, random.randint(0, whole), whole)
    say(f"{options.times} runs killed, each of {whole} paid calls")
    return verdict(found)


if __name__ == "__main__":
    sys.exit(main())
