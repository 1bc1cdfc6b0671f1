"""The real server: signals, settings, hardening, reload."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sample_requests import BALANCE, CORE, PROMPT, SD3, bearer, form, part
from waiting import PATIENCE, wait_until
from wire import ROOT, Process, begin, head, heard, one_answer, run

Start = Callable[..., Process]
TEN_MIB = 10 * 1024 * 1024


def _memory(process: Process) -> int:
    status = Path(f"/proc/{process.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def test_sigterm_finishes_the_answer_under_way(start: Start) -> None:
    server, body = start("--pace", "0.3"), form(part("prompt", PROMPT))
    with server.connect() as sock:
        begin(sock, SD3, body)
        server.process.send_signal(signal.SIGTERM)
        wait_until(server.refuses)  # the signal has been taken
        sock.sendall(body)
        assert one_answer(sock)[0] == 200
    assert server.process.wait(PATIENCE) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_signal_right_after_the_banner_is_an_orderly_end(start: Start, number: int, workers: str) -> None:
    server = start("--workers", workers)
    assert server.end(number) == 0
    server.stop()
    assert server.errors == []


def test_a_port_that_is_taken(server: Process) -> None:
    ended = run("--port", str(server.port))
    assert ended.returncode == 1
    assert f"port {server.port}: Address already in use" in ended.stderr
    assert f"--port {server.port + 1}" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["stabilty"], "did you mean 'stability'"),
        (["stability.pages-2042"], "stability.pages-2024"),
        (["../apis/stability"], "there is no document"),
        (["--port", "99999"], "99999"),
        (["--port", "x"], "--port"),
        (["--workers", "0"], "--workers"),
        (["--credits", "nan"], "--credits"),
        (["--credits", "-1"], "--credits"),
        (["--date", "9999-12-31"], "--date"),
        (["--credits", "many"], "--credits"),
        (["--pace", "nan"], "--pace"),
        (["--pace", "601"], "--pace"),
        (["--pace", "soon"], "--pace"),
        (["--seed", "x"], "--seed"),
        (["--keys", ""], "--keys"),
        (["--keys", "a,,b"], "--keys"),
        (["--keys", "missing.yaml"], "missing.yaml"),
        (["--keys", "/etc"], "/etc"),
        (["--keys", "./missing"], "missing:1:1"),
        (["--rate-limit", "maybe"], "--rate-limit"),
        (["--language", "german"], "--language"),
        (["--fault", "explode"], "is no fault"),
        (["--fault", "latency=soon"], "expected a number of seconds"),
        (["--journal", "0"], "--journal"),
        (["--spec", "/nonexistent"], "--spec"),
        (["--spec", "."], "there are no documents"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_bad_settings_end_with_2_and_say_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], says: str
) -> None:
    from click.testing import CliRunner

    from proofsheet.mockserver.cli import serve

    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(serve, options)
    assert (ended.exit_code, isinstance(ended.exception, SystemExit)) == (2, True)
    assert says in ended.output


def test_documents_share_paths_and_the_banner_says_whose_they_are(start: Start) -> None:
    server = start("stability", "stability.pages-2024", "stability")
    lines = [" ".join(line.split()) for line in server.banner.splitlines()]
    served = [line.split()[0] for line in lines if "(under " in line]
    parts = ["stability-audio", "stability-video"]
    assert served == ["stability", *parts, "stability.pages-2024"]  # what is named twice is served once
    [shared] = [line for line in lines if line.startswith("stability.pages-2024: ")]
    assert re.match(r"stability\.pages-2024: [1-9]\d* of its paths are stability's here; ", shared)
    assert shared.endswith("it has them under /stability.pages-2024")
    for path, name in ((CORE, "stability"), (f"/stability.pages-2024{CORE}", "stability.pages-2024")):
        assert server.form(path, {"prompt": PROMPT}).status_code == 200
        wanted = {"operation": f"{name}.generateCore", "count": 1}
        assert server.request("POST", "/_mock/verify", json=wanted).json()["ok"], name


def test_bad_settings_in_a_process() -> None:
    ended = run("stabilty", "--credits", "5")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "did you mean 'stability'" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sk-a: {credits: many}", "expected a number"),
        ("sk-a: {revoked: perhaps}", "revoked must be"),
        ("sk-a: {stranger: 1}", "expected `credits` and `revoked`"),
        ("sk-a: [1]", "expected `credits` and `revoked`"),
        ("[sk-a]", "expected a mapping"),
        ("sk-a: {", "keys.yaml:2"),
        ("", "is empty"),
    ],
)
def test_key_files_that_are_wrong(tmp_path: Path, text: str, says: str) -> None:
    from click.testing import CliRunner

    from proofsheet.mockserver.cli import serve

    path = tmp_path / "keys.yaml"
    path.write_text(text)
    ended = CliRunner().invoke(serve, ["--keys", str(path)])
    assert ended.exit_code == 2
    assert says in ended.output


def test_many_keys_and_a_file_of_keys(start: Start, tmp_path: Path) -> None:
    names = [f"sk-{number:040d}" for number in range(30)]
    server = start("--keys", ",".join(names))
    assert server.get(BALANCE, headers=bearer(names[-1])).status_code == 200
    assert server.get(BALANCE, headers=bearer("sk-other")).status_code == 401
    path = tmp_path / "keys.yaml"
    path.write_text("sk-a: {credits: 5}\nsk-b: {revoked: true}\nsk-c:\n")
    server = start("--keys", str(path), "--credits", "unlimited")
    assert server.get(BALANCE, headers=bearer("sk-a")).json() == {"credits": 5}
    assert [server.get(BALANCE, headers=bearer(name)).status_code for name in ("sk-b", "sk-c")] == [401, 200]


def test_413_comes_before_the_whole_body_is_sent(server: Process) -> None:
    with server.connect() as sock:
        sock.sendall(head(CORE, f"content-length: {TEN_MIB + 1}"))
        status, headers, body = one_answer(sock)
        assert (status, headers["connection"]) == (413, "close")
        assert b"payload_too_large" in body
        sock.sendall(b"x" * 100_000)  # a client that goes on to send is not cut off


@pytest.mark.parametrize("path", [CORE, SD3])
def test_an_endless_chunked_body_is_answered_and_not_kept(server: Process, path: str) -> None:
    piece = b"%x\r\n" % 65536 + b"x" * 65536 + b"\r\n"
    before = _memory(server)
    with server.connect() as sock:
        sock.sendall(head(path, "transfer-encoding: chunked"))
        for _ in range(TEN_MIB // 65536 + 1):
            sock.sendall(piece)
        status, _, body = one_answer(sock)
        assert (status, b"payload_too_large" in body) == (413, True)
        for _ in range(300):
            sock.sendall(piece)
    assert _memory(server) - before < 60_000  # kB; 20 MB more were sent after the answer


def test_chunked_bodies_are_taken(server: Process) -> None:
    body = form(part("prompt", PROMPT), part("output_format", "jpeg"))
    headers = {"content-type": "multipart/form-data; boundary=limes"}
    pieces = (body[index : index + 7] for index in range(0, len(body), 7))
    response = server.client.post(SD3, content=pieces, headers={**headers, "authorization": "sk-a"})
    server.judged(_with_body(response))
    assert (response.status_code, response.headers["content-type"]) == (200, "image/jpeg")


def _with_body(response: Any) -> Any:
    response.request._content = b""  # it was streamed
    return response


@pytest.mark.parametrize("length", [None, TEN_MIB + 1])
def test_expect_100_continue(server: Process, length: int | None) -> None:
    body = form(part("prompt", PROMPT), part("output_format", "jpeg"))
    with server.connect() as sock:
        sock.sendall(head(SD3, "expect: 100-continue", f"content-length: {length or len(body)}"))
        if length is None:
            assert sock.recv(1000).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
            sock.sendall(body)
        status, headers, _ = one_answer(sock)
        # There was no Accept header either: the picture comes as bytes.
        assert (status, headers["content-type"]) == (
            (413, "application/json") if length else (200, "image/jpeg")
        )


@pytest.mark.parametrize(
    "line",
    [
        b"\x16\x03\x01\x02\x00\x01",
        b"NONSENSE\r\n\r\n",
        b"GET  HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x00" * 50,
        b"GET http://[ HTTP/1.1\r\nhost: x\r\n\r\n",
    ],
)
def test_garbage_is_400_and_closed(server: Process, line: bytes) -> None:
    with server.connect() as sock:
        sock.sendall(line)
        assert heard(sock).startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 "))
    assert server.get("/_mock/health").status_code == 200


def test_too_large_headers_are_431(server: Process) -> None:
    with server.connect() as sock:
        sock.sendall(b"GET /_mock/health HTTP/1.1\r\nhost: x\r\n" + b"x: y\r\n" * 12_000)
        assert heard(sock).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", CORE, 405, "POST"),
        ("PUT", CORE, 405, "POST"),
        ("OPTIONS", CORE, 405, "POST"),
        ("HEAD", CORE, 405, "POST"),
        ("POST", BALANCE, 405, "GET, HEAD"),
        ("OPTIONS", BALANCE, 405, "GET, HEAD"),
        ("HEAD", BALANCE, 200, None),
    ],
)
def test_methods(server: Process, method: str, path: str, status: int, allow: str | None) -> None:
    response = server.request(method, path)
    assert (response.status_code, response.headers.get("allow")) == (status, allow)
    assert method != "HEAD" or response.content == b""
    assert server.get(BALANCE).status_code == 200  # on the same connection


def test_paths_under_the_base_of_resellers_and_others(server: Process) -> None:
    assert server.form("/sd" + CORE, {"prompt": PROMPT, "output_format": "jpeg"}).status_code == 200
    response = server.get("/v2beta/stable-image/generate/cores")
    assert response.status_code == 404
    assert response.json()["detail"].endswith(f"did you mean {CORE}?")
    assert "GET /_mock/operations" in server.get("/zzz").json()["detail"]
    assert server.get(CORE + "/").status_code == 404


def test_a_client_that_goes_away_leaves_no_trace(server: Process) -> None:
    with server.connect() as sock:
        sock.sendall(head(CORE, "content-length: 500") + b"--limes\r\n")
    assert server.get(BALANCE).status_code == 200
    assert not [line for line in server.errors if "Traceback" in line]


def test_it_works_among_folders_of_the_same_names(start: Start, tmp_path: Path) -> None:
    for name in ("proofsheet", "click", "yaml"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong one')")
    assert start(cwd=tmp_path).get("/_mock/health").json()["ok"] is True


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("apis", "overlays"):
        shutil.copytree(ROOT / "spec" / name, tmp_path / name)
    return tmp_path


def _version(server: Process) -> str:
    return str(server.get("/_mock/health").json()["documents"][0]["version"])


@pytest.mark.parametrize("workers", ["1", "2"])
def test_reload(start: Start, home: Path, workers: str) -> None:
    server = start("stability", "--spec", str(home), "--reload", "--workers", workers)
    path = home / "apis" / "stability.yaml"
    text = path.read_text()

    def everyone(version: str) -> bool:
        server.client.cookies.clear()
        return {_version(server) for _ in range(6)} == {version}

    def write(change: str, into: str) -> bool:
        # Again and again: the watch is set up some time after the server is.
        return bool(path.write_text(text.replace(change, into)))

    assert wait_until(lambda: write('version: "2026.11"', 'version: "changed.1"') and everyone("changed.1"))
    path.write_text(text.replace("openapi:", "openapi: ["))
    assert wait_until(lambda: any("not reloaded" in line for line in server.errors))
    assert everyone("changed.1")
    path.write_text(text.replace("operationId: getBalance", "operationId: listEngines"))
    path.write_text(text.replace('version: "2026.11"', 'version: "changed.2"'))
    assert wait_until(lambda: everyone("changed.2"))
    assert server.get(BALANCE).status_code == 200
    assert server.end() == 0


class Slow:
    """A server in a thread whose patience is short. What connects before its `start` waits for that."""

    def __init__(self, document: Any, **settings: Any) -> None:
        import asyncio

        import uvicorn

        from proofsheet.mockserver.app import Site
        from proofsheet.mockserver.double import double
        from proofsheet.mockserver.http_protocol import limited
        from proofsheet.mockserver.settings import Settings
        from proofsheet.relay.listening import listen

        chosen = Settings(**settings)
        self.sock = listen("127.0.0.1", 0)
        self.address = self.sock.getsockname()
        config = uvicorn.Config(
            Site(double((document,), chosen)),
            http=limited(chosen),
            ws="none",
            lifespan="off",
            log_config=None,
            timeout_graceful_shutdown=1,
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=lambda: asyncio.run(self.server.serve([self.sock])))

    def start(self) -> None:
        self.thread.start()

    def connect(self) -> Any:
        import contextlib

        return contextlib.closing(socket.create_connection(self.address, timeout=500))

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.sock.close()


@pytest.fixture(scope="module")
def slow(document: Any) -> Iterator[Slow]:
    """Impatient for headers."""
    made = Slow(document, header_timeout=0.3)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def strict(document: Any) -> Iterator[Slow]:
    """Impatient for bodies only, and with little room for headers."""
    made = Slow(document, header_timeout=PATIENCE, body_timeout=0.3, max_header_bytes=2000)
    made.start()
    yield made
    made.stop()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: "])
def test_headers_that_never_end_are_408(slow: Slow, sent: bytes) -> None:
    with slow.connect() as sock:
        sock.sendall(sent)
        assert heard(sock).startswith(b"HTTP/1.1 408 ")


def test_on_a_kept_connection_too(document: Any) -> None:
    slow = Slow(document, header_timeout=0.3)
    with slow.connect() as sock:
        sock.sendall(b"GET /_mock/health HTTP/1.1\r\nhost: x\r\n\r\n")
        slow.start()  # the first request has come in time, however busy the machine is
        assert one_answer(sock)[0] == 200
        sock.sendall(b"GET / HTTP/1.1\r\nhost: ")
        assert heard(sock).startswith(b"HTTP/1.1 408 ")
    slow.stop()


def test_a_body_that_does_not_come_is_408(strict: Slow) -> None:
    with strict.connect() as sock:
        sock.sendall(head(CORE, "content-length: 500") + b"--limes\r\n")
        status, headers, body = one_answer(sock)
        assert (status, headers["content-type"]) == (408, "application/problem+json")
        assert headers["connection"] == "close"
        assert b"did not arrive in time" in body
        assert heard(sock) == b""


def test_large_headers_have_the_limit_of_the_settings(strict: Slow) -> None:
    with strict.connect() as sock:
        sock.sendall(b"GET /_mock/health HTTP/1.1\r\nhost: x\r\nx-large: " + b"y" * 2500)
        assert heard(sock).startswith(b"HTTP/1.1 431 ")
