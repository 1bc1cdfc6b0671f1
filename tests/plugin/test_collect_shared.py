"""One run for several processes, and a report that outlives an interrupt."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from plugin.judged import CONFIG, DOCUMENT, KEY, MAY, MUST, PAID, cases, records, written
from waiting import PATIENCE, wait_until

from proofsheet.contracts.pytest_items.shared_run import once
from proofsheet.testing_client import Mock, Server

SHARED = "stability.generateCore"
Start = Callable[..., "subprocess.Popen[str]"]
WORKER = """\
import itertools
import json
import os
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):  # as pytest-xdist does in a worker
    if "WORKER" in os.environ:
        config.workerinput = {"proofsheet": json.loads(os.environ["WORKER"])}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server.start([DOCUMENT], ["--keys", KEY, "--rate-limit", "off", "--pace", "0.2"])
    yield running
    running.stop()


@pytest.fixture
def mock(server: Server, tmp_path: Path) -> Mock:
    found = Mock(server.url, KEY)
    found.reset()
    (tmp_path / "pytest.ini").write_text(CONFIG)
    return found


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts pytest in a folder; what a test leaves running is ended."""
    made: list[subprocess.Popen[str]] = []

    def begin(mock: Mock, cwd: Path, *options: str, **env: str) -> subprocess.Popen[str]:
        made.append(started(mock, cwd, *options, **env))
        return made[-1]

    yield begin
    for each in made:
        each.kill()
        each.wait()
        assert each.stdout is not None
        each.stdout.close()


def started(mock: Mock, cwd: Path, *options: str, **env: str) -> subprocess.Popen[str]:
    plugins = {} if "-n" in options else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    kept = {name: each for name, each in os.environ.items() if not name.startswith("PYTEST")}
    load = ("-p", "proofsheet") if plugins else ()
    where = ("--proofsheet-url", mock.url, "--proofsheet-key-env", "KEY")
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "pytest", *load, "--proofsheet", DOCUMENT, *where, *options],
        cwd=cwd,
        env={**kept, "KEY": KEY, **plugins, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(running: subprocess.Popen[str]) -> str:
    said = running.communicate(timeout=500)[0]
    assert running.returncode == 0, said
    return said


def test_it_is_done_once_and_the_others_wait(tmp_path: Path) -> None:
    done: list[bool] = []
    seen: list[list[bool]] = []
    begun, coming = threading.Event(), itertools.count()

    def work(again: bool) -> None:
        assert begun.wait(PATIENCE)  # so that the others come while it is done
        done.append(again)

    def process() -> None:
        if next(coming) == 3:
            begun.set()
        once(tmp_path, work)
        seen.append([*done])

    threads = [threading.Thread(target=process) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert seen == [[False]] * 4


def test_what_was_begun_and_not_ended_is_done_again(tmp_path: Path) -> None:
    done: list[bool] = []

    def die(again: bool) -> None:
        raise OSError("died")

    with pytest.raises(OSError, match="died"):
        once(tmp_path, die)
    once(tmp_path, done.append)
    once(tmp_path, done.append)
    assert done == [True]


def _worker(tmp_path: Path, only: list[str]) -> str:
    (tmp_path / "conftest.py").write_text(WORKER)
    (tmp_path / "shared").mkdir()
    told: dict[str, Any] = {"shared": str(tmp_path / "shared"), "report": str(tmp_path / "r.jsonl")}
    return json.dumps({**told, "chosen": only, "seed": 7})


def test_workers_share_one_run(start: Start, mock: Mock, tmp_path: Path) -> None:
    worker = _worker(tmp_path, [MUST, MAY, PAID])
    running = [start(mock, tmp_path, WORKER=worker) for _ in range(2)]
    for each in running:
        assert "3 passed" in finish(each)
    assert mock.balance == 997
    assert len(mock.journal()) == len(cases(tmp_path / "r.jsonl"))
    assert records(tmp_path / "r.jsonl")[0]["seed"] == 7


def test_a_worker_that_died_is_followed_by_one_that_pays_nothing_twice(
    start: Start, mock: Mock, tmp_path: Path
) -> None:
    worker = _worker(tmp_path, [MUST, MAY, PAID])
    finish(start(mock, tmp_path, WORKER=worker))
    asked = len(mock.journal())
    report = tmp_path / "r.jsonl"
    report.write_text("".join(report.read_text().splitlines(True)[: 1 + len(cases(report))]))  # no verdicts
    (tmp_path / "shared" / "run").write_text("begun")
    assert "3 passed" in finish(start(mock, tmp_path, WORKER=worker))
    assert (mock.balance, len(mock.journal())) == (997, asked)


@pytest.mark.skipif(find_spec("xdist") is None, reason="pytest-xdist is not installed")
def test_the_workers_of_xdist_share_one_run_and_one_budget(start: Start, mock: Mock, tmp_path: Path) -> None:
    said = finish(start(mock, tmp_path, "-n", "2", "-k", f"{MUST} or {MAY} or {PAID}", "--junitxml", "j.xml"))
    assert "3 passed" in said
    assert "core success; 3 of 150 credits spent" in said
    assert mock.balance == 997
    assert (tmp_path / "j.xml").read_text().count("<testcase ") == 3


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_a_whole_report(
    start: Start, mock: Mock, tmp_path: Path, sign: signal.Signals
) -> None:
    running = start(mock, tmp_path, "-k", SHARED)
    report = tmp_path / f"{DOCUMENT}.jsonl"
    wait_until(lambda: written(report) > 3)
    running.send_signal(sign)
    said = running.communicate(timeout=500)[0]
    assert running.returncode == pytest.ExitCode.INTERRUPTED, said
    footer = records(report)[-1]
    assert footer["ended"] == "interrupted"
    assert footer["spent"] >= 1000 - (mock.balance or 0)
    assert "report: " in said


def test_a_project_has_packages_of_our_folders_names(start: Start, mock: Mock, tmp_path: Path) -> None:
    for name in ("spec", "contracts", "mockserver", "traffic", "relay"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise ImportError('the project\\'s own')\n")
    running = start(mock, tmp_path, "-k", f"{MUST} or {MAY} or {PAID}", PYTHONPATH=str(tmp_path))
    said = running.communicate(timeout=500)[0]
    assert running.returncode == pytest.ExitCode.OK, said
    assert "proofsheet: free success" in said
