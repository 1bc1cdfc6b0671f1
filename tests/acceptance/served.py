"""A double in a process of its own, for clients that are programs; and the rule for clients that are missing.

Only the standard library: run_litellm.py uses this under another interpreter.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WORK = HERE / ".work"
REQUIRED = os.environ.get("PROOFSHEET_ACCEPTANCE") == "required"
DAY = "2026-11-20"  # of the doubles' clock: by their days of shutdown the clients' models are still there
PATIENCE = 240  # seconds for a start on a busy machine
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def environment(**more: str) -> dict[str, str]:
    """This process's environment without proxies: everything here is on this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {**kept, "NO_PROXY": "*", **more}


def run(command: list[str | Path], cases: int, cwd: Path | None = None, **more: str) -> None:
    """Run a client's cases, which print a line each: all pass, and none is left out."""
    done = subprocess.run(
        command,
        env=environment(**more),
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert sum(line.startswith("passed ") for line in done.stdout.splitlines()) == cases, done.stdout


@contextmanager
def started(command: list[str], ready: str, **options: Any) -> Iterator[str]:
    """A program, and what the group in `ready` found in its output; ended at the end."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        errors="replace", start_new_session=True, **options
    )  # fmt: skip
    said: list[str] = []
    found: list[str] = []
    event = threading.Event()

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if not found and (match := re.search(ready, line)):
                found.append(match[1])
                event.set()
        event.set()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        event.wait(PATIENCE)
        if not found:
            raise AssertionError(f"{' '.join(command)} did not get ready:\n{''.join(said)}")
        yield found[0]
    finally:
        _end(process)
        listener.join(PATIENCE)
        if process.stdout is not None:
            process.stdout.close()


def _end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Served:
    """A served double: where it is, and its control surface."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        """One request to the control surface."""
        request = urllib.request.Request(f"{self.url}/_mock/{path}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
        if key:
            request.add_header("authorization", f"Bearer {key}")
        with _DIRECT.open(request, timeout=500) as response:
            return json.load(response)

    def force(self, key: str, outcome: str, times: int = 1) -> None:
        """The next calls of a key end in this outcome."""
        self.control("POST", "schedule", {"key": key, "outcome": outcome, "times": times})

    def calls(self, key: str | None = None) -> list[dict[str, Any]]:
        """The journal, of one key if given."""
        entries: list[dict[str, Any]] = self.control("GET", "journal", key=key)["entries"]
        return entries


@contextmanager
def mock(*names: str, python: str | None = None, options: tuple[str, ...] = ()) -> Iterator[Served]:
    """`proofsheet serve` in a process of its own, on a free port, every reply checked by its document."""
    python = python or str(ROOT / ".venv" / "bin" / "python")
    command = [
        python,
        "-P",
        "-m",
        "proofsheet.mockserver",
        *names,
        "--port",
        "0",
        "--check-replies",
        "--no-warm",
        "--date",
        DAY,
        *options,
    ]
    with started(command, r"serves on (https?://\S+)", env=environment(), cwd=ROOT) as url:
        yield Served(url)
