"""`proofsheet proxy` as a process: findings, exit codes, what it says when something is wrong."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from proxied import (
    ROOT,
    Here,
    Process,
    Script,
    Upstream,
    exactly,
    get,
    running,
    to_the_end,
)
from waiting import PATIENCE, has_ended, wait_until

from proofsheet.contracts.reports import records
from proofsheet.traffic import transcript

Upstreams = Callable[[Script], Upstream]
KEY = "sk-Proxied/0123456789+abc"
BALANCE = "/v1/user/balance"
GOOD = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{"credits": 1}'
LEAK = json.dumps({"id": "1", "name": "unauthorized", "errors": [f"no such key: {KEY}"]}).encode()
BAD = b"HTTP/1.1 418 No\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(LEAK), LEAK)


def always(answer: bytes) -> Script:
    """Answers requests without a body, as they come."""

    def script(sock: socket.socket) -> None:
        left = b""
        while data := sock.recv(1 << 16):
            *whole, left = (left + data).split(b"\r\n\r\n")
            sock.sendall(answer * len(whole))

    return script


def ask(port: int, path: str = BALANCE, *lines: str) -> tuple[bytes, bool]:
    with socket.create_connection(("127.0.0.1", port), timeout=500) as sock:
        sock.sendall(get(path, f"Authorization: Bearer {KEY}", *lines))
        return to_the_end(sock)


def look(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, timeout=PATIENCE, trust_env=False)


def state(proxy: Process) -> dict[str, object]:
    found: dict[str, object] = look(f"http://127.0.0.1:{proxy.page}/_proofsheet/state.json").json()
    return found


def judged(proxy: Process, count: int) -> bool:
    return sum(state(proxy)["judge"].get(name, 0) for name in ("judged", "unmatched", "unjudged")) >= count  # type: ignore[attr-defined]


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "proofsheet", "proxy", *options]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, timeout=2 * PATIENCE, check=False
    )


def test_findings_are_in_the_report_on_the_page_and_in_the_exit_code(
    upstream: Upstreams, tmp_path: Path
) -> None:
    url, report = f"http://127.0.0.1:{upstream(always(BAD)).port}", tmp_path / "report.jsonl"
    with running("--upstream", url, "--report", str(report), "--fail-on-finding", "--count-header") as proxy:
        assert ask(proxy.port)[0].endswith(LEAK)
        wait_until(lambda: judged(proxy, 1))
        page = look(f"http://127.0.0.1:{proxy.page}/_proofsheet/")
        assert "stability.getBalance.answer.status" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert KEY not in page.text
        assert look(str(page.url), host="evil.test").status_code == 400
        count = wait_until(lambda: _counted(ask(proxy.port)[0]))
        assert count >= 2
        code, errors = proxy.stop()
    assert code == 1
    assert "finding: stability.getBalance.answer.status: status 418 is not declared" in errors
    assert KEY not in errors + report.read_text()
    found = records.read(report)
    failed = {name for name, each in found.verdicts.items() if each["status"] == "failed"}
    assert {"stability.getBalance.answer.status", "stability.getBalance.answer.no-leak"} <= failed
    assert "$KEY" in found.cases[0]["request"]["curl"]


def _counted(answer: bytes) -> int:
    return int(answer.partition(b"x-proofsheet-findings: ")[2].partition(b"\r\n")[0])


def test_findings_are_no_failure_unless_asked_for(upstream: Upstreams) -> None:
    with running("--upstream", f"http://127.0.0.1:{upstream(always(BAD)).port}") as proxy:
        ask(proxy.port)
        assert proxy.stop(signal.SIGINT)[0] == 0


def test_what_conforms_has_no_findings(upstream: Upstreams) -> None:
    with running(
        "--upstream", f"http://127.0.0.1:{upstream(always(GOOD)).port}", "--fail-on-finding"
    ) as proxy:
        ask(proxy.port)
        ask(proxy.port, "/elsewhere")
        code, errors = proxy.stop()
    assert code == 0
    assert "2 exchanges passed; 1 judged; 0 findings on 0 requirements; 1 not in the document" in errors


def test_a_judge_that_cannot_keep_up_drops_judgements_and_no_traffic(upstream: Upstreams) -> None:
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1_000_000
    with running("--upstream", f"http://127.0.0.1:{upstream(always(large)).port}") as proxy:
        (judge,) = proxy.children()
        os.kill(judge, signal.SIGSTOP)
        request = b"GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n"  # what no document has is judged fast
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=500) as sock:
            for _ in range(80):  # more than there is room for
                sock.sendall(request)
                exactly(sock, len(large))
        os.kill(judge, signal.SIGCONT)
        code, errors = proxy.stop()
    assert code == 0
    dropped = int(errors.partition(" not judged, for too much")[0].rpartition("; ")[2])
    kept = int(errors.partition(" not in the document")[0].rpartition("; ")[2])
    assert errors.startswith("80 exchanges passed")
    assert dropped > 10
    assert kept + dropped == 80


# recording


def test_no_credential_is_on_the_disk(upstream: Upstreams, tmp_path: Path) -> None:
    echo = f"you sent {KEY}, also as {KEY[:12]}".encode()
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: id=cookie-monster-1; Path=/\r\nContent-Length: %d\r\n\r\n%b"
    port, folder = upstream(always(answer % (len(echo), echo))).port, tmp_path / "traffic"
    report = tmp_path / "report.jsonl"
    with running(
        "--upstream", f"http://127.0.0.1:{port}", "--record", str(folder), "--report", str(report)
    ) as proxy:
        ask(proxy.port, BALANCE, "X-Api-Key: second-key-0001", "Cookie: session=biscuit-0002")
        ask(proxy.port, f"{BALANCE}?api_key=third-key-0003&a=b")
        assert proxy.stop()[0] == 0
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) >= 3
    for secret in (KEY, KEY[:12], "second-key-0001", "biscuit-0002", "third-key-0003", "cookie-monster-1"):
        assert not any(secret.encode() in data for data in written), secret
    entries = [each for each in transcript.entries(folder) if isinstance(each, transcript.Entry)]
    assert [each.flow().status for each in entries] == [200, 200]
    assert len(entries[0].flow().body or b"") == len(echo), "what was taken out is as long as before"
    assert not any(path.stat().st_mode & 0o077 for path in folder.rglob("*"))


# an upstream that cannot be reached


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://nowhere.invalid", "the name nowhere.invalid does not resolve"),
        ("http://127.0.0.1:1", "cannot connect to 127.0.0.1 port 1"),
    ],
)
def test_an_upstream_that_is_not_there_is_a_502(relay: Callable[..., Here], url: str, why: str) -> None:
    made = relay(url)
    came, orderly = made.ask(get("/", "Content-Length: 3", method="POST") + b"abc")
    assert came.startswith(b"HTTP/1.1 502 ")
    assert why.encode() in came
    assert why in made.logged[0]
    assert orderly


def test_an_upstream_without_tls_is_a_502(relay: Callable[..., Here], upstream: Upstreams) -> None:
    made = relay(f"https://127.0.0.1:{upstream(lambda sock: sock.sendall(GOOD)).port}")
    assert b"no TLS with 127.0.0.1" in made.ask(get())[0]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody trusts, with its key in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate, and is not installed")
    folder = tmp_path_factory.mktemp("tls")
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        [*command, "-keyout", folder / "key", "-out", folder / "cert"], check=True, capture_output=True
    )
    made = folder / "both.pem"
    made.write_bytes((folder / "cert").read_bytes() + (folder / "key").read_bytes())
    return made


def encrypted(script: Script, certificate: Path) -> Script:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def play(sock: socket.socket) -> None:
        with context.wrap_socket(sock, server_side=True) as inner:
            script(inner)

    return play


def test_a_certificate_that_nobody_trusts_is_a_502(
    relay: Callable[..., Here], upstream: Upstreams, certificate: Path
) -> None:
    port = upstream(encrypted(always(GOOD), certificate)).port
    assert b"is not trusted: self-signed certificate" in relay(f"https://localhost:{port}").ask(get())[0]


def test_insecure_trusts_it(relay: Callable[..., Here], upstream: Upstreams, certificate: Path) -> None:
    port = upstream(encrypted(always(GOOD), certificate)).port
    made = relay(f"https://localhost:{port}", insecure=True)
    assert made.ask(get())[0].endswith(b'{"credits": 1}')


# usage


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["nothing", "--upstream", "http://a.test"], "there is no document named 'nothing'"),
        (["stability", "--upstream", "ftp://a.test"], "must be an http or https address"),
        (["stability", "--upstream", "http://a.test:99999"], "--upstream"),
        (["stability", "--upstream", "http://u:p@a.test"], "must hold no credentials"),
        (["stability", "--upstream", "http://a.test/a b"], "must hold no spaces"),
        (["stability", "--upstream", "http://a.test/\r\nX: y"], "must hold no spaces or control characters"),
        (["stability", "--upstream", "http://a.test", "--report", "/nowhere/at/all"], "there is no folder"),
        (["stability", "--upstream", "http://a.test", "--record-limit", "much"], "expected a size such as"),
        (["stability", "--upstream", "http://a.test", "--record-age", "old"], "expected an age such as"),
    ],
)
def test_what_cannot_be_meant_is_said(options: list[str], why: str) -> None:
    from click.testing import CliRunner

    from proofsheet.contracts.recorded.proxy_command import proxy

    done = CliRunner().invoke(proxy, options)
    assert done.exit_code == 2
    assert why in done.output


@pytest.mark.parametrize("option", ["--port", "--page-port"])
def test_a_port_that_is_taken(option: str) -> None:
    other = "--page-port" if option == "--port" else "--port"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("stability", "--upstream", "http://a.test", option, port, other, "0")
    assert done.returncode == 3
    assert f"Error: cannot listen on 127.0.0.1 port {port}" in done.stderr


def test_a_judge_that_dies_takes_no_traffic_with_it(upstream: Upstreams) -> None:
    with running("--upstream", f"http://127.0.0.1:{upstream(always(GOOD)).port}") as proxy:
        (judge,) = proxy.children()
        os.kill(judge, signal.SIGKILL)
        wait_until(lambda: has_ended(judge))
        for _ in range(3):
            assert ask(proxy.port)[0].endswith(b'{"credits": 1}')
        code, errors = proxy.stop()
    assert code == 3
    assert "the process to judge has ended before its time; traffic goes on" in errors
    assert "3 exchanges passed; not all of them were judged" in errors


def is_refused(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) != 0


def test_a_judge_that_hangs_does_not_keep_a_second_signal_waiting(upstream: Upstreams) -> None:
    with running("--upstream", f"http://127.0.0.1:{upstream(always(GOOD)).port}") as proxy:
        (judge,) = proxy.children()
        os.kill(judge, signal.SIGSTOP)
        assert ask(proxy.port)[0].endswith(b'{"credits": 1}')
        proxy.process.send_signal(signal.SIGTERM)
        wait_until(lambda: is_refused(proxy.port))  # the first has been taken
        code, errors = proxy.stop()
    assert code == 3
    assert "the process to judge did not end in time" in errors
