"""The processes beside a proxy: the judge with its page, and the recorder. Run as a module by the proxy."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from proofsheet.contracts.recorded import dashboard_page
from proofsheet.relay.copies import Reader, Torn
from proofsheet.relay.exit_codes import BROKEN, CONFORMS, FINDINGS

NICE = 19  # of the judge, once it has begun: where processors are few, traffic comes first


def judge(options: dict[str, Any], line: socket.socket) -> int:
    """Judge what comes until the last frame; the exit code says whether there were findings."""
    from proofsheet.contracts.recorded.dashboard import (
        Board,  # what judging needs is slow to import, and not needed to record
    )
    from proofsheet.contracts.recorded.traffic_judge import Trial
    from proofsheet.contracts.recorded.traffic_report import Evidence
    from proofsheet.contracts.reports.writer import Unwritable
    from proofsheet.contracts.settings import load

    trial = Trial(load(options["name"]))
    report = Path(options["report"]) if options["report"] else None
    try:
        evidence = Evidence(trial, options["upstream"], report)
    except Unwritable as problem:
        _say(f"Error: cannot write the report: {problem}")
        return BROKEN
    board = Board(trial, evidence, options["upstream"], _say)
    dashboard_page.serve(socket.socket(fileno=options["page"]), board.shown)
    line.sendall(b"ready\n")
    os.nice(NICE)
    reader, interrupted = Reader(line.makefile("rb", 1 << 20)), False
    try:
        told = 0
        while (flow := reader.next()) is not None:
            board.counts = reader.counts
            if (found := board.add(flow)) != told:
                told = found
                line.sendall(b"%d\n" % told)
    except (Torn, OSError):  # the proxy was killed
        interrupted = True
    board.counts = reader.counts
    evidence.close(interrupted)
    _say(board.told())
    if evidence.problem:
        _say(f"Error: {evidence.problem}")
        return BROKEN
    return FINDINGS if trial.breaches else CONFORMS


def record(options: dict[str, Any], line: socket.socket) -> int:
    """Record what comes until the last frame."""
    from proofsheet.traffic.recorder import Recorder

    folder = Path(options["folder"])
    try:
        recorder = Recorder(folder, options["upstream"], options["limit"], options["age"])
    except OSError as problem:
        _say(f"Error: cannot record into {folder}: {problem.strerror or problem}")
        return BROKEN
    line.sendall(b"ready\n")
    reader, problem_told = Reader(line.makefile("rb", 1 << 20)), ""
    try:
        while (flow := reader.next()) is not None:
            try:
                recorder.record(flow)
            except OSError as problem:
                told = f"Error: cannot record: {problem.strerror or problem}; traffic goes on"
                if told != problem_told:  # not again for each exchange
                    _say(told)
                problem_told = told
    except (Torn, OSError):
        pass  # the proxy was killed: what it had handed over is written
    recorder.close()
    told = f"recorded {recorder.kept} exchanges into {folder}"
    _say(told + (f"; {recorder.left_out} were too large for the limit" if recorder.left_out else ""))
    return BROKEN if problem_told else CONFORMS


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def main() -> int:
    """The task and its options, as the proxy gives them on the command line."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it ends when the proxy has handed over what it has
    task, options = sys.argv[1], json.loads(sys.argv[2])
    with socket.socket(fileno=options["descriptor"]) as line:
        return {"judge": judge, "record": record}[task](options, line)


if __name__ == "__main__":
    sys.exit(main())
