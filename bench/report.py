"""bench/RESULTS.md: the table, what it was measured with, and a profile of what missed."""

import datetime
import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.common import Settings
from bench.install import node, wanted
from bench.rows import Row

HEAD = "| figure | ours | peer | ratio | target | met/missed |\n|---|---|---|---|---|---|"
LIBRARIES = ("starlette", "uvicorn", "uvloop", "httptools", "python-multipart", "pillow")
HOW = """\
- One run. Where a rate is compared, both servers are up, on one core; the generator (wrk: one
  thread, 16 connections, a new prompt in every request) has the other core. Rates are taken in
  turn: ours, peer, ours, peer; a first round warms up and is not counted. Figures are medians
  (least–greatest); a ratio is that of the medians, its range that of neighbouring runs.
- A rate counts only if every answer is of the expected kind and no connection broke; the
  answers themselves are looked at before the load (a whole PNG of 1024 x 1024, another for
  another prompt; the peers serve one of our PNGs, so all bodies are of one size).
- Prism runs with `-v silent`: any other level logs each refused request, which more than halves
  its rate. It prefers 422 to 400 when the document declares both; either is its validation.
- WireMock runs on its defaults, its request journal on. That journal keeps the bodies of answers
  without a limit; it is emptied before each run, or WireMock would slow down from run to run.
- Mockoon logs a line for each request (to a file); it has no switch against it.
- `proofsheet check` is measured as a whole process, start-up included, and so is `schemathesis run` (its
  defaults, 10 examples). Judge or peer and the server share **one** core; they take turns. The server
  counts the requests. Of a run of ours every requirement must be met.
- At a fixed rate each of the 16 connections rests after an answer (wrk's `delay`); what it came to is noted.
- A second worker is judged by what it brings to a bare Starlette under uvicorn in the same run.
- Memory is PSS, summed over the process tree, after 3 s of rest.
"""


def write(
    file: Path,
    rows: Sequence[Row],
    profiles: Mapping[str, Sequence[str]],
    settings: Settings,
    command: str,
) -> None:
    lines = ["# Speed", "", f"`{command}`, {datetime.date.today().isoformat()}", ""]
    lines += [HEAD, *map(line, rows), "", "## How it is measured", "", HOW]
    lines += ["## With what", "", *(f"- {each}" for each in _versions(settings)), ""]
    lines += ["## Beside the figures", ""]
    lines += [f"- {row.figure}: {note}" for row in rows for note in row.notes]
    for figure, profile in profiles.items():
        lines += ["", f"## Missed: {figure}", "", *profile]
    file.write_text("\n".join(lines).rstrip() + "\n")


def line(row: Row) -> str:
    cells = (row.figure, row.ours, row.peer, row.ratio, row.target, row.verdict)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _versions(settings: Settings) -> list[str]:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    libraries = ", ".join(f"{name} {_installed(name)}" for name in LIBRARIES)
    return [
        f"{len(settings.cores)} cores, {memory:.0f} GiB of memory, {os.uname().machine}",
        f"Python {platform.python_version()}; {libraries}",
        ", ".join(f"{name} {number}" for name, number in wanted().items()),
        ", ".join(_says(*tool) for tool in _tools()),
    ]


def _tools() -> tuple[tuple[str, str, str], ...]:
    return (
        ("wrk", "-v", r"wrk \S+"),
        (_node(), "-v", "v.*"),
        ("java", "-version", "openjdk version.*"),
    )


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _node() -> str:
    try:
        return node()
    except Exception:  # the report is written whatever is missing
        return "node"


def _says(program: str, option: str, pattern: str) -> str:
    name = Path(program).name
    try:
        done = subprocess.run([program, option], capture_output=True, text=True, timeout=20, check=False)
    except OSError:
        return f"{name} is missing"
    found = re.search(pattern, done.stdout + done.stderr)
    return f"{name}: {found[0].strip()}" if found else f"{name} of unknown version"
