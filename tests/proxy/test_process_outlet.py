"""The proxy's way to another process, and what is said when that process dies."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from proofsheet.relay.process_outlet import Outlet

READY_THEN_WAIT = """
import json, os, sys, time
os.write(json.loads(sys.argv[1])["line"], b"ready\\n")
time.sleep(60)
"""


def end(signals_first: bool) -> tuple[int | None, list[str]]:
    """The exit code and the log when the process is killed before, or only after, its end has begun."""

    async def run() -> tuple[int | None, list[str]]:
        log: list[str] = []
        outlet = Outlet("judge", [sys.executable, "-c", READY_THEN_WAIT], log.append, log.append)
        outlet.start()
        assert await outlet.ready
        process = outlet._process
        assert process is not None
        try:
            if signals_first:
                kill_and_wait(process)
            finishing = asyncio.ensure_future(outlet.finish(b"last", 10.0, asyncio.Event()))
            await asyncio.sleep(0)  # it has begun
            process.kill()
            return await finishing, log
        finally:
            outlet.kill()

    return asyncio.run(run())


def kill_and_wait(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # left for the outlet to collect


@pytest.mark.parametrize("signals_first", [True, False])
def test_a_process_that_was_killed_is_reported_once(signals_first: bool) -> None:
    assert end(signals_first) == (
        None,
        ["Error: the process to judge has ended before its time; traffic goes on"],
    )
