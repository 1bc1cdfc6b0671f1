"""The processes beside a proxy: the judge with its page, and the recorder. Run as a module by the proxy."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from proofsheet.contracts.exit_codes import BROKEN, CONFORMS, FINDINGS
from proofsheet.contracts.recorded import dashboard_page
from proofsheet.contracts.recorded.log import log
from proofsheet.relay.exchange_frames import FrameReader
from proofsheet.relay.shared_ring import Ended

NICE = 19  # of the judge, once it has begun: where processors are few, traffic comes first


def judge(options: dict[str, Any], reader: FrameReader) -> int:
    """Judge what comes until the last frame; the exit code says whether there were findings."""
    # What judging needs is slow to import, and not needed to record.
    from proofsheet.contracts.recorded.dashboard import Dashboard
    from proofsheet.contracts.recorded.traffic_judge import TrafficJudge
    from proofsheet.contracts.recorded.traffic_report import TrafficReport
    from proofsheet.contracts.reports.writer import Unwritable
    from proofsheet.contracts.settings import load_all

    home = Path(options["home"]) if options["home"] else None
    traffic_judge = TrafficJudge(load_all(options["name"], home))
    report = Path(options["report"]) if options["report"] else None
    try:
        traffic_report = TrafficReport(traffic_judge, options["upstream"], report)
    except Unwritable as problem:
        log(f"Error: cannot write the report: {problem}")
        return BROKEN
    dashboard = Dashboard(traffic_judge, traffic_report, options["upstream"], log)
    dashboard_page.serve(socket.socket(fileno=options["page"]), dashboard.shown)
    reader.send(b"ready\n")
    os.nice(NICE)
    interrupted, reported = False, 0
    try:
        while (flow := reader.next()) is not None:
            if (found := dashboard.add(flow, reader.counts)) != reported:
                reported = found
                reader.send(b"%d\n" % reported)
    except Ended:  # the proxy was killed
        interrupted = True
    dashboard.counts = reader.counts
    traffic_report.close(interrupted)
    log(dashboard.summary())
    if traffic_report.problem:
        log(f"Error: {traffic_report.problem}")
        return BROKEN
    return FINDINGS if traffic_judge.breaches else CONFORMS


def record(options: dict[str, Any], reader: FrameReader) -> int:
    """Record what comes until the last frame."""
    from proofsheet.traffic.recorder import Recorder

    folder = Path(options["folder"])
    try:
        fields = frozenset(options["credential_fields"])
        recorder = Recorder(folder, options["upstream"], options["limit"], options["age"], fields)
    except OSError as problem:
        log(f"Error: cannot record into {folder}: {problem.strerror or problem}")
        return BROKEN
    reader.send(b"ready\n")
    reported = ""
    try:
        while (flow := reader.next()) is not None:
            try:
                recorder.record(flow)
            except OSError as problem:
                text = f"Error: cannot record: {problem.strerror or problem}; traffic goes on"
                if text != reported:  # not again for each exchange
                    log(text)
                reported = text
    except Ended:
        pass  # the proxy was killed: what it had handed over is written
    recorder.close()
    text = f"recorded {recorder.kept} exchanges into {folder}"
    log(text + (f"; {recorder.left_out} were too large for the limit" if recorder.left_out else ""))
    return BROKEN if reported else CONFORMS


def main() -> int:
    """The task, its options, and the way to the proxy, as the proxy gives them on the command line."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it ends when the proxy has handed over what it has
    task, options = sys.argv[1], json.loads(sys.argv[2])
    return {"judge": judge, "record": record}[task](options, FrameReader.inherited(sys.argv[3]))


def end(code: int) -> NoReturn:
    """End at once: the proxy waits, and to free what was loaded takes longer than all that is left to do."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    end(main())
