"""What `proofsheet check` says while it runs and at the end. Whoever does not listen stops no run."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TextIO

from proofsheet.contracts.reports import html_page, junit, records, terminal
from proofsheet.contracts.reports.command import write
from proofsheet.contracts.run.attempts import Result
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.settings import Settings

_STEP = 25  # requests between two lines of a log
_FEWEST = 20  # columns, where a terminal tells nonsense


def write_to(text: str, stream: TextIO) -> None:
    """Write to a stream; a reader who has left (`| head`), or a terminal that is gone, is no error."""
    try:
        stream.write(text.encode(stream.encoding or "utf-8", "replace").decode(stream.encoding or "utf-8"))
        stream.flush()
    except OSError:
        _close(stream)


def _close(stream: TextIO) -> None:
    # What waits in the buffer would raise again when Python ends.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def begin(found: Settings) -> None:
    """What is going to be judged, and what it may cost."""
    text = (
        f"judging {found.aim.url} by {found.document.name} {found.document.version}: "
        f"{len(found.plan.cases)} requests, {found.plan.price} credits expected, {found.budget} at most; "
        f"--seed {found.seed}\n"
    )
    write_to(text, sys.stderr)


def progress(done: int, total: int, result: Result, budget: Budget) -> None:
    """How far a run is and what it has spent: a line that stays in place on a terminal, else now and then."""
    line = f"[{done}/{total}] {budget.spent} of {budget.limit} credits  {result.case.id}"
    if sys.stderr.isatty():
        wide = max(shutil.get_terminal_size().columns - 1, _FEWEST)
        write_to(f"\r\x1b[K{line[:wide]}" + "\n" * (done == total), sys.stderr)
    elif done % _STEP == 0 or done == total or (result.paid and result.case.cost):
        write_to(line + "\n", sys.stderr)


def notice(text: str) -> None:
    """What a run waits for: a line of its own."""
    write_to(f"\r\x1b[K{text}\n" if sys.stderr.isatty() else text + "\n", sys.stderr)


def finish(path: Path, html: Path | None, junit_file: Path | None) -> None:
    """The summary of a report, and the report in other forms; ends the process where it cannot be."""
    found = records.read(path)
    write_to(terminal.terminal(found, colour=terminal.is_colourful(sys.stdout)), sys.stdout)
    write_to(f"report: {path}\n", sys.stderr)
    for file, render in ((html, html_page.html), (junit_file, junit.junit)):
        if file:
            made = render(found)
            write(file, made if isinstance(made, bytes) else made.encode())
