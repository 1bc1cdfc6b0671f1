"""Schemathesis' own command with our hooks: its baseline and reports, our checks, and nothing paid."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from mutants.judging import KEY, PACE, site, true_document
from mutants.relay import Damage, Forward, Got, Relay, Sent

from proofsheet.spec.document import Document

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(damage: Damage | None = None) -> Iterator[tuple[str, list[tuple[Sent, int]]]]:
    """A double on the loopback, and every request that it got with its status."""
    served = site(true_document(), 1)
    relay = Relay(served, damage)
    wire: list[tuple[Sent, int]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            served.double.state.move_clock(PACE)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = tuple((name.lower(), value) for name, value in self.headers.items())
            sent = Sent(self.command, self.path, headers, body)
            got = relay.answer(sent)
            wire.append((sent, got.status))
            self.send_response_only(got.status)
            for name, value in got.headers:
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(got.body)

        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", wire
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        relay.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document as docs/fuzz.md has it written, and the settings beside it."""
    folder = tmp_path_factory.mktemp("fuzz")
    made = python("-m", "proofsheet.contracts.fuzz", "stability")
    assert made.returncode == 0, made.stderr
    (folder / "stability.json").write_text(made.stdout, encoding="utf-8")
    (folder / "schemathesis.toml").write_text(
        'hooks = "proofsheet.contracts.fuzz.hooks"\nheaders = { Authorization = "Bearer ${KEY}" }\n',
        encoding="utf-8",
    )
    return folder


def python(*args: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    # Hypothesis works out the properties of all of Unicode where it finds no notes of it.
    notes = {"HYPOTHESIS_STORAGE_DIRECTORY": str(ROOT / ".hypothesis")}
    every = {**os.environ, **notes, "PYTHONPATH": str(ROOT), "KEY": KEY, **env}
    command = [sys.executable, *args]
    return subprocess.run(
        command, cwd=cwd, env=every, capture_output=True, text=True, timeout=500, check=False
    )


def run(folder: Path, url: str, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
    """`schemathesis run` with few examples of two operations, one of which costs money."""
    return python(
        "-m", "schemathesis.cli", "run", "stability.json", "--url", url, "-n", "3", "--seed", "1",
        "--no-color", "--phases", "examples,coverage,fuzzing", "--generation-database", "none",
        "--include-operation-id", "generateCore", "--include-operation-id", "getBalance", *options,
        cwd=folder, **env,
    )  # fmt: skip


def paid(wire: list[tuple[Sent, int]]) -> list[str]:
    return [sent.path for sent, status in wire if sent.method == "POST" and status < 300]


def test_the_clean_double_passes_with_our_checks_and_nothing_is_paid(written: Path) -> None:
    with serving() as (url, wire):
        found = run(written, url, "--report", "junit,har", "--report-dir", "reports")
    assert found.returncode == 0, found.stdout + found.stderr
    assert len(wire) > 20
    assert paid(wire) == []
    (junit,) = (written / "reports").glob("junit-*.xml")
    names = {each.get("name") for each in ET.parse(junit).iter("testcase")}
    assert "POST /v2beta/stable-image/generate/core" in names
    (har,) = (written / "reports").glob("har-*.json")
    assert KEY not in har.read_text(encoding="utf-8") + found.stdout


def test_a_gateway_s_page_is_found_by_our_checks_and_its_baseline_accepts_it(written: Path) -> None:
    def damage(sent: Sent, forward: Forward) -> Got:
        got = forward(sent)
        broken = got.status == 400 and "generate/core" in sent.path
        return got.holding(b"Traceback (most recent call last):\n", "text/html") if broken else got

    checks = ("--checks", "proofsheet_media_type_declared,proofsheet_no_internals", "--continue-on-failure")
    with serving(damage) as (url, _):
        first = run(written, url, *checks, "--baseline", "accepted.json")
        again = run(written, url, *checks, "--baseline", "accepted.json")
    assert first.returncode == 1, first.stdout + first.stderr
    entries = json.loads((written / "accepted.json").read_text(encoding="utf-8"))["entries"]
    assert {each["check"] for each in entries} == {
        "proofsheet_media_type_declared",
        "proofsheet_no_internals",
    }
    assert {each["operation"] for each in entries} == {"POST /v2beta/stable-image/generate/core"}
    assert again.returncode == 0, again.stdout + again.stderr


def test_what_costs_is_sent_only_if_it_is_allowed(written: Path) -> None:
    with serving() as (url, wire):
        run(written, url, "--mode", "positive", "--phases", "examples", PROOFSHEET_ALLOW="paid")
        assert paid(wire)
        wire.clear()
        run(written, url, "--mode", "positive", "--phases", "examples")
        assert wire
        assert paid(wire) == []


def test_a_document_of_another_kind_is_told_how_it_is_written(
    written: Path, tmp_path: Path, document: Document
) -> None:
    plain = json.loads((written / "stability.json").read_text(encoding="utf-8"))
    del plain["x-proofsheet-document"]
    (tmp_path / "stability.json").write_text(json.dumps(plain), encoding="utf-8")
    (tmp_path / "schemathesis.toml").write_text(
        'hooks = "proofsheet.contracts.fuzz.hooks"\n', encoding="utf-8"
    )
    found = run(tmp_path, "http://127.0.0.1:9")
    assert found.returncode != 0
    assert "python -m proofsheet.contracts.fuzz NAME > NAME.json" in found.stdout + found.stderr


def test_an_unknown_document_is_no_traceback() -> None:
    found = python("-m", "proofsheet.contracts.fuzz", "nothing")
    assert found.returncode == 2
    assert "there is no document named 'nothing'" in found.stderr
