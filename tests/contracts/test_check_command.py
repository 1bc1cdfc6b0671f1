"""`proofsheet check` and `proofsheet report` as a person uses them, against a double on loopback."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from waiting import PATIENCE, wait_until

from proofsheet.contracts.cli import check
from proofsheet.spec.load import HOME
from proofsheet.testing_client import Mock, Server

KEY = "sk-judge-0001"
DOCUMENT = "stability.pages-2024"
ONE = ("--only", "stability.generateCore.aspect_ratio")
TWO = (
    "--only",
    "stability.generateCore",
    "--only",
    "stability.generateSd3",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server.start([DOCUMENT], ["--keys", KEY, "--rate-limit", "off"])
    yield running
    running.stop()


@pytest.fixture
def mock(server: Server) -> Mock:
    found = Mock(server.url, KEY)
    found.reset()
    return found


def proofsheet(*args: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "proofsheet", *args],
        cwd=cwd,
        env={**os.environ, "KEY": KEY, **env},
        capture_output=True,
        text=True,
        timeout=500,
    )


def records(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_dry_run_prints_the_price_and_sends_nothing(tmp_path: Path) -> None:
    done = proofsheet("check", DOCUMENT, "--dry-run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "53.2 credits if the target keeps the contract" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_run_ends_within_its_budget_and_the_ledger_agrees(mock: Mock, tmp_path: Path) -> None:
    done = proofsheet(
        *("check", DOCUMENT, "--url", mock.url, "--key-env", "KEY"),
        *("--html", "r.html", "--junit", "r.xml", *TWO),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    footer = records(tmp_path / f"{DOCUMENT}.jsonl")[-1]
    assert footer["profiles"] == {"free": "success", "core": "success"}
    assert mock.balance == pytest.approx(1000 - footer["spent"])
    assert 10 < footer["spent"] <= 150
    for name in (f"{DOCUMENT}.jsonl", "r.html", "r.xml"):
        assert KEY not in (tmp_path / name).read_text(), name


def test_the_budget_is_never_passed(mock: Mock, tmp_path: Path) -> None:
    done = proofsheet(
        *("check", DOCUMENT, "--url", mock.url, "--key-env", "KEY", "--budget", "10", *TWO), cwd=tmp_path
    )
    footer = records(tmp_path / f"{DOCUMENT}.jsonl")[-1]
    assert footer["profiles"]["core"] == "partial", done.stdout
    assert 1000 - mock.balance <= 10


def documents_in(home: Path) -> Path:
    """A copy of the documents, to be bent: the file of the family."""
    for part in ("apis", "overlays"):
        shutil.copytree(HOME / part, home / part)
    return home / "apis" / "stability.yaml"


def test_a_finding_ends_with_1_and_tells_how_to_see_it_again(tmp_path: Path) -> None:
    path = documents_in(tmp_path / "spec")
    changed = path.read_text().replace(
        "jpeg, png, webp]\n      default: png", "jpeg, png]\n      default: png"
    )
    path.write_text(changed.replace("maximum: 35", "maximum: 40"))
    bent = Server.start([DOCUMENT], ["--spec", str(tmp_path / "spec"), "--keys", KEY])
    try:
        only = ("--only", "stability.textToImage.cfg_scale.maximum")
        done = proofsheet("check", DOCUMENT, "--url", bent.url, "--key-env", "KEY", *only, cwd=tmp_path)
    finally:
        bent.stop()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "cfg_scale" in done.stdout
    assert "curl" in done.stdout
    assert "--only stability.textToImage.cfg_scale.maximum" in done.stdout


def test_a_known_deviation_is_no_finding_until_it_expires(tmp_path: Path) -> None:
    path = documents_in(tmp_path / "spec")
    path.write_text(path.read_text().replace("maximum: 35", "maximum: 40"))
    bent = Server.start([DOCUMENT], ["--spec", str(tmp_path / "spec"), "--keys", KEY])
    name = "stability.textToImage.cfg_scale.maximum"
    codes = []
    try:
        for until in ("2999-01-01", "2020-01-01"):
            (tmp_path / "target.toml").write_text(
                f'url = "{bent.url}"\nkey_env = "KEY"\n'
                f'[deviations."{name}"]\nreason = "asked them"\nuntil = {until}\n'
            )
            done = proofsheet("check", DOCUMENT, "--target", "target.toml", "--only", name, cwd=tmp_path)
            codes.append(done.returncode)
    finally:
        bent.stop()
    assert codes == [0, 1]


def test_a_target_that_is_down_is_errored_and_not_failed(tmp_path: Path) -> None:
    done = proofsheet(
        "check", DOCUMENT, "--url", "http://127.0.0.1:9", "--key-env", "KEY", *ONE, cwd=tmp_path
    )
    assert done.returncode == 3, done.stdout
    statuses = {
        each["status"] for each in records(tmp_path / f"{DOCUMENT}.jsonl") if each["kind"] == "verdict"
    }
    assert "failed" not in statuses
    assert "errored" in statuses


class Holding(ThreadingHTTPServer):
    """Passes requests on; every POST but the first waits until the event is set."""

    def __init__(self, to: str) -> None:
        super().__init__(("127.0.0.1", 0), PassingOn)
        self.to, self.url = to, f"http://127.0.0.1:{self.server_port}"
        self.go_on, self.posts = threading.Event(), itertools.count()


class PassingOn(BaseHTTPRequestHandler):
    server: Holding

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.command == "POST" and next(self.server.posts):
            assert self.server.go_on.wait(PATIENCE)
        kept = {name: each for name, each in self.headers.items() if name.lower() != "host"}
        url, how = self.server.to + self.path, {"headers": kept, "content": body, "timeout": PATIENCE}
        answer = httpx.request(self.command, url, trust_env=False, **how)
        self.send_response(answer.status_code)
        for name, each in answer.headers.items():
            if name not in ("connection", "date", "server", "content-length", "transfer-encoding"):
                self.send_header(name, each)
        self.send_header("content-length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_POST = do_GET

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def holding(server: Server) -> Iterator[Holding]:
    with Holding(server.url) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.go_on.set()
        made.shutdown()
        thread.join()


def test_an_interrupted_run_is_resumed_without_paying_twice(
    mock: Mock, holding: Holding, tmp_path: Path
) -> None:
    command = ("check", DOCUMENT, "--url", holding.url, "--key-env", "KEY", "--report", "run.jsonl")
    # Four pictures, of which the second is held up until the run is interrupted.
    command += ("--only", "stability.generateCore.size", "--only", "stability.generateSd3.size")
    report = tmp_path / "run.jsonl"
    running = subprocess.Popen(
        [sys.executable, "-P", "-m", "proofsheet", *command],
        cwd=tmp_path,
        env={**os.environ, "KEY": KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    wait_until(lambda: mock.balance < 1000)
    running.send_signal(signal.SIGTERM)
    holding.go_on.set()
    said = running.communicate(timeout=2 * PATIENCE)[0].decode()
    assert running.returncode == 3, said
    assert records(report)[-1]["ended"] == "interrupted"
    done = proofsheet(*command, "--resume", "run.jsonl", cwd=tmp_path)
    assert done.returncode in (0, 3), done.stdout + done.stderr
    footer = records(report)[-1]
    assert footer["ended"] == "complete"
    assert 1000 - mock.balance == pytest.approx(footer["spent"])
    assert footer["spent"] <= 150


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("check", "stabilty", "--dry-run"), "did you mean 'stability'"),
        (("check", DOCUMENT), "--url"),
        (("check", DOCUMENT, "--url", "ftp://x"), "http or https"),
        (("check", DOCUMENT, "--url", "http://k:v@x"), "no credentials"),
        (("check", DOCUMENT, "--url", "http://127.0.0.1:9", "--key-env", "NOT_THERE"), "NOT_THERE"),
        (("check", DOCUMENT, "--url", "http://127.0.0.1:9", "--key-file", "none"), "none"),
        (("check", DOCUMENT, "--target", "none.toml"), "none.toml"),
        (("check", DOCUMENT, "--dry-run", "--only", "nothing.like.it"), "nothing.like.it"),
        (("check", DOCUMENT, "--url", "http://127.0.0.1:9", "--budget", "-1"), "credits from 0"),
        (("check", DOCUMENT, "--url", "http://127.0.0.1:9", "--resume", "none.jsonl"), "none.jsonl"),
    ],
)
def test_bad_use_is_told_and_ends_with_2(
    args: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEY", KEY)
    done = CliRunner().invoke(check, args[1:])
    assert (done.exit_code, isinstance(done.exception, SystemExit)) == (2, True), done.output
    assert said in done.stderr


def test_bad_use_in_a_process(tmp_path: Path) -> None:
    done = proofsheet("check", "stabilty", "--dry-run", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean 'stability'" in done.stderr
    assert "Traceback" not in done.stderr


def test_reports_side_by_side(mock: Mock, tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        proofsheet(
            *("check", DOCUMENT, "--url", mock.url, "--key-env", "KEY", "--report", name),
            *ONE,
            cwd=tmp_path,
        )
    done = proofsheet("report", "a.jsonl", "b.jsonl", "--html", "ab.html", "--markdown", "-", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "aspect_ratio" in done.stdout
    assert (tmp_path / "ab.html").stat().st_size > 1000
    broken = proofsheet("report", "ab.html", cwd=tmp_path)
    assert broken.returncode == 3
    assert "Traceback" not in broken.stderr


def test_explain_tells_each_setting_and_its_origin_and_never_a_key(tmp_path: Path) -> None:
    (tmp_path / "target.toml").write_text(
        'url = "http://127.0.0.1:9/sd"\nkey_env = "OWN"\nprofile = "extended"\npermissions = ["repeat"]\n'
        'headers = {x-gateway = "secret-word"}\n'
    )
    done = proofsheet(
        *("check", DOCUMENT, "--target", "target.toml", "--budget", "9", "--explain"),
        cwd=tmp_path, OWN="sk-never-shown-0001",
    )  # fmt: skip
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in done.stdout.splitlines()}
    assert done.returncode == 0
    assert rows["url"] == "http://127.0.0.1:9/sd target.toml"
    assert rows["key"] == "variable OWN target.toml"
    assert rows["profile"] == "extended target.toml"
    assert rows["permissions"] == "paid, repeat default, target.toml"
    assert rows["budget"] == "9 --budget"
    assert rows["explore"] == "25 profile extended"
    assert rows["seed"].endswith(" chance")
    assert rows["headers"] == "x-gateway target.toml"
    assert rows["concurrency"] == "1 default"
    assert "never-shown" not in done.stdout + done.stderr
    assert "secret-word" not in done.stdout
    assert not list(tmp_path.glob("*.jsonl"))
