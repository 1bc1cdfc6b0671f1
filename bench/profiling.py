"""Where the time goes, for a missed target: py-spy looks at our server for three seconds."""

import collections
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from bench.common import ROOT, WORK, NotMeasured, Settings, plain
from bench.load import load
from bench.processes import Server, running
from bench.servers import ours

SECONDS = 3
TOP = 15
WAITING = ("_worker (concurrent/futures/thread.py", "Condition.wait (", "wait (threading.py")


def profile(requests: Sequence[str], settings: Settings) -> list[str]:
    """The functions with the most time of their own, as lines of Markdown."""
    spy = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or shutil.which("py-spy")
    if spy is None:
        return ["No profile: `pip install py-spy` into the environment to get one here."]
    try:
        with running(ours(settings), settings.server_core) as server:
            return _table(_record(spy, server, requests, settings))
    except NotMeasured as reason:
        return [f"No profile: {reason}"]


def _record(spy: str, server: Server, requests: Sequence[str], settings: Settings) -> str:
    """py-spy runs on the load's core, while the load goes on a little longer."""
    out = WORK / "profile.txt"
    argv = [spy, "record", "--pid", str(server.process.pid), "--duration", str(SECONDS)]
    argv += ["--rate", "200", "--function", "--format", "raw", "--output", str(out)]
    given = (server, requests, settings.load_core)
    loading = threading.Thread(target=load, args=given, kwargs={"seconds": SECONDS + 3})
    loading.start()
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired as error:
        raise NotMeasured("py-spy did not end") from error
    finally:
        loading.join()
    if done.returncode:
        raise NotMeasured(f"py-spy failed: {plain(done.stderr)}")
    return out.read_text()


def _table(raw: str) -> list[str]:
    """Of py-spy's raw form, "outer;...;inner COUNT", without the threads that only wait."""
    own: collections.Counter[str] = collections.Counter()
    for line in raw.splitlines():
        stack, _, count = line.rpartition(" ")
        frame = stack.rpartition(";")[2]
        if not frame.startswith(WAITING):
            own[_name(frame)] += int(count)
    total = own.total() or 1
    rows = [f"| {count / total:.1%} | `{name}` |" for name, count in own.most_common(TOP)]
    return ["| own time | function |", "|---|---|", *rows]


def _name(frame: str) -> str:
    return frame.replace(f"{ROOT}/", "").rpartition("site-packages/")[2]
